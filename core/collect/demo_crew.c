/* The demo's story, third part: agents with helpers of their own. A coder with a subagent, and a
 * crew that looks at three vendors side by side. */
#include "collect/demo_cast.h"

/* JSON is sent as it stands here: laid out by hand. */
/* clang-format off */

/* ---- Dana's coding agent and its subagent ---- */

#define CODER_TOOLS \
	JSON([{"name": "Read", "description": "Reads a file of the repository.", \
	       "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, \
	                        "required": ["path"]}}, \
	      {"name": "Grep", "description": "Searches all files with a regular expression.", \
	       "input_schema": {"type": "object", "properties": {"pattern": {"type": "string"}}, \
	                        "required": ["pattern"]}}, \
	      {"name": "Edit", "description": "Replaces one text that occurs once in a file.", \
	       "input_schema": {"type": "object", "properties": {"path": {"type": "string"}, \
	                        "old": {"type": "string"}, "new": {"type": "string"}}, \
	                        "required": ["path", "old", "new"]}}, \
	      {"name": "Bash", "description": "Runs a command in the repository, 120 s at most.", \
	       "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, \
	                        "required": ["command"]}}, \
	      {"name": "Task", \
	       "description": "Gives a search to a helper with a mind of its own.", \
	       "input_schema": {"type": "object", "properties": {"prompt": {"type": "string"}}, \
	                        "required": ["prompt"]}}])

static const struct story_role coder = {
	.name = "coding_agent",
	.model = &demo_sonnet,
	.system = "You work in the repository of a web shop written in Python. Read before you "
	          "edit, run the tests after. Leave searching to a helper (Task). Explain a "
	          "change in a few lines, with the diff.",
	.tools = CODER_TOOLS,
	.streams = true,
	.caches = true,
};

static const struct story_role searcher = {
	.name = "Task: search",
	.model = &demo_haiku,
	.system = "You search a repository and report file names, line numbers and one sentence "
	          "each. You change nothing.",
	.tools = CODER_TOOLS,
};

static const char shipping_py[] =
	"from decimal import Decimal\n\n"
	"FREE_FROM = Decimal(\"60\")\n"
	"INLAND = Decimal(\"4.90\")\n"
	"ISLANDS = Decimal(\"9.80\")\n\n\n"
	"def shipping(total, postcode):\n"
	"    \"\"\"What sending costs. Free from 60 EUR inland.\"\"\"\n"
	"    if total > FREE_FROM:\n"
	"        return Decimal(0)\n"
	"    if postcode.startswith(\"9\"):\n"
	"        return ISLANDS\n"
	"    return INLAND\n";

#define HELPER_FOUND \
	"One caller, shop/cart.py:41. One test, tests/test_shipping.py:7; nothing tests a total " \
	"of exactly 60."

static void searches_for_callers(struct story *s, struct story_agent *agent)
{
	struct story_agent *helper = story_agent(s, &searcher);
	story_tool_begin(agent, "Task", "agent");
	story_says(helper, "Find all callers of shipping().");
	story_replies(helper, .calls = {{"Grep", JSON({"pattern": "shipping\\("})},
	                                {"Grep", JSON({"pattern": "FREE_FROM"})}});
	story_parallel(s);
	story_branch(s);
	story_answers(helper, "Grep", .ms = 64,
	              .result = "shop/cart.py:41: cost = shipping(self.total, self.postcode)\n"
	                        "tests/test_shipping.py:7: assert shipping(D(\"59.99\"), "
	                        "\"1234\") == D(\"4.90\")");
	story_branch(s);
	story_answers(helper, "Grep", .ms = 51,
	              .result = "shop/shipping.py:3: FREE_FROM = Decimal(\"60\")");
	story_join(s);
	story_replies(helper, .says = HELPER_FOUND);
	story_tool_end(agent, HELPER_FOUND);
}

