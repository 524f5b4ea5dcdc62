/* The demo's story, second part: the handbook in several languages, the analyst, chats by bare
 * clients, and the small services. All of it lies in the past. Numbers after story_past are minutes
 * before the demo's start. */
#include "collect/demo_cast.h"

/* JSON is sent as it stands here: laid out by hand. */
/* clang-format off */

/* ---- the nightly job: embeddings only ---- */

static void reindex(struct story *s)
{
	story_session(s, &demo_ci, NULL);
	story_past(s, 540);
	story_trace_begin(s, &demo_python, "reindex_handbook");
	story_span_begin(s, "embed_pages", NULL, JSON({"pages": 9, "changed": 9}));
	story_embedding(s, &demo_embedder, "embed batch 1",
	                JSON(["Ask for holidays four weeks ahead, unless the kiln breaks.",
	                      "Glass and porcelain travel in double boxes.",
	                      "The shop is up 99.9% of each calendar month."]), 240);
	story_embedding(s, &demo_embedder, "embed batch 2",
	                JSON(["休暇は四週間前に申請してください。", "割れ物は二重の箱で送ります。",
	                      "茶漉しは毎晩洗うこと。"]), 226);
	story_embedding(s, &demo_embedder, "embed batch 3",
	                JSON(["Support answers within four working hours.",
	                      "The kettle in the kitchen has no SLA.",
	                      "Who finishes the tea makes new tea."]), 219);
	story_span_end(s, JSON({"stored": 9, "dimensions": 1536}));
	story_trace_end(s, NULL);
}

/* ---- Kenji asks the handbook, in two languages ---- */

static void kenji(struct story *s)
{
	struct story_agent *handbook = story_agent(s, &demo_handbook);
	story_session(s, &demo_kenji, "s_78");
	story_past(s, 515);
	demo_handbook_trace(s, handbook, "休暇の申請について、日本語に翻訳してください。",
	                    JSON([{"id": "hb-12", "score": 0.89,
	                           "text": "Ask for holidays four weeks ahead, unless the kiln breaks."},
	                          {"id": "hb-13", "score": 0.77,
	                           "text": "休暇は四週間前に申請してください。"}]),
	                    "はい。休暇は**四週間前**までに申請してください。"
	                    "ただし、窯が壊れたときは例外です [hb-12]。");
	story_past(s, 506);
	demo_handbook_trace(s, handbook, "割れ物を海外へ送るときの箱は？ and in English please",
	                    JSON([{"id": "hb-21", "score": 0.9,
	                           "text": "割れ物は二重の箱で送ります。"},
	                          {"id": "hb-20", "score": 0.86,
	                           "text": "Glass and porcelain travel in double boxes."}]),
	                    "割れ物は二重の箱で送ります [hb-21]。\n\n"
	                    "In English: fragile goods travel in double boxes [hb-20]. 🍵");
	story_wait(s, 4000);
	story_metric(s, "accuracy", "0.95");
}

/* ---- Eve and the database: errors, a long result, a table, code ---- */

#define SQL_TOOLS \
	JSON([{"name": "list_tables", "description": "Tables and their columns.", \
	       "input_schema": {"type": "object", "properties": {}}}, \
	      {"name": "run_sql", \
	       "description": "Runs one read-only statement, at most 200 rows, 30 s.", \
	       "input_schema": {"type": "object", "properties": {"sql": {"type": "string"}}, \
	                        "required": ["sql"]}}])

static const struct story_role analyst = {
	.name = "sql_agent",
	.model = &demo_sonnet,
	.system = "You answer questions about the shop's warehouse database (PostgreSQL 16) for "
	          "its staff. Look at the tables first, then write one statement. Money is in "
	          "cents. If a statement fails, read the error before the next try; after three "
	          "failures say what is in the way. Answer with a short sentence, a table, and "
	          "the statement.",
	.tools = SQL_TOOLS,
	.temperature = 20,
	.caches = true,
};

/* What a database says when nobody wrote a LIMIT. */
static const char *sales_rows(struct story *s)
{
	static const char *const regions[] = {"North", "Harbour", "Islands", "South"};
	static const char *const customers[] = {"Harbour Bakery", "Cafe Limonero",
	                                        "Jasmine House",  "The Third Cup",
	                                        "Lighthouse Inn", "Library Cafe"};
	struct buf rows = {0};
	const char *kept;
	buf_puts(&rows, "{\"rows\":[");
	for (unsigned i = 0; i < 48; i++)
		buf_printf(&rows,
		           "%s{\"region\":\"%s\",\"customer\":\"%s\",\"month\":\"2026-%02u\","
		           "\"orders\":%u,\"revenue_cents\":%u,\"first_sku\":\"TP-%03u\"}",
		           i ? "," : "", regions[i % 4], customers[i * 5 % 6], 1 + i / 6,
		           3 + i * 7 % 19, 48000 + i * 7919 % 91000, 100 + i * 13 % 400);
	buf_puts(&rows, "],\"count\":48,\"elapsed_ms\":412}");
	kept = story_keep(s, &rows);
	buf_free(&rows);
	return kept;
}

