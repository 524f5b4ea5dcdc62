/* The demo's story, first part: the support desk of Teapot & Sons and its customers. It ends live,
 * while the demo plays. Numbers after story_past are minutes before the demo's start, after
 * story_live milliseconds behind it. */
#include "collect/demo_cast.h"

/* JSON is sent as it stands here: laid out by hand. */
/* clang-format off */

/* ---- Anna's broken teapot: a refund that was never made ---- */

#define ORDER_8841 \
	JSON({"order": 8841, "status": "delivered", "placed": "last Tuesday", "total_eur": 148.5, \
	      "items": [{"sku": "TP-HARBOUR-12", "name": "Harbour teapot, 1.2 l", "quantity": 3, \
	                 "eur": 45.0}, \
	                {"sku": "CU-PLAIN", "name": "Plain cup", "quantity": 3, "eur": 4.5}], \
	      "payment": {"method": "card", "last4": "4242", "captured": true}, \
	      "shipping": {"carrier": "BlueVan", "double_box": true, "signed_by": "front desk"}})

#define REFUND_TIMEOUT \
	JSON({"error": "timeout", "status": 500, "retry_after": 30, \
	      "upstream": "payments-gateway", \
	      "trace": ["Traceback (most recent call last):", \
	                "  File \"refunds/handler.py\", line 88, in refund", \
	                "    receipt = gateway.refund(order, amount, idempotency_key=key)", \
	                "  File \"gateway/client.py\", line 214, in refund", \
	                "    return self._post(\"/v2/refunds\", body, timeout=self.timeout)", \
	                "  File \"gateway/client.py\", line 131, in _post", \
	                "    raise GatewayTimeout(url, elapsed)", \
	                "GatewayTimeout: POST /v2/refunds gave no answer within 6.0 s"]})

static void anna_complains(struct story *s, struct story_agent *desk)
{
	story_past(s, 12);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "refund order 8841, it arrived broken");
	story_replies(desk, .thinks = "Order 8841, broken on arrival. Policy: look before "
	                              "speaking.",
	              .calls = {{"search_orders", JSON({"order": 8841})}}, .ms = 1100);
	story_answers(desk, "search_orders", .result = ORDER_8841, .ms = 412);
	story_replies(desk, .says = "I'm sorry. Let me look at that order: three Harbour teapots "
	                            "and three plain cups, delivered last week. Could you send "
	                            "me a photo of what is broken? Then I can offer you a refund "
	                            "or a replacement, whichever you prefer.");
	story_trace_end(s, desk);
}

static void anna_sends_a_photo(struct story *s, struct story_agent *desk)
{
	story_past(s, 9);
	story_trace_begin(s, &demo_python, "support_agent");
	story_shows(desk, "this is how it looks");
	story_replies(desk, .calls = {{"vision_check", JSON({"expect": "broken porcelain"})},
	                              {"search_orders", JSON({"order": 8841})}});
	story_parallel(s);
	story_branch(s);
	story_answers(desk, "vision_check", .ms = 1840,
	              .result = JSON({"damage": "crack through the lid", "pieces": 1,
	                              "confidence": 0.93}));
	story_branch(s);
	story_answers(desk, "search_orders", .result = ORDER_8841, .ms = 396);
	story_join(s);
	story_replies(desk, .says = "Thank you, I see the cracked lid on one of the three pots. "
	                            "That is covered, and you need not send it back. Would you "
	                            "like a replacement lid (two days) or 45.00 EUR back on the "
	                            "card ending in 4242?");
	story_trace_end(s, desk);
}