static void fixes_the_boundary(struct story_agent *agent)
{
	story_replies(agent, .thinks = "The docstring says \"from 60\", the code says more than "
	                               "60. Off by one cent. Fix the comparison; islands should "
	                               "probably not be free, the docstring says inland.",
	              .calls = {{"Edit",
	                         JSON({"path": "shop/shipping.py", "old": "if total > FREE_FROM:",
	                               "new": "if total >= FREE_FROM:"})}});
	story_answers(agent, "Edit", .result = "1 replacement", .ms = 18);
	story_replies(agent,
	              .calls = {{"Bash",
	                         JSON({"command": "python -m pytest -q tests/test_shipping.py"})}});
	story_answers(agent, "Bash", .error = "exit code 1", .ms = 2380,
	              .result = "F                                            [100%]\n"
	                        "E   assert Decimal('0') == Decimal('9.80')\n"
	                        "FAILED tests/test_shipping.py::test_islands_at_sixty - islands "
	                        "are never free\n"
	                        "1 failed in 1.92s");
	story_replies(agent, .thinks = "As I feared: a test for the islands exists under another "
	                               "name. Ask for inland first.",
	              .calls = {{"Edit",
	                         JSON({"path": "shop/shipping.py", "old": "total >= FREE_FROM:",
	                               "new": "total >= FREE_FROM and postcode[0] != \"9\":"})}});
	story_answers(agent, "Edit", .result = "1 replacement", .ms = 17);
	story_replies(agent, .calls = {{"Bash", JSON({"command": "python -m pytest -q"})}});
	story_answers(agent, "Bash", .ms = 23560,
	              .result = "........................................ [100%]\n"
	                        "40 passed in 23.11s");
}

static void dana(struct story *s)
{
	struct story_agent *agent = story_agent(s, &coder);
	story_session(s, &demo_dana, "s_85");
	story_past(s, 350);
	story_trace_begin(s, &demo_agent_sdk, "coding_agent");
	story_says(agent, "a customer with exactly 60.00 EUR in the cart pays for shipping. why?");
	story_replies(agent, .thinks = "Sounds like a boundary. Read the shipping code and let a "
	                               "helper find the callers.",
	              .calls = {{"Read", JSON({"path": "shop/shipping.py"})},
	                        {"Task", JSON({"prompt": "Find all callers of shipping()."})}});
	story_answers(agent, "Read", .result = shipping_py, .ms = 12);
	searches_for_callers(s, agent);
	fixes_the_boundary(agent);
	story_replies(agent, .says =
		"The code asked for *more* than 60 EUR where the shop promises *from* 60 EUR. "
		"Fixed:\n\n"
		"```diff\n"
		"-    if total > FREE_FROM:\n"
		"+    if total >= FREE_FROM and postcode[0] != \"9\":\n"
		"```\n"
		"The second half keeps the islands as they were: my first try made them free, "
		"and a test said so. 40 tests pass.");
	story_trace_end(s, agent);
	story_past(s, 331);
	story_trace_begin(s, &demo_agent_sdk, "coding_agent");
	story_says(agent, "why a string comparison on the postcode?");
	story_replies(agent, .thinks = "Postcodes are text: leading zeros. Say so.",
	              .says = "Postcodes are text here: `0123` and `123` are different places. "
	                      "That islands start with `9` is written in two places now; a "
	                      "constant `ISLAND_PREFIX` would say it once. Shall I?");
	story_trace_end(s, agent);
	story_wait(s, 5000);
	story_metric(s, "thumbs", "up");
}

/* ---- the crew that compares vendors ---- */

#define RESEARCH_TOOLS \
	JSON([{"name": "web_search", "description": "Searches the web, at most 5 hits.", \
	       "input_schema": {"type": "object", "properties": {"query": {"type": "string"}}, \
	                        "required": ["query"]}}, \
	      {"name": "fetch_page", "description": "Fetches a page, keeps its best passages.", \
	       "input_schema": {"type": "object", "properties": {"url": {"type": "string"}}, \
	                        "required": ["url"]}}])