static void fails(struct story_agent *agent, const char *says, const char *sql, const char *error)
{
	story_replies(agent, .says = says, .calls = {{"run_sql", sql}});
	story_answers(agent, "run_sql", .error = error, .result = error, .ms = 140);
}

static void eve_asks(struct story *s, struct story_agent *agent)
{
	story_past(s, 470);
	story_trace_begin(s, &demo_python, "sql_agent");
	story_says(agent, "top customers by region");
	story_replies(agent, .thinks = "I do not know the schema yet. Tables first.",
	              .calls = {{"list_tables", "{}"}});
	story_answers(agent, "list_tables", .ms = 95,
	              .result = JSON({"orders": ["id", "customer_id", "placed_at", "total_cents"],
	                              "customers": ["id", "name", "region_id"],
	                              "regions": ["id", "name"]}));
	fails(agent, NULL,
	      JSON({"sql": "SELECT region, sum(total) FROM orders JOIN regions USING (region_id)"}),
	      "ERROR: column \"region_id\" specified in USING clause does not exist in left table "
	      "(SQLSTATE 42703)");
	fails(agent, "The region belongs to the customer, not to the order.",
	      JSON({"sql": "SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON true"}),
	      "ERROR: column o.total does not exist (SQLSTATE 42703). HINT: Perhaps you meant "
	      "\"o.total_cents\".");
	story_replies(agent, .thinks = "total_cents, as the hint says. The view sales_by_month has "
	                               "region, customer and month joined already.",
	              .calls = {{"run_sql", JSON({"sql": "SELECT * FROM sales_by_month"})}});
	story_answers(agent, "run_sql", .result = sales_rows(s), .ms = 460);
	story_replies(agent, .says =
		"The best customer of each region this year:\n\n"
		"| region | customer | orders | revenue |\n"
		"|:-------|:---------|-------:|--------:|\n"
		"| North | Harbour Bakery | 38 | 3,412.80 EUR |\n"
		"| Harbour | Lighthouse Inn | 31 | 2,907.15 EUR |\n"
		"| Islands | Jasmine House | 29 | 2,644.00 EUR |\n"
		"| South | Cafe Limonero | 27 | 2,510.45 EUR |\n\n"
		"```sql\n"
		"SELECT DISTINCT ON (region) region, customer, orders, revenue_cents\n"
		"  FROM sales_by_month\n"
		" ORDER BY region, revenue_cents DESC;\n"
		"```\n"
		"Two statements failed before this one; their errors are in the trace.");
	story_trace_end(s, agent);
}

static void eve(struct story *s)
{
	struct story_agent *agent = story_agent(s, &analyst);
	story_session(s, &demo_eve, "s_79");
	eve_asks(s, agent);
	story_past(s, 452);
	story_trace_begin(s, &demo_python, "sql_agent");
	story_says(agent, "and as a bar chart I can paste into a mail");
	story_replies(agent, .thinks = "Plain text then: mails drop the rest.", .says =
		"```text\n"
		"North    Harbour Bakery  ##################  3,412.80\n"
		"Harbour  Lighthouse Inn  ###############     2,907.15\n"
		"Islands  Jasmine House   ##############      2,644.00\n"
		"South    Cafe Limonero   #############       2,510.45\n"
		"```\n"
		"It needs a font in which all letters are as wide as each other.");
	story_trace_end(s, agent);
	story_wait(s, 15000);
	story_metric(s, "thumbs", "up");
	story_evaluation(s, "numbers match the rows", 85,
		"Totals agree with the tool's result; the share of the islands was rounded.");
}

/* ---- Mei chats with Gemini through a bare client: no spans, no trace event ---- */

static const struct story_role tea_sommelier = {
	.name = "chat",
	.model = &demo_flash,
	.system = "你是一家茶具店的侍茶师。回答简短、友好，用客人的语言。",
	.tools = JSON([{"functionDeclarations": [{"name": "stock", "description": "库存",
	                "parameters": {"type": "object",
	                               "properties": {"sku": {"type": "string"}}}}]}]),
	.temperature = 70,
	.streams = true,
};