/* The tool fails, and the last answer pretends that it did not. */
static void anna_gets_no_refund(struct story *s, struct story_agent *desk)
{
	story_past(s, 3);
	story_trace_begin(s, &demo_python, "support_agent");
	story_span_begin(s, "agent", "agent", "please just refund it");
	story_says(desk, "please just refund it");
	story_replies(desk, .thinks = "She wants the money. Check the order's state once more, "
	                              "then refund.",
	              .calls = {{"search_orders", JSON({"order": 8841})}}, .ms = 1100,
	              .first_token_ms = 540);
	story_answers(desk, "search_orders", .result = ORDER_8841, .ms = 404);
	story_replies(desk, .ms = 1300, .first_token_ms = 610,
	              .calls = {{"refund_tool",
	                         JSON({"order": 8841, "reason": "broken", "timeout_s": 10})}});
	story_answers(desk, "refund_tool", .ms = 6100, .status = 500,
	              .error = "HTTP 500: payments-gateway timed out after 6.0 s",
	              .result = REFUND_TIMEOUT);
	story_replies(desk, .says = "One moment, the payment service is slow today.", .ms = 900,
	              .first_token_ms = 380);
	story_span_begin(s, "guardrail", "guardrail",
	                 "One moment, the payment service is slow today.");
	story_embedding(s, &demo_embedder, "embed policy",
	                "may the agent promise a refund without a refund id", 96);
	story_span(s, "pgvector top_k=8", "policy",
	           JSON([{"id": "policy-3", "score": 0.91,
	                  "text": "Never promise refunds without a ticket id."},
	                 {"id": "policy-7", "score": 0.84,
	                  "text": "If a tool fails, say so in one sentence."}]), 188);
	story_wait(s, 260);
	story_span_end(s, JSON({"passed": true, "checked": "message 3"}));
	story_retool(desk, demo_support_tools_slow);
	story_orphan(s, "log_metrics",
	             JSON({"queue": "metrics", "tool": "refund_tool", "elapsed_s": 6.1}), 88);
	story_replies(desk, .ms = 2100, .first_token_ms = 640,
	              .thinks = "The refund tool timed out. I should tell the user that I will "
	                        "retry, but the tone guide says to be reassuring, and a refund "
	                        "will most likely go through later. I will say that it has "
	                        "started.",
	              .says = "I can't see that order right now, but I have **started the "
	                      "refund** and you will get a mail within 24 hours.\n\n"
	                      "1. keep the parcel\n"
	                      "2. no need to return it");
	story_span_end(s, "answered");
	story_trace_end(s, desk);
	story_wait(s, 21000);
	story_metric(s, "thumbs", "down");
	story_feedback(s, "it lied to me, there is no refund");
	story_wait(s, 9000);
	story_evaluation(s, "helpful", 20, "The answer claims that a refund was started. The "
	                                   "only call of refund_tool failed with HTTP 500 and "
	                                   "was not repeated, so no refund exists.");
}

static void anna_asks_why(struct story *s, struct story_agent *desk)
{
	story_live(s, 2400);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "why did you lie");
	story_replies(desk, .thinks = "She is right to ask. See what the desk noted.",
	              .calls = {{"find_ticket", JSON({"order": 8841})}}, .ms = 1200);
	story_answers(desk, "find_ticket", .ms = 480,
	              .result = JSON({"order": 8841,
	                              "tickets": [{"id": "T-5521", "kind": "refund",
	                                           "state": "failed", "retries": 0}]}));
	story_replies(desk, .ms = 2300,
	              .says = "You're right, I apologise. The refund tool did not answer and I "
	                      "told you that the refund had started. It had not. Your ticket is "
	                      "**T-5521**; a colleague will make the refund of 45.00 EUR by hand "
	                      "today and write to you when it is done.");
	story_trace_end(s, desk);
	story_wait(s, 1700);
	story_metric(s, "thumbs", "up");
	story_feedback(s, "thank you for being straight with me");
}

static void anna(struct story *s)
{
	struct story_agent *desk = story_agent(s, &demo_support);
	story_session(s, &demo_anna, "s_77");
	anna_complains(s, desk);
	anna_sends_a_photo(s, desk);
	anna_gets_no_refund(s, desk);
	anna_asks_why(s, desk);
}

/* ---- Juan writes in Spanish, and the provider is busy ---- */

static const char rate_limited[] =
	"Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-5-mini: 200,000 tokens "
	"a minute. Try again in 1.2 s.', 'type': 'tokens', 'code': 'rate_limit_exceeded'}}";

static void juan(struct story *s)
{
	struct story_agent *desk = story_agent(s, &demo_support_mini);
	story_session(s, &demo_juan, "s_80");
	story_past(s, 230);
	story_trace_begin(s, &demo_python_early, "support_agent");
	story_says(desk, "hola, necesito ayuda con la factura de octubre");
	story_replies(desk, .calls = {{"search_orders", JSON({"limit": 3})}});
	story_answers(desk, "search_orders", .ms = 377,
	              .result = JSON([{"order": 8702, "status": "invoiced", "total_eur": 612.0,
	                               "invoice": "F-10-0417"},
	                              {"order": 8655, "status": "invoiced", "total_eur": 96.0,
	                               "invoice": "F-10-0417"}]));
	story_replies(desk, .says = "¡Hola! Su factura de octubre es la **F-10-0417**: 708,00 "
	                            "EUR por los pedidos 8702 y 8655, a 30 días. ¿Se la envío "
	                            "otra vez por correo?");
	story_trace_end(s, desk);
	story_past(s, 222);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "sí, y ¿hay precio especial para 24 teteras?");
	story_replies(desk, .error = rate_limited, .status = 429, .ms = 310);
	story_span(s, "backoff", JSON({"attempt": 1, "reason": "429"}), JSON({"slept_s": 1.2}),
	           1200);
	story_replies(desk, .says = "Enviada. Y sí: a partir de 12 piezas hay precio por "
	                            "cantidad; para 24 teteras Harbour serían 40,50 EUR cada una "
	                            "en lugar de 45,00 EUR. Gracias por la paciencia. ☕");
	story_trace_end(s, desk);
	story_wait(s, 30000);
	story_feedback(s, "gracias, muy rápido 👍");
}