/* The same search as Gemini wants it declared. */
#define CHECK_TOOLS \
	JSON([{"functionDeclarations": [ \
		{"name": "web_search", "description": "Searches the web, at most 5 hits.", \
		 "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}]}])

#define LEAD_TOOLS \
	JSON([{"name": "research", "description": "A researcher looks into one vendor.", \
	       "input_schema": {"type": "object", "properties": {"vendor": {"type": "string"}, \
	                        "look_at": {"type": "string"}}}}, \
	      {"name": "check_facts", "description": "A second pair of eyes on the findings.", \
	       "input_schema": {"type": "object", "properties": {"claims": {"type": "array", \
	                        "items": {"type": "string"}}}}}])

static const struct story_role lead = {
	.name = "lead",
	.model = &demo_sonnet,
	.system = "You lead a crew of researchers. Split the question, give each part to one "
	          "researcher at the same time, have the findings checked, then write the report: "
	          "a table first, a recommendation after it, doubts last.",
	.tools = LEAD_TOOLS,
	.caches = true,
};

static const struct story_role researcher = {
	.name = "researcher",
	.model = &demo_haiku,
	.system = "You look into one vendor of clay. Two searches, one page, then three sentences "
	          "with numbers. Say where a number is from.",
	.tools = RESEARCH_TOOLS,
};

static const struct story_role fact_checker = {
	.name = "fact_checker",
	.model = &demo_flash,
	.system = "You check claims against a source of your own. Say what holds and what does "
	          "not.",
	.tools = CHECK_TOOLS,
	.temperature = 10,
};

struct vendor {
	const char *task, *searches[2], *hits[2], *fetch, *passages, *finding;
};

static const struct vendor vendors[] = {
	{"Look into Redbank Clay: price a tonne, delivery, complaints.",
	 {JSON({"query": "Redbank Clay price per tonne 2026"}),
	  JSON({"query": "Redbank Clay delivery complaints"})},
	 {JSON([{"url": "https://redbank.example/prices",
	         "snippet": "stoneware body from 410 EUR/t, 5 t minimum"}]),
	  JSON([{"url": "https://potters.example/t/881",
	         "snippet": "two weeks late in March, otherwise fine"}])},
	 JSON({"url": "https://redbank.example/prices"}),
	 JSON({"title": "Prices",
	       "passages": ["Stoneware body, 410 EUR/t from 5 t, 388 EUR/t from 20 t.",
	                    "Delivery in 6 to 9 days."]}),
	 "Redbank asks 410 EUR/t (388 from 20 t; its price page). Delivery takes 6 to 9 days. "
	 "One report of two weeks' delay in March."},
	{"Look into Old Kiln Supply: price a tonne, delivery, complaints.",
	 {JSON({"query": "Old Kiln Supply stoneware price"}),
	  JSON({"query": "Old Kiln Supply reviews clay quality"})},
	 {JSON([{"url": "https://oldkiln.example/shop",
	         "snippet": "stoneware 455 EUR/t, delivered"}]),
	  JSON([{"url": "https://potters.example/t/902",
	         "snippet": "best clay we had, no stones"}])},
	 JSON({"url": "https://oldkiln.example/shop"}),
	 JSON({"title": "Shop", "passages": ["455 EUR/t including delivery inland.",
	                                     "In stock, leaves within 3 days."]}),
	 "Old Kiln asks 455 EUR/t with delivery (its shop). It leaves within 3 days. Potters "
	 "praise the quality: no stones."},
	{"Look into Blue Pit: price a tonne, delivery, complaints.",
	 {JSON({"query": "Blue Pit clay wholesale"}), JSON({"query": "Blue Pit clay recall"})},
	 {JSON([{"url": "https://bluepit.example", "snippet": "from 350 EUR/t"}]),
	  JSON([{"url": "https://news.example/blue-pit",
	         "snippet": "batch 7 recalled: lime inclusions"}])},
	 JSON({"url": "https://news.example/blue-pit"}),
	 JSON({"title": "Blue Pit recalls a batch",
	       "passages": ["Batch 7 pops in the kiln: lime inclusions.",
	                    "Refunds for 31 customers."]}),
	 "Blue Pit is cheapest at 350 EUR/t (its start page). Batch 7 was recalled for lime "
	 "inclusions, 31 customers got their money back."},
};

static void research(struct story *s, struct story_agent *boss, const struct vendor *vendor,
                     int pause_ms)
{
	struct story_agent *agent = story_agent(s, &researcher);
	story_tool_begin(boss, "research", "agent");
	story_says(agent, vendor->task);
	story_replies(agent, .says = "Two searches at once.",
	              .calls = {{"web_search", vendor->searches[0]},
	                        {"web_search", vendor->searches[1]}});
	story_parallel(s);
	for (int i = 0; i < 2; i++) {
		story_branch(s);
		story_answers(agent, "web_search", .result = vendor->hits[i],
		              .ms = 820 + pause_ms + i * 340);
	}
	story_join(s);
	story_replies(agent, .calls = {{"fetch_page", vendor->fetch}});
	story_tool_begin(agent, "fetch_page", "tool");
	story_wait(s, 640 + pause_ms);
	story_embedding(s, &demo_embedder, "rank passages", vendor->passages, 104);
	story_tool_end(agent, vendor->passages);
	story_replies(agent, .says = vendor->finding);
	story_tool_end(boss, vendor->finding);
}

static void check_facts(struct story *s, struct story_agent *boss)
{
	struct story_agent *agent = story_agent(s, &fact_checker);
	story_tool_begin(boss, "check_facts", "agent");
	story_says(agent, "Check: Blue Pit recalled batch 7. Redbank asks 410 EUR/t. Old Kiln's "
	                  "455 EUR/t include delivery.");
	story_replies(agent,
	              .calls = {{"web_search",
	                         JSON({"query": "Old Kiln Supply 455 EUR delivered"})}});
	story_answers(agent, "web_search", .ms = 910,
	              .result = JSON({"hits": [{"url": "https://oldkiln.example/terms",
	                                        "snippet": "islands: 40 EUR more"}]}));
	story_replies(agent, .says = "The first two hold. The third holds inland only: the "
	                             "islands pay 40 EUR more.");
	story_tool_end(boss, "The first two hold. The third holds inland only: the islands pay "
	                     "40 EUR more.");
}

static void compare_vendors(struct story *s)
{
	struct story_agent *agent = story_agent(s, &lead);
	story_session(s, &demo_ci, "s_86");
	story_past(s, 95);
	story_trace_begin(s, &demo_python, "research_crew");
	story_span_begin(s, "lead", "agent", "compare vendors A, B and C of clay");
	story_says(agent, "compare vendors A and B and C of clay for next year: Redbank Clay, "
	                  "Old Kiln Supply, Blue Pit");
	story_replies(agent, .says = "One researcher a vendor, all at once.",
	              .calls = {{"research",
	                         JSON({"vendor": "Redbank Clay",
	                               "look_at": "price, delivery, complaints"})},
	                        {"research",
	                         JSON({"vendor": "Old Kiln Supply",
	                               "look_at": "price, delivery, complaints"})},
	                        {"research",
	                         JSON({"vendor": "Blue Pit",
	                               "look_at": "price, delivery, complaints"})}});
	story_parallel(s);
	for (int i = 0; i < 3; i++) {
		story_branch(s);
		research(s, agent, &vendors[i], i * 410);
	}
	story_join(s);
	story_replies(agent,
	              .calls = {{"check_facts",
	                         JSON({"claims": ["Blue Pit recalled batch 7",
	                                          "Redbank asks 410 EUR/t",
	                                          "Old Kiln's 455 EUR/t include delivery"]})}});
	check_facts(s, agent);
	story_replies(agent, .says =
		"| vendor | EUR a tonne | delivery | trouble |\n"
		"|:-------|------------:|:---------|:--------|\n"
		"| Redbank Clay | 410 (388 from 20 t) | 6 to 9 days | late once |\n"
		"| Old Kiln Supply | 455, delivered inland | 3 days | none found |\n"
		"| Blue Pit | 350 | ? | batch 7 recalled |\n\n"
		"**Take Old Kiln Supply.** Its clay has no stones and is here in three days; "
		"Redbank only wins above 20 tonnes. Blue Pit is cheap until it pops in the "
		"kiln.\n\n"
		"Doubts: nobody says how long Blue Pit takes to deliver; Old Kiln charges "
		"islands 40 EUR more.");
	story_span_end(s, "report written");
	story_trace_end(s, agent);
	story_wait(s, 12000);
	story_evaluation(s, "sources named", 90,
		"Every number has a source but Blue Pit's delivery, which the report admits.");
}

void demo_crew(struct story *s)
{
	dana(s);
	compare_vendors(s);
}