static void mei(struct story *s)
{
	struct story_agent *agent = story_agent(s, &tea_sommelier);
	story_session(s, &demo_mei, "s_82");
	story_past(s, 400);
	story_trace_begin(s, &demo_wrapper, "chat");
	story_says(agent, "铁观音应该用什么壶泡？");
	story_replies(agent, .calls = {{"stock", JSON({"sku": "TP-YIXING"})}});
	story_answers(agent, "stock", .result = JSON({"sku": "TP-YIXING", "left": 4}), .ms = 120);
	story_replies(agent, .says = "铁观音最适合用**紫砂壶**：保温好，香气足。水温 "
	                             "95–100°C，第一泡 20 秒。店里还有四把宜兴壶。🫖");
	story_trace_leave(s);
	story_past(s, 396);
	story_trace_begin(s, &demo_wrapper, "chat");
	story_says(agent, "好的，请给我留一把。谢谢！😊");
	story_replies(agent, .says = "已经为您留了一把宜兴紫砂壶，保留三天。欢迎来店里喝茶！🍃");
	story_trace_leave(s);
}

/* ---- Minjun plans a trip, with emoji ---- */

static const struct story_role travel_planner = {
	.name = "trip_planner",
	.model = &demo_gpt_5_mini,
	.system = "You plan small trips to places where tea is grown. Short lists, times, and one "
	          "emoji a line.",
	.streams = true,
};

static void minjun(struct story *s)
{
	struct story_agent *agent = story_agent(s, &travel_planner);
	story_session(s, &demo_minjun, "s_83");
	story_past(s, 180);
	story_trace_begin(s, &demo_python, "trip_planner");
	story_says(agent, "보성 녹차밭 당일치기 일정 짜 줘 🌱");
	story_span(s, "weather", JSON({"place": "보성", "day": "토요일"}),
	           JSON({"sky": "맑음", "celsius": 19}), 320);
	story_replies(agent, .says = "🚄 07:10 용산역 출발\n"
	                             "🌱 10:40 녹차밭 산책 (맑음, 19°C)\n"
	                             "🍵 12:30 녹차 국수와 차 시음\n"
	                             "📸 14:00 삼나무 길\n"
	                             "🚄 17:20 돌아오는 기차\n\n"
	                             "👨‍👩‍👧 가족과 함께라면 유모차는 두고 오세요: 계단이 "
	                             "많아요.");
	story_trace_end(s, agent);
	story_past(s, 171);
	story_trace_begin(s, &demo_python, "trip_planner");
	story_says(agent, "고마워요! 비 오면요? ☔");
	story_replies(agent, .says = "☔ 비가 오면 차 박물관과 찻잎 덖기 체험이 좋아요. 우산보다 "
	                             "비옷! 🧥");
	story_trace_end(s, agent);
	story_wait(s, 8000);
	story_feedback(s, "완벽해요 💯");
}

/* ---- a doctor's notes: nothing is shown, everything is counted ---- */

static const struct story_role triage = {
	.name = "triage_notes",
	.model = &demo_haiku,
	.system = "You sort the notes of a small practice by urgency. The notes stay in the house.",
	.private = true,
};

static void ward(struct story *s)
{
	struct story_agent *agent = story_agent(s, &triage);
	story_session(s, &demo_ward, NULL);
	story_past(s, 290);
	story_trace_begin(s, &demo_python, "triage_notes");
	story_says(agent, "These words are measured for the tokens, and never written: the "
	                  "generation is private. The text stands for a page of notes about a "
	                  "patient, which is none of anybody's business.");
	story_replies(agent, .says = "Not written either: three lines that sort the notes by how "
	                             "urgent they are.");
	story_trace_end(s, agent);
}

/* ---- titles for chats: one call each, by a model whose price nobody knows ---- */

static const struct story_role titler = {
	.name = "title_gen",
	.model = &demo_llama,
	.system = "Give the chat a title of at most five words.",
	.temperature = 30,
};

static void title(struct story *s, int minutes, const char *chat, const char *words)
{
	struct story_agent *agent = story_agent(s, &titler);
	story_session(s, &demo_titles, NULL);
	story_past(s, minutes);
	story_trace_begin(s, &demo_python, "title_gen");
	story_says(agent, chat);
	story_replies(agent, .says = words);
	story_trace_end(s, agent);
}

void demo_evening(struct story *s)
{
	reindex(s);
	kenji(s);
	eve(s);
	mei(s);
	ward(s);
	title(s, 240, "hola, necesito ayuda con la factura de octubre", "Factura de octubre");
	minjun(s);
	title(s, 60, "compare vendors of clay for next year", "Clay vendors compared");
}
