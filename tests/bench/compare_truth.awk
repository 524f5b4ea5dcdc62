# compare_truth.awk TRUTH STATS: every number that both name, in the document "gen_events --truth"
# wrote and in the one "tracehog stats --json" printed. Prints each that differs; exits 1 on one.
#
# Numbers are compared as text, but for the zeros at the end of a fraction: a double would hide
# the last digits of a cost. No path component of either document holds an escape.

function slurp(file,    line, text)
{
	while ((getline line < file) > 0)
		text = text line "\n"
	close(file)
	return text
}

# Fills values with the raw text of each scalar, by its path ("cost.total_usd").
function flatten(text, values,    depth, key, path, token, i)
{
	depth = 0
	while (match(text, /"([^"\\]|\\.)*"|[-+.0-9A-Za-z]+|[{}:,]/)) {
		token = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		if (token == "{")
			depth++
		else if (token == "}")
			depth--
		else if (text ~ /^[ \t\n]*:/)
			key[depth] = substr(token, 2, length(token) - 2)
		else if (token != ":" && token != ",") {
			path = key[1]
			for (i = 2; i <= depth; i++)
				path = path "." key[i]
			values[path] = token
		}
	}
}

function plain(number)
{
	if (number ~ /^-?[0-9]+[.][0-9]+$/) {
		sub(/0+$/, "", number)
		sub(/[.]$/, "", number)
	}
	return number
}

function expected(name)
{
	return name in truth ? truth[name] : "absent from the truth"
}

function compare(path, value,    found)
{
	found = path in stats ? stats[path] : "absent"
	compared[path]
	if (plain(value) "" == plain(found) "")
		return
	printf "%s: %s, but should be %s\n", path, found, value
	wrong++
}

# Milliseconds since 1970 as RFC 3339 with microseconds.
function rfc3339(ms,    second, day, era, year, month, dayofyear)
{
	second = substr(ms, 1, length(ms) - 3) + 0
	day = int(second / 86400)
	second -= day * 86400
	# Years that begin in March put the leap day last.
	day += 719468
	era = int(day / 146097)
	day -= era * 146097
	year = int((day - int(day / 1460) + int(day / 36524) - int(day / 146096)) / 365)
	dayofyear = day - (365 * year + int(year / 4) - int(year / 100))
	month = int((5 * dayofyear + 2) / 153)
	day = dayofyear - int((153 * month + 2) / 5) + 1
	month += month < 10 ? 3 : -9
	year += era * 400 + (month <= 2)
	return sprintf("\"%04d-%02d-%02dT%02d:%02d:%02d.%s000Z\"", year, month, day, second / 3600,
		       second % 3600 / 60, second % 60, substr(ms, length(ms) - 2))
}

function compare_names(    count, pair, i, names)
{
	count = split("source.bytes bytes " \
		      "source.bad_lines bad_lines " \
		      "events.trace $ai_trace " \
		      "events.span $ai_span " \
		      "events.generation $ai_generation " \
		      "events.embedding $ai_embedding " \
		      "traces traces " \
		      "sessions sessions " \
		      "errors errors " \
		      "tokens.input input_tokens " \
		      "tokens.output output_tokens " \
		      "tokens.cache_read cache_read_input_tokens " \
		      "tokens.cache_write cache_creation_input_tokens " \
		      "tokens.reasoning reasoning_tokens " \
		      "cost.reported_usd total_cost_usd " \
		      "cost.reported_events with_cost", names, " ")
	for (i = 1; i <= count; i += 2)
		compare(names[i], expected(names[i + 1]))
}

# The kinds that the generator does not write count too: all of them together are its events.
function compare_sums(    path, events)
{
	events = 0
	for (path in stats)
		if (path ~ /^events[.]/)
			events += stats[path]
	stats["the sum of events"] = sprintf("%.0f", events)
	compare("the sum of events", expected("events"))
	compare("source.lines", sprintf("%.0f", truth["events"] + truth["bad_lines"]))
}

# Calls that were sent without a cost have one by the tables, or none; what it is, tests/cost tells.
function compare_unsent()
{
	stats["calls without a sent cost"] = stats["cost.estimated_events"] + stats["cost.unpriced_events"]
	compare("calls without a sent cost",
		truth["$ai_generation"] + truth["$ai_embedding"] - truth["with_cost"])
}

function compare_models(    path)
{
	for (path in truth)
		if (path ~ /^per_model[.]/)
			compare(path ".events", truth[path])
	for (path in stats)
		if (path ~ /^per_model[.].*[.]events$/ && !(path in compared)) {
			printf "%s: %s, but there is no such model\n", path, stats[path]
			wrong++
		}
}

BEGIN {
	flatten(slurp(ARGV[1]), truth)
	flatten(slurp(ARGV[2]), stats)
	compare_names()
	compare_sums()
	compare_unsent()
	compare_models()
	compare("time.first", rfc3339(expected("first_ms")))
	compare("time.last", rfc3339(expected("last_ms")))
	exit wrong > 0
}
