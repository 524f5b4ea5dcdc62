/* The cast of the demo's story. The prices are examples, in USD * 1e-12 a token (1,250,000 is
 * 1.25 USD a million tokens): they are what the demo's events claim to have cost, not what
 * anything costs today. Everybody here is made up. */
#include "collect/demo_cast.h"

#define OPENAI "https://api.openai.com/v1"
#define CLAUDE "https://api.anthropic.com"
#define GOOGLE "https://generativelanguage.googleapis.com"
#define LOCAL  "http://llm.internal:8000/v1"

/* Tables, and JSON that is sent as it stands here: laid out by hand. */
/* clang-format off */

/* name, provider, address, dialect; then the prices of input, cached input and output */
const struct story_model demo_gpt_5 = {
	"gpt-5",                 "openai",    OPENAI, DIALECT_OPENAI,    1250000, 125000, 10000000};
const struct story_model demo_gpt_5_mini = {
	"gpt-5-mini",            "openai",    OPENAI, DIALECT_OPENAI,     250000,  25000,  2000000};
const struct story_model demo_sonnet = {
	"claude-sonnet-4-5",     "anthropic", CLAUDE, DIALECT_ANTHROPIC, 3000000, 300000, 15000000};
const struct story_model demo_haiku = {
	"claude-haiku-4-5",      "anthropic", CLAUDE, DIALECT_ANTHROPIC, 1000000, 100000,  5000000};
const struct story_model demo_flash = {
	"gemini-2.5-flash",      "gemini",    GOOGLE, DIALECT_GEMINI,     300000,  75000,  2500000};
const struct story_model demo_embedder = {
	"text-embedding-3-small","openai",    OPENAI, DIALECT_OPENAI,      20000,      0,        0};
const struct story_model demo_llama = {
	"llama-teapot-8b-ft",    "local",     LOCAL,  DIALECT_OPENAI,          0,      0,        0};

const struct story_sdk demo_python = {"posthog-python", "7.2.0", NULL, NULL, .nodes = true};
const struct story_sdk demo_python_early = {
	"posthog-python", "6.9.0", NULL, NULL, .nodes = true, .pays_cache_as_fresh = true};
const struct story_sdk demo_wrapper = {
	"posthog-node", "5.70.0", "posthog-ai", NULL, .nodes = false};
const struct story_sdk demo_langchain = {
	"posthog-python", "7.2.0", NULL, "langchain", .nodes = true, .langchain = true};
const struct story_sdk demo_agent_sdk = {
	"posthog-python", "7.2.0", NULL, "claude-agent-sdk", .nodes = true};

const struct story_user demo_anna   = {"u_anna",    "Harbour Bakery",  "business"};
const struct story_user demo_bob    = {"u_bob",     NULL,              "private"};
const struct story_user demo_dee    = {"u_dee",     NULL,              "private"};
const struct story_user demo_juan   = {"u_juan",    "Cafe Limonero",   "business"};
const struct story_user demo_eve    = {"u_eve",     "Teapot & Sons",   "staff"};
const struct story_user demo_dana   = {"u_dana",    "Teapot & Sons",   "staff"};
const struct story_user demo_kenji  = {"u_kenji",   "Teapot & Sons",   "staff"};
const struct story_user demo_mei    = {"u_mei",     "Jasmine House",   "business"};
const struct story_user demo_minjun = {"u_minjun",  NULL,              "private"};
const struct story_user demo_ward   = {"u_ward",    NULL,              "private"};
const struct story_user demo_ci     = {"u_ci",      "Teapot & Sons",   "service"};
const struct story_user demo_titles = {"svc-title", "Teapot & Sons",   "service"};

/* The support desk's tools. One timeout changes in the middle of the story, which is enough to lose
 * the prompt cache. */
#define SUPPORT_TOOLS(refund_timeout) JSON([ \
	{"type": "function", "function": {"name": "search_orders", \
		"description": "One order by its number, or the customer's newest orders.", \
		"parameters": {"type": "object", "properties": { \
			"order": {"type": "integer", "description": "four or five digits"}, \
			"limit": {"type": "integer", "maximum": 20, "default": 5}}}}}, \
	{"type": "function", "function": {"name": "refund_tool", \
		"description": "Sends money back to the card that paid. Returns a refund id.", \
		"parameters": {"type": "object", "properties": { \
			"order": {"type": "integer"}, \
			"reason": {"type": "string", "enum": ["broken", "late", "lost"]}, \
			"timeout_s": {"type": "integer", \
				"const": refund_timeout /* NOLINT: JSON, no parentheses */}}, \
			"required": ["order", "reason"]}}}, \
	{"type": "function", "function": {"name": "vision_check", \
		"description": "Looks at the customer's last photo and names the damage.", \
		"parameters": {"type": "object", "properties": { \
			"expect": {"type": "string"}}}}}, \
	{"type": "function", "function": {"name": "search_user", \
		"description": "Finds a customer by mail address or telephone number.", \
		"parameters": {"type": "object", "properties": { \
			"mail": {"type": "string"}, "telephone": {"type": "string"}}}}}, \
	{"type": "function", "function": {"name": "update_address", \
		"description": "Changes a customer's delivery address.", \
		"parameters": {"type": "object", "properties": { \
			"user": {"type": "integer"}, "street": {"type": "string"}, \
			"postcode": {"type": "string"}, "town": {"type": "string"}}, \
			"required": ["user", "street", "postcode"]}}}, \
	{"type": "function", "function": {"name": "find_ticket", \
		"description": "What the desk has noted about an order.", \
		"parameters": {"type": "object", "properties": { \
			"order": {"type": "integer"}}, "required": ["order"]}}}])

