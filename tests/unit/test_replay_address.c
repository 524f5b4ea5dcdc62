/* Before a call is sent again: where it may go, with which key, and what is a body. */
#include "collect/posthog_key.h"
#include "collect/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- addresses ------------------------------------------------------------------------------------------------------- */

static enum err address_of(struct buf *url, const char *named, const char *base_url,
                           struct errinfo *e)
{
	struct provider_request request = {.address = "https://api.openai.com/v1"};
	struct replay_address address;
	enum err err;

	buf_puts(&request.path, "/chat/completions");
	err = replay_address(&address, &request, str_of(named), base_url, e);
	buf_clear(url);
	buf_append(url, buf_str(&address.url));
	replay_address_free(&address);
	request_free(&request);
	return err;
}

static void test_addresses_of_events(void **state)
{
	static const struct {
		const char *named;
		bool same;
	} cases[] = {
		{"", true},
		{"https://api.openai.com/v1", true},
		{"https://api.openai.com/v1/", true},
		{"https://api.openai.com", true},
		{"https://API.OpenAI.com/v1", true},
		{"https://api.openai.com:443/v1", true},
		{"https://api.openai.com:8443/v1", false},
		{"http://api.openai.com/v1", false},
		{"https://api.openai.com./v1", false},
		{"https://api.openai.com@evil.example/v1", false},
		{"https://evil.example@api.openai.com/v1", false},
		{"https://api.openai.com:pass@evil.example", false},
		{"https://api.openai.com.evil.example/v1", false},
		{"https://evil.example/api.openai.com", false},
		{"https://evil.example#api.openai.com", false},
		{"https://evil.example?api.openai.com", false},
		{"https://evil.example\\@api.openai.com", false},
		{"https://xapi.openai.com/v1", false},
		{"https://eu.api.openai.com/v1", false},
		{"https://openai.com/v1", false},
		{"https://\xd0\xb0pi.openai.com/v1", false},
		{"https://api.openai\xe3\x80\x82"
	         "com/v1",
	         false},
		{"https://api%2eopenai%2ecom.evil.example", false},
		{"https://127.0.0.1/v1", false},
		{"http://localhost:11434/v1", false},
		{"https://x.openai.azure.com/openai", false},
		{"file:///etc/passwd", false},
		{"api.openai.com", true},
		{"API.openai.com:443", true},
		{"api.openai.com:8443", false},
		{"api.openai.com.evil.example", false},
		{"api.openai.com@evil.example", false},
		{"evil.example", false},
		{"evil.example/api.openai.com", false},
		{"https://api.openai.com\r\n.evil.example", false},
		{" ", false},
	};
	struct buf url = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct errinfo e = {0};
		enum err err = address_of(&url, cases[i].named, NULL, &e);

		if ((err == ERR_OK) != cases[i].same)
			fail_msg("%s: %d, %s", cases[i].named, err, e.msg);
		if (cases[i].same)
			assert_string_equal(url.p, "https://api.openai.com/v1/chat/completions");
		else
			assert_non_null(strstr(e.msg, "--base-url"));
	}
	buf_free(&url);
}

static void test_address_after_a_nul(void **state)
{
	static const char named[] = "https://api.openai.com\0.evil.example";
	struct provider_request request = {.address = "https://api.openai.com/v1"};
	struct replay_address address;
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_address(&address, &request, (struct str){named, sizeof(named) - 1},
	                                NULL, &e),
	                 ERR_USAGE);
	replay_address_free(&address);
}

static void test_addresses_of_persons(void **state)
{
	static const struct {
		const char *base, *url; /* url NULL: refused */
	} cases[] = {
		{"https://gate.example/v1", "https://gate.example/v1/chat/completions"},
		{"https://gate.example/v1///", "https://gate.example/v1/chat/completions"},
		{"https://gate.example", "https://gate.example/chat/completions"},
		{"http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"},
		{"http://localhost:1/", "http://localhost:1/chat/completions"},
		{"http://gate.example/v1", NULL},
		{"https://me:secret@gate.example/v1", NULL},
		{"https://gate.example/v1?key=1", NULL},
		{"https://gate.example/v1#x", NULL},
		{"ftp://gate.example", NULL},
		{"gate.example", NULL},
		{"", NULL},
	};
	struct buf url = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct errinfo e = {0};
		/* What the event names does not count then. */
		enum err err = address_of(&url, "https://evil.example", cases[i].base, &e);

		if ((err == ERR_OK) != (cases[i].url != NULL))
			fail_msg("%s: %d, %s", cases[i].base, err, e.msg);
		if (cases[i].url != NULL)
			assert_string_equal(url.p, cases[i].url);
		else
			assert_null(strstr(e.msg, "secret"));
	}
	buf_free(&url);
}

static void test_no_address(void **state)
{
	struct provider_request request = {.address = NULL};
	struct replay_address address;
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_address(&address, &request, STR("https://evil.example"), NULL, &e),
	                 ERR_USAGE);
	replay_address_free(&address);
}

/* ---- keys and bodies ------------------------------------------------------------------------------------------------- */

static enum err key_of(struct buf *key, const char *value, bool loopback, struct errinfo *e)
{
	struct replay_address address = {.loopback = loopback};
	enum err err;

	posthog_key_wipe(key);
	buf_puts(&address.origin, "https://api.openai.com");
	if (value != NULL)
		setenv("A_KEY", value, 1);
	else
		unsetenv("A_KEY");
	err = replay_key(key, "A_KEY", &address, e);
	replay_address_free(&address);
	return err;
}

static void test_keys(void **state)
{
	struct buf key = {0};
	struct errinfo e;

	(void)state;
	assert_int_equal(key_of(&key, "sk-1", false, &e), ERR_OK);
	assert_string_equal(key.p, "sk-1");
	assert_int_equal(key_of(&key, " sk-1\n", false, &e), ERR_OK);
	assert_string_equal(key.p, "sk-1");
	assert_int_equal(key_of(&key, NULL, false, &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.msg, "A_KEY"));
	assert_int_equal(key_of(&key, "", false, &e), ERR_NOT_FOUND);
	assert_int_equal(key_of(&key, NULL, true, &e), ERR_OK);
	assert_int_equal(key.n, 0);
	assert_int_equal(key_of(&key, "sk-1", true, &e), ERR_OK);
	assert_int_equal(key.n, 4);
	assert_int_equal(key_of(&key, "sk-1\r\nX: y", false, &e), ERR_USAGE);
	assert_null(strstr(e.msg, "sk-1"));
	assert_int_equal(key_of(&key, "sk-\xc3\xa9", true, &e), ERR_USAGE);
	posthog_key_wipe(&key);
}

static void test_bodies(void **state)
{
	struct errinfo e;

	(void)state;
	assert_int_equal(replay_check_body(STR("{\"model\":\"m\"}"), &e), ERR_OK);
	assert_int_equal(replay_check_body(STR("[]"), &e), ERR_PARSE);
	assert_int_equal(replay_check_body(STR(""), &e), ERR_PARSE);
	assert_int_equal(replay_check_body(STR("{\n\"a\":1,\n}"), &e), ERR_PARSE);
	assert_non_null(strstr(e.msg, "line 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_events),
		cmocka_unit_test(test_address_after_a_nul),
		cmocka_unit_test(test_addresses_of_persons),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
