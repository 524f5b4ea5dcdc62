/* Plots, in blocks and in ASCII: golden/plot_NAME.txt. UPDATE=1 writes them anew. */
#include "draw/plot.h"
#include "base/time.h"
#include "support/golden.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SLOTS  60
#define DOLLAR INT64_C(1000000000000)
#define NOON   INT64_C(1763726400000000) /* 2025-11-21 12:00 UTC */
#define HOUR   (3600 * TIME_SECOND)

/* Hills, with stretches of nothing and of nothing known. */
static void fill(struct value *values, int n, enum value_type type, money unit)
{
	for (int i = 0; i < n; i++) {
		int height = (i * i * 7 + i * 13) % 41;

		values[i] = (struct value){.type = type, .number = height * unit};
		if (i % 17 == 5 || i / 10 == 3)
			values[i] = (struct value){.type = VALUE_UNKNOWN};
		else if (i / 4 == 5)
			values[i].number = 0;
	}
}

static void draw(struct surface *s, enum value_type type, money unit, struct plot_slots slots,
                 int cursor)
{
	struct value values[SLOTS];
	struct plot p = {values, type, slots, cursor, ROLE_COST};

	fill(values, slots.n, type, unit);
	plot_draw(s, surface_area(s), &p);
}

static void day_of_money(struct surface *s)
{
	struct plot_slots slots;

	plot_slots(&slots, NOON, NOON + 24 * HOUR, SLOTS);
	draw(s, VALUE_MONEY, DOLLAR / 7, slots, 6);
}

static void week_of_tokens(struct surface *s)
{
	struct plot_slots slots;

	plot_slots(&slots, NOON, NOON + 7 * 24 * HOUR, SLOTS);
	draw(s, VALUE_TOKENS, 123456, slots, -1);
}

static void minutes_of_latency(struct surface *s)
{
	struct plot_slots slots;

	plot_slots(&slots, NOON + 17 * TIME_SECOND, NOON + HOUR / 12, 30);
	draw(s, VALUE_SECONDS, 3 * TIME_SECOND, slots, -1);
}

static void nothing_but_zeros(struct surface *s)
{
	struct value values[SLOTS];
	struct plot p = {.values = values, .type = VALUE_COUNT, .cursor = -1, .role = ROLE_BAR};

	plot_slots(&p.slots, NOON, NOON + 365 * 24 * HOUR, SLOTS);
	fill(values, p.slots.n, VALUE_COUNT, 0);
	plot_draw(s, surface_area(s), &p);
}

static void lines(struct surface *s)
{
	static const struct plot_bin bins[] = {
		{"<1s", 380000},      {"1-2s", 911000},  {"2-5s", 1},   {"5-10s", 0},
		{"10-20s", 12345678}, {">20s", 6000000}, {"unseen", 10}};
	struct area a = surface_area(s);
	struct value values[SLOTS];

	fill(values, SLOTS, VALUE_MONEY, DOLLAR);
	plot_spark(s, a, 0, 2, ROLE_COST, values, SLOTS);
	for (int i = 0; i <= 10; i++)
		plot_bar(s, a, 1, i * 6, 5, ROLE_BAR, i * DOLLAR, 10 * DOLLAR);
	a.row += 2;
	a.rows -= 2;
	plot_histogram(s, a, ROLE_LATENCY, bins, (int)(sizeof(bins) / sizeof(bins[0])));
}

static const struct scene {
	const char *name;
	void (*draw)(struct surface *s);
	int rows, cols;
} scenes[] = {
	{"plot_day", day_of_money, 12, 80},
	{"plot_day_wide", day_of_money, 14, 120},
	{"plot_week", week_of_tokens, 7, 70},
	{"plot_minutes", minutes_of_latency, 9, 70},
	{"plot_zeros", nothing_but_zeros, 6, 40},
	{"plot_small", week_of_tokens, 3, 60},
	{"plot_lines", lines, 8, 70},
};

static void play(void **state)
{
	const struct scene *scene = *state;
	struct buf screen = {0};

	for (int ascii = 0; ascii < 2; ascii++) {
		struct surface s;

		glyph_set_ascii(ascii == 1);
		surface_init(&s, scene->rows, scene->cols);
		surface_clear(&s);
		scene->draw(&s);
		surface_dump(&s, ascii == 0, &screen);
		surface_fini(&s);
	}
	glyph_set_ascii(false);
	golden_compare(scene->name, buf_str(&screen));
	buf_free(&screen);
}

int main(void)
{
	static struct CMUnitTest tests[sizeof(scenes) / sizeof(scenes[0])];
	size_t n = sizeof(scenes) / sizeof(scenes[0]);

	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){.name = scenes[i].name,
		                               .test_func = play,
		                               .initial_state = (void *)(uintptr_t)&scenes[i]};
	return _cmocka_run_group_tests("plot", tests, n, NULL, NULL);
}