static const char support_tools[] = SUPPORT_TOOLS(10);
const char demo_support_tools_slow[] = SUPPORT_TOOLS(30);

/* clang-format on */

static const char support_system[] =
	"You are the support agent of Teapot & Sons, a shop for teapots, cups and everything "
	"between them.\n\n"
	"## How you speak\n"
	"Friendly, short, in the language of the customer. No jokes about storms in teacups: they "
	"have heard them all. Answer what was asked first, then what follows from it. Say plainly "
	"what you do not know. Do not apologise more than once. Never invent order numbers, "
	"dates, amounts or ticket ids.\n\n"
	"## What you may promise\n"
	"Never promise refunds without a ticket id from refund_tool. If a tool fails, say so in "
	"one sentence, say what happens next and who will do it. A colleague takes over when you "
	"hand a conversation on, on working days within four hours. Vouchers up to 10 EUR are "
	"yours to give, once per order; everything above needs a colleague.\n\n"
	"## Shipping\n"
	"Parcels leave the warehouse on the same day when ordered before 14:00. Inland they take "
	"one to two working days, islands one more, the rest of Europe three to six. A parcel "
	"counts as late after 14 days and as lost after 21. Glass and porcelain travel in double "
	"boxes; the outer box must be kept for a claim. Customers do not have to send broken "
	"goods back if a photo shows the damage.\n\n"
	"## Refunds and returns\n"
	"30 days to return anything unused, at the customer's cost unless the fault is ours. "
	"Broken on arrival: refund or replacement, the customer chooses; check the photo first if "
	"there is one. Opened tea cannot be returned, though we have been asked to taste it. "
	"Engraved pots are made to order and cannot be returned unless they are broken or "
	"misspelt. Refunds go to the card that paid and take two to five bank days. There is no "
	"cash.\n\n"
	"## Business customers\n"
	"Cafes and bakeries pay by invoice, 30 days net. The invoice for a month is ready on its "
	"last working day. Quantity prices start at 12 pieces. For orders over 2,000 EUR hand "
	"over to the business desk.\n\n"
	"## Data\n"
	"Speak about an order only with the person who placed it. Do not read out addresses or "
	"card numbers; the last four digits are fine. Change an address only when the customer "
	"has written the whole new one. When two sources disagree, search_orders is right about "
	"orders and find_ticket about what was promised.\n\n"
	"## Tools\n"
	"Look before you speak: search_orders for anything about an order (status, items, payment, "
	"shipping), find_ticket for anything that was said before: refunds asked for, made and "
	"failed, calls, mails. refund_tool is only for orders that arrived broken, late by more "
	"than 14 days, or not at all; never say that a refund was made without its refund id. The "
	"address service behind update_address checks street, postcode and town against each other "
	"and refuses what does not fit. Use one tool at a time unless two are independent. If a "
	"tool refuses twice for the same reason, stop and ask the customer instead of trying a "
	"third time.\n";

const struct story_role demo_support = {
	.name = "answer_customer",
	.model = &demo_gpt_5,
	.system = support_system,
	.tools = support_tools,
	.streams = true,
	.caches = true,
};

const struct story_role demo_support_mini = {
	.name = "answer_customer",
	.model = &demo_gpt_5_mini,
	.system = support_system,
	.tools = support_tools,
	.streams = true,
	.caches = true,
};

const struct story_role demo_handbook = {
	.name = "ChatOpenAI",
	.model = &demo_gpt_5_mini,
	.system = "Answer from the passages of the staff handbook that come with the question, in "
		  "the language of the question. Name the passage in brackets. If they do not say "
		  "it, answer that the handbook does not say.",
	.temperature = 10,
};

static const char *prompt_of(struct story *s, const char *question, const char *passages)
{
	struct buf text = {0};
	const char *kept;
	buf_printf(&text, "Passages: %s\n\nQuestion: %s", passages, question);
	kept = story_keep(s, &text);
	buf_free(&text);
	return kept;
}

void demo_handbook_trace(struct story *s, struct story_agent *agent, const char *question,
                         const char *passages, const char *answer)
{
	story_trace_begin(s, &demo_langchain, "rag_answer");
	story_span_begin(s, "RunnableSequence", NULL, question);
	story_span_begin(s, "VectorStoreRetriever", "retriever", question);
	story_embedding(s, &demo_embedder, "OpenAIEmbeddings", question, 118);
	story_span(s, "pgvector top_k=3", question, passages, 164);
	story_span_end(s, passages);
	story_says(agent, prompt_of(s, question, passages));
	story_span(s, "ChatPromptTemplate", question, "system, human", 2);
	story_replies(agent, .says = answer);
	story_span(s, "StrOutputParser", NULL, answer, 1);
	story_span_end(s, answer);
	story_trace_end(s, agent);
}
