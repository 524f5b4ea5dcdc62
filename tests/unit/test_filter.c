/* The filter language: what every form means, and what can stand at a cursor. */
#include "query/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* 2026-11-22 10:00:00 UTC */
#define NOW (INT64_C(1795341600) * TIME_SECOND)

static bool same_user(void *ctx, const struct field *field, struct str name, struct buf *out)
{
	(void)ctx;
	if (field->number == FIELD_PROPERTY && str_eq(name, STR("release")))
		buf_puts(out, "2.10");
	else if (field->number == FIELD_USER)
		buf_puts(out, "u anna*");
	else if (field->number == FIELD_LATENCY)
		buf_puts(out, "350ms");
	return out->n > 0;
}

static const struct filter_reading how = {.now = NOW, .same = same_user};

/* ---- trees as text --------------------------------------------------------------------------- */

static void write_bounds(struct buf *out, const struct filter_value *v)
{
	buf_puts(out, v->without_low ? "#(" : "#[");
	if (v->has_low)
		decimal_append(out, v->low, 0);
	buf_puts(out, ",");
	if (v->has_high)
		decimal_append(out, v->high, 0);
	buf_puts(out, v->without_high ? ")" : "]");
}

static void write_value(struct buf *out, const struct filter_value *v)
{
	static const char *const tests[] = {
		[TEST_VALUE] = "=",  [TEST_WILDCARD] = "=*", [TEST_REGEX] = "=/",
		[TEST_FUZZY] = "=~", [TEST_RANGE] = "=",     [TEST_PRESENT] = "*"};

	buf_puts(out, tests[v->test]);
	buf_append(out, v->text);
	if (v->test != TEST_PRESENT && v->test != TEST_RANGE && !v->fold)
		buf_puts(out, "!");
	if (v->is_number)
		write_bounds(out, v);
}

static void write_node(struct buf *out, const struct filter_node *n)
{
	static const char *const kinds[] = {
		[FILTER_AND] = "&",   [FILTER_OR] = "|",    [FILTER_NOT] = "-",
		[FILTER_CHILD] = ">", [FILTER_COUNT] = "#", [FILTER_DESCENDANT] = ">>"};
	static const char *const scopes[] = {"trace", "session", "span", "any", "all", "none"};

	if (n->kind == FILTER_TERM) {
		if (n->role != FIELD_ROLE_ANY)
			buf_printf(out, "%s/", fields[FIELD_ROLE].words[n->role - 1]);
		buf_puts(out, n->field->name);
		buf_append(out, n->name);
	} else {
		buf_printf(out, "(%s", n->kind == FILTER_SCOPE ? scopes[n->scope] : kinds[n->kind]);
	}
	for (const struct filter_node *child = n->first; child; child = child->next) {
		buf_add(out, ' ');
		write_node(out, child);
	}
	if (n->kind == FILTER_COUNT)
		buf_add(out, ' ');
	for (uint32_t i = 0; i < n->n_values; i++)
		write_value(out, &n->values[i]);
	if (n->kind != FILTER_TERM)
		buf_add(out, ')');
}

/* ---- forms ----------------------------------------------------------------------------------- */

struct form {
	const char *typed, *tree, *printed; /* printed NULL: as typed */
};

static void check_form(const struct form *form)
{
	struct filter *f, *again;
	struct errinfo e = {0};
	struct buf tree = {0}, printed = {0};

	if (filter_parse(&f, str_of(form->typed), &how, &e) != FILTER_VALID)
		fail_msg("%s: %s at %u", form->typed, e.msg, (unsigned)e.pos);
	if (f->root)
		write_node(&tree, f->root);
	assert_string_equal(buf_text(&tree), form->tree);
	filter_print(f, &printed);
	assert_string_equal(buf_text(&printed), form->printed ? form->printed : form->typed);
	assert_int_equal(filter_parse(&again, buf_str(&printed), &how, &e), FILTER_VALID);
	assert_true(filter_equal(f, again));
	filter_free(again);
	filter_free(f);
	buf_free(&tree);
	buf_free(&printed);
}