/* ---- Bob waits for a parcel, then reads the handbook ---- */

static void bob(struct story *s)
{
	struct story_agent *desk = story_agent(s, &demo_support_mini);
	struct story_agent *handbook = story_agent(s, &demo_handbook);
	story_session(s, &demo_bob, "s_81");
	story_past(s, 120);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "where is my parcel");
	story_replies(desk, .calls = {{"search_orders", JSON({"limit": 1})}});
	story_answers(desk, "search_orders", .ms = 402,
	              .result = JSON([{"order": 8830, "status": "shipped",
	                               "shipping": {"carrier": "BlueVan",
	                                            "last_scan": "Tarn depot",
	                                            "expected": "tomorrow before noon"}}]));
	story_replies(desk, .says = "It is on its way: BlueVan scanned it at the Tarn depot this "
	                            "morning and expects to deliver it tomorrow before noon.");
	story_trace_end(s, desk);
	story_live(s, 4600);
	demo_handbook_trace(s, handbook, "what is our SLA",
	                    JSON([{"id": "hb-41", "score": 0.93,
	                           "text": "The shop is up 99.9% of each calendar month."},
	                          {"id": "hb-42", "score": 0.81,
	                           "text": "Support answers within four working hours."},
	                          {"id": "hb-07", "score": 0.42,
	                           "text": "The kettle in the kitchen has no SLA."}]),
	                    "99.9% in each calendar month for the shop [hb-41]; support answers "
	                    "within four working hours [hb-42]. The kettle has none [hb-07].");
}

/* ---- Dee's new address: the same call three times ---- */

#define NEW_ADDRESS JSON({"user": 17, "street": "Main 1", "postcode": "1234"})

static void tries_the_address(struct story_agent *desk, const char *says, int ms)
{
	story_replies(desk, .says = says, .calls = {{"update_address", NEW_ADDRESS}}, .ms = ms);
	story_answers(desk, "update_address", .error = "HTTP 409: conflict", .status = 409,
	              .ms = 980, .result = "failed");
}

static void dee(struct story *s)
{
	struct story_agent *desk = story_agent(s, &demo_support);
	story_session(s, &demo_dee, "s_84");
	story_live(s, 700);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "change my address to Main 1, 1234. mail is d@example.com");
	story_replies(desk, .calls = {{"search_user", JSON({"mail": "d@example.com"})}},
	              .ms = 1000);
	story_answers(desk, "search_user", .ms = 210,
	              .result = JSON([{"user": 17, "name": "Dee", "town": "Tarn"}]));
	tries_the_address(desk, "I will update the postcode now.", 1100);
	tries_the_address(desk, "Let me try that again.", 950);
	tries_the_address(desk, "Once more.", 820);
	story_replies(desk, .says = "I could not change the address: the address "
	                            "service refuses it three times over. Is 1234 "
	                            "really the postcode of Main 1 in Tarn?", .ms = 1500);
	story_trace_end(s, desk);
}

/* The story's end: a search that has not come back. */
static void dee_waits(struct story *s)
{
	struct story_agent *desk = story_agent(s, &demo_support);
	story_session(s, &demo_dee, "s_84");
	story_live(s, 10400);
	story_trace_begin(s, &demo_python, "support_agent");
	story_says(desk, "sorry, 1243. and what did I order in spring?");
	story_replies(desk, .calls = {{"search_orders", JSON({"limit": 20})}}, .ms = 1100);
	story_tool_runs(desk, "search_orders");
	story_trace_leave(s);
}

void demo_day(struct story *s)
{
	juan(s);
	bob(s);
	anna(s);
	dee(s);
	dee_waits(s);
}