#define CHECK_FORMS(forms)                                              \
	for (size_t i = 0; i < sizeof(forms) / sizeof((forms)[0]); i++) \
	check_form(&(forms)[i])

static void texts(void **state)
{
	static const struct form forms[] = {
		{"refund", "=refund", NULL},
		{"Refund \"I have started\"", "(& =Refund! =I have started!)", NULL},
		{"\"refund\"", "=refund", "refund"},
		{"a \t\nb", "(& =a =b)", "a b"},
		{"\"a \\\"b\\\" \\\\ \\n\\t\\x1b \\d\"", "=a \"b\" \\ \n\t\x1b \\d",
	         "\"a \\\"b\\\" \\\\ \\n\\t\\x1b \\\\d\""},
		{"a,b foo*bar don't {x} <b", "(& =a,b =foo*bar =don't ={x} =<b)", NULL},
		{"/order[_ ]?\\d+/", "=/order[_ ]?\\d+", NULL},
		{"/a\\/b/i /A/ /A/i /\\S/", "(& =/a\\/b =/A! =/A =/\\S)", "/a\\/b/ /A/ /A/i /\\S/"},
		{"~suport ~\"a b\"", "(& =~suport =~a b)", NULL},
		{"\"OR\" \"NOT\" \"-x\" \"/x/\" \"@x\" \"~x\"", "(& =OR! =NOT! =-x =/x/ =@x =~x)",
	         NULL},
		{"\"name:x\" \"a>b\" \"a(b)\"", "(& =name:x =a>b =a(b))", NULL},
		{"\xc3\x84rger \xff\x80", "(& =\xc3\x84rger! =\xff\x80)",
	         "\xc3\x84rger \"\\xff\\x80\""},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void values(void **state)
{
	static const struct form forms[] = {
		{"model:gpt-5 user:u_anna", "(& model=gpt-5 user=u_anna)", NULL},
		{"model:claude-*", "model=*claude-*", NULL},
		{"model:\"claude-*\"", "model=claude-*", NULL},
		{"name:(support_agent OR sql_agent)", "name=support_agent=sql_agent",
	         "name:support_agent,sql_agent"},
		{"name:a,b*,/c/,~d,\"e f\"", "name=a=*b*=/c=~d=e f", NULL},
		{"session:* -feedback:*", "(& session* (- feedback*))", NULL},
		{"url:https://x.io/v1 id:a:b", "(& url=https://x.io/v1 id=a:b)", NULL},
		{"id:-x id:!y id:\"~z\"", "(& id=-x id=!y id=~z)", NULL},
		{"version:1..2", "version=1..2", NULL},
		{"is:error,slow has:image kind:tool status:running",
	         "(& is=error=slow has=image kind=tool status=running)", NULL},
		{"provider:openai provider:open*", "(& provider=openai provider=*open*)", NULL},
		{"tool.result:timeout tool.args:\"a b\" think:why",
	         "(& tool.result=timeout tool.args=a b think=why)", NULL},
		{"\"model\":x", "model=x", "model:x"},
		{"same:user", "user=u anna*", "user:\"u anna*\""},
		{"-same:latency same:@release",
	         "(& (- latency=350ms#[350000,350000]) @release=2.10#[2100000000000,2100000000000])",
	         "-latency:350ms @release:2.10"},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void numbers(void **state)
{
	static const struct form forms[] = {
		{"latency:2", "latency=2#[2000000,2000000]", NULL},
		{"latency:>2s", "latency=>2s#(2000000,]", NULL},
		{"latency:>=350ms", "latency=>=350ms#[350000,]", NULL},
		{"latency:<1.5m", "latency=<1.5m#[,90000000)", NULL},
		{"latency:<=1h", "latency=<=1h#[,3600000000]", NULL},
		{"cost:$0.05..1", "cost=$0.05..1#[50000000000,1000000000000]", NULL},
		{"cost:>.05", "cost=>.05#(50000000000,]", NULL},
		{"cost:[0.05 TO 1]", "cost=0.05..1#[50000000000,1000000000000]", "cost:0.05..1"},
		{"cost.in:[ * TO $1 ]", "cost.in=..$1#[,1000000000000]", "cost.in:..$1"},
		{"tokens:>100k", "tokens=>100k#(100000,]", NULL},
		{"tokens:1.5M,2000..", "tokens=1.5M!#[1500000,1500000]=2000..#[2000,]", NULL},
		{"cache%:>=61%", "cache%=>=61%#[61000000000000,]", NULL},
		{"tps:>74.5", "tps=>74.5#(74500000000000,]", NULL},
		{"code:429", "code=429#[429,429]", NULL},
		{"tokens:\"1200\"", "tokens=1200#[1200,1200]", "tokens:1200"},
		{"in:5k in:5x in:\"5\" in:>3 in:1..2 out:a..b",
	         "(& in=5k#[5000,5000] in=5x in=5 in=>3#(3,] in=1..2#[1,2] out=a..b)", NULL},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void properties(void **state)
{
	static const struct form forms[] = {
		{"@release:2.14.1", "@release=2.14.1", NULL},
		{"@release:2.14", "@release=2.14#[2140000000000,2140000000000]", NULL},
		{"@release:\"2.14\"", "@release=2.14", NULL},
		{"person.plan:pro", "person.plan=pro", NULL},
		{"\"@my key\":x @\"my key\":x person.\"a b\":x",
	         "(& @my key=x @my key=x person.a b=x)",
	         "@\"my key\":x @\"my key\":x person.\"a b\":x"},
		{"@\"$groups.company\":acme", "@$groups.company=acme", "@$groups.company:acme"},
		{"@latency:>2s @latency_ms:>2s @tookMs:350ms,.5s @a.ms:<1m @items:1h",
	         "(& @latency=>2s#(2000000000000,] @latency_ms=>2s#(2000000000000000,] "
	         "@tookMs=350ms#[350000000000000,350000000000000]"
	         "=.5s#[500000000000000,500000000000000] @a.ms=<1m#[,60000000000000000) "
	         "@items=1h#[3600000000000000,3600000000000000])",
	         NULL},
		{"@cost:>$0.5 @cost:$.25..$1 person.spent:$2 @name:\"$2\" @name:$2s",
	         "(& @cost=>$0.5#(500000000000,] @cost=$.25..$1#[250000000000,1000000000000] "
	         "person.spent=$2#[2000000000000,2000000000000] @name=$2 @name=$2s)",
	         NULL},
		{"@size:>10kB @n:-1 @n:1..5 @v:1..x @n:[1 TO *]",
	         "(& @size=>10kB#(10000000000000000,] @n=-1#[-1000000000000,-1000000000000] "
	         "@n=1..5#[1000000000000,5000000000000] @v=1..x @n=1..#[1000000000000,])",
	         "@size:>10kB @n:-1 @n:1..5 @v:1..x @n:1.."},
		{"@ok:true -@x:*", "(& @ok=true (- @x*))", NULL},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void times(void **state)
{
	static const struct form forms[] = {
		{"since:2h", "since=2h#[1795334400000000,]", NULL},
		{"until:14:30", "until=14:30#[,1795357800000000)", NULL},
		{"since:today until:\"2026-11-22 11:00\"",
	         "(& since=today#[1795305600000000,] until=2026-11-22 11:00#[,1795345200000000))",
	         NULL},
		{"at:14:00", "at=14:00#[1795356000000000,1795356060000000)", NULL},
		{"at:14:00:01", "at=14:00:01#[1795356001000000,1795356002000000)", NULL},
		{"at:yesterday", "at=yesterday#[1795219200000000,1795305600000000)", NULL},
		{"at:2026-11-20T10:00:00.5",
	         "at=2026-11-20T10:00:00.5#[1795168800500000,1795168800500001)", NULL},
		{"at:14:00..14:05", "at=14:00..14:05#[1795356000000000,1795356300000000)", NULL},
		{"at:[2h TO *]", "at=2h..#[1795334400000000,]", "at:2h.."},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void together(void **state)
{
	static const struct form forms[] = {
		{"-is:error !a NOT b", "(& (- is=error) (- =a) (- =b))", "-is:error -a -b"},
		{"a OR b c", "(| =a (& =b =c))", NULL},
		{"(is:error OR is:slow) env:prod", "(& (| is=error is=slow) env=prod)", NULL},
		{"(a b) (c (d OR e))", "(& =a =b =c (| =d =e))", "a b c (d OR e)"},
		{"((a OR b) OR c)", "(| =a =b =c)", "a OR b OR c"},
		{"a AND b and c", "(& =a =b =and =c)", "a b and c"},
		{"-(a b) -(-c) -(((d)))", "(& (- (& =a =b)) (- (- =c)) (- =d))", "-(a b) -(-c) -d"},
		{"NOT(a) OR(b)", "(| (- =a) =b)", "-a OR b"},
		{"a or b not c", "(& =a =or =b =not =c)", NULL},
		{"role:user \"a b\" c", "(& user/=a b =c)", NULL},
		{"role:tool -/x/ -role:system y", "(& (- tool/=/x) (- system/=y))",
	         "-role:tool /x/ -role:system y"},
		{"trace(any(tool:refund_tool is:error) -any(tool:apologise))",
	         "(trace (& (any (& tool=refund_tool is=error)) (- (any tool=apologise))))", NULL},
		{"session(a OR b) none(c) all(d)", "(& (session (| =a =b)) (none =c) (all =d))",
	         NULL},
		{"span(name:agent >> is:error)", "(span (>> name=agent is=error))", NULL},
		{"span(a > b c >> d OR e)", "(span (>> (> =a (& =b =c)) (| =d =e)))", NULL},
		{"span(a>b)", "(span (> =a =b))", "span(a > b)"},
		{"span(a > (b > c) -(d >> e))", "(span (> =a (& (> =b =c) (- (>> =d =e)))))", NULL},
		{"count(tool:web_fetch):>5", "(# tool=web_fetch =>5#(5,])", NULL},
		{"-count(a OR b):2,5..7", "(- (# (| =a =b) =2#[2,2]=5..7#[5,7]))", NULL},
	};

	(void)state;
	CHECK_FORMS(forms);
}

static void order_and_limit(void **state)
{
	struct filter *f;

	(void)state;
	assert_int_equal(filter_parse(&f, STR("by:\"a b\" sort:cost-desc is:slow OR x limit:2k"),
	                              &how, NULL),
	                 FILTER_VALID);
	assert_true(str_eq(f->sort, STR("cost")) && f->descending);
	assert_true(str_eq(f->by, STR("a b")));
	assert_int_equal(f->limit, 2000);
	assert_int_equal(f->sort_at, 14);
	assert_int_equal(f->by_at, 3);
	filter_free(f);
	check_form(&(struct form){"limit:5 by:x is:slow sort:a-desc OR x", "(| is=slow =x)",
	                          "is:slow OR x sort:a-desc by:x limit:5"});
	check_form(&(struct form){"sort:\"a b-desc\"", "", NULL});
	assert_int_equal(filter_parse(&f, STR(" \t"), &how, NULL), FILTER_EMPTY);
	assert_null(f->root);
	filter_free(f);
}

static void terms_know_where_they_stand(void **state)
{
	struct filter *f;
	const struct filter_node *n;

	(void)state;
	assert_int_equal(filter_parse(&f, STR(" model:x (-/r/ OR span(a > b))"), &how, NULL),
	                 FILTER_VALID);
	n = f->root->first;
	assert_int_equal(n->at, 1);
	assert_int_equal(n->length, 7);
	n = n->next->first;
	assert_int_equal(n->at, 10);
	assert_int_equal(n->length, 4);
	assert_int_equal(n->first->at, 11);
	n = n->next;
	assert_int_equal(n->at, 18);
	assert_int_equal(n->length, 11);
	assert_int_equal(n->first->at, 23);
	assert_int_equal(n->first->length, 5);
	filter_free(f);
}

/* ---- at the cursor --------------------------------------------------------------------------- */

static void what_stands_at_the_cursor(void **state)
{
	/* | is the cursor; what a completion replaces, and of what. */
	static const struct {
		const char *typed, *replaced, *field, *name;
	} cases[] = {
		{"|", "", NULL, ""},
		{"mo|", "mo", NULL, ""},
		{"a mo|del:x", "model:", NULL, ""},
		{"-(mo|)", "mo", NULL, ""},
		{"model:|", "", "model", ""},
		{"model:g|pt-5 x", "gpt-5", "model", ""},
		{"model:a,b| c", "b", "model", ""},
		{"model:(a OR b|)", "b", "model", ""},
		{"model:(a OR b) c|", "c", NULL, ""},
		{"model:\"gpt |", "\"gpt ", "model", ""},
		{"model:\"gpt 5\" x|", "x", NULL, ""},
		{"model:/a b/ x|", "x", NULL, ""},
		{"@rel|", "@rel", NULL, ""},
		{"@rel:2|", "2", "@", "rel"},
		{"@\"my key\":2|", "2", "@", "my key"},
		{"\"@my key\":2|", "2", "@", "my key"},
		{"person.plan:|", "", "person.", "plan"},
		{"sort:co|", "co", NULL, "sort"},
		{"by:|", "", NULL, "by"},
		{"same:us|", "us", NULL, ""},
		{"trace(is:e|)", "e", "is", ""},
	};
	struct filter_completion at;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = {0};
		size_t cursor = str_find(str_of(cases[i].typed), STR("|"), 0, false);

		buf_append(&text, str_sub(str_of(cases[i].typed), 0, cursor));
		buf_puts(&text, cases[i].typed + cursor + 1);
		if (!filter_at(&at, buf_str(&text), cursor) ||
		    !str_eq(str_sub(buf_str(&text), at.from, at.to - at.from),
		            str_of(cases[i].replaced)) ||
		    !str_eq(str_of(at.field ? at.field->name : NULL), str_of(cases[i].field)) ||
		    !str_eq(at.name, str_of(cases[i].name)))
			fail_msg("%s: %u to %u", cases[i].typed, at.from, at.to);
		buf_free(&text);
	}
	assert_false(filter_at(&at, STR("\"a b"), 3));
	assert_false(filter_at(&at, STR("/a b"), 3));
	assert_false(filter_at(&at, STR("none:x"), 6));
	assert_false(filter_at(&at, STR("cost:>1"), 7));
	assert_false(filter_at(&at, STR("limit:1"), 7));
}

/* ---- the table ------------------------------------------------------------------------------- */

static void fields_stand_at_their_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIELDS; i++) {
		assert_int_equal(fields[i].number, i);
		assert_true(fields[i].help[0] != '\0');
	}
	assert_ptr_equal(field_named(STR("cache%")), &fields[FIELD_CACHE_SHARE]);
	assert_null(field_named(STR("")));
	assert_null(field_named(STR("@")));
	assert_int_equal(field_word(&fields[FIELD_IS], STR("suspect")), IS_SUSPECT);
	assert_int_equal(field_word(&fields[FIELD_HAS], STR("json")), HAS_JSON);
	assert_int_equal(field_word(&fields[FIELD_KIND], STR("evaluation")), KIND_EVALUATION);
	assert_int_equal(field_word(&fields[FIELD_ROLE], STR("tool")) + 1, FIELD_ROLE_TOOL);
	assert_int_equal(field_word(&fields[FIELD_NAME], STR("x")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(values),
		cmocka_unit_test(numbers),
		cmocka_unit_test(properties),
		cmocka_unit_test(times),
		cmocka_unit_test(together),
		cmocka_unit_test(order_and_limit),
		cmocka_unit_test(terms_know_where_they_stand),
		cmocka_unit_test(what_stands_at_the_cursor),
		cmocka_unit_test(fields_stand_at_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
