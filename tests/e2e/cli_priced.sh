# Calls without a cost are priced by the tables, a person's own first: in lists, trees, totals and filters.
. e2e/lib.sh

DAY=2026-03-01T10:00
FILE=$D/calls.ndjson
export XDG_CONFIG_HOME=$D/config XDG_CACHE_HOME=$D/cache
OWN=$XDG_CONFIG_HOME/tracehog/prices.tsv
TOKENS='"$ai_input_tokens":1000,"$ai_output_tokens":100'

# u is 0.000001 USD.
own_prices()
{
	mkdir -p "${OWN%/*}"
	{
		printf 'model\tprompt\tcompletion\tcache_read\n'
		printf 'mine\t0.000002\t0.00001\t0.0000005\n'
		printf 'half\t0.000002\t\t\n'
	} >"$OWN"
}

# Five calls of one trace; in the order of their uuids:
#   1 computed      600 x 2u + 400 x 0.5u + 100 x 10u = 0.0024, of it the cache 0.0002
#   2 one side sent 0.5 + 100 x 10u = 0.501
#   3 incomplete    0.002: the output has no price
#   4 reported      0.5, where 0.003 was computed
#   5 unpriced
calls()
{
	event generation "$(uuid 1)" t "$DAY:01Z" ",\"\$ai_span_id\":\"s1\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"mine\",$TOKENS,\"\$ai_cache_read_input_tokens\":400"
	event generation "$(uuid 2)" t "$DAY:02Z" ",\"\$ai_span_id\":\"s2\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"mine\",$TOKENS,\"\$ai_input_cost_usd\":0.5"
	event generation "$(uuid 3)" t "$DAY:03Z" ",\"\$ai_span_id\":\"s3\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"half\",$TOKENS"
	event embedding "$(uuid 4)" t "$DAY:04Z" ",\"\$ai_span_id\":\"s4\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"mine\",$TOKENS,\"\$ai_total_cost_usd\":0.5"
	event generation "$(uuid 5)" t "$DAY:05Z" ",\"\$ai_span_id\":\"s5\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"zqx-none\",$TOKENS"
	event span "$(uuid 6)" t "$DAY:06Z" ",\"\$ai_span_id\":\"s6\",\"\$ai_parent_id\":\"t\",\"\$ai_model\":\"mine\",$TOKENS"
}

lists()
{
	exits 0 ls generations "$FILE" --json --sort uuid
	quiet
	json '*/cost_usd' "$(printf '0.0024\n0.501\n0.002\n0.5\nnull')"
	json '*/cost_source' "$(printf 'estimated\nestimated\nestimated\nreported\nunpriced')"
	json '*/input_cost_usd' "$(printf '0.0014\n0.5\n0.002\n0.002\nnull')"
	json '*/output_cost_usd' "$(printf '0.001\n0.001\nnull\n0.001\nnull')"
}

totals()
{
	exits 0 stats "$FILE" --json
	json cost/reported_usd 0.5
	json cost/estimated_usd 0.5054
	json cost/total_usd 1.0054
	json cost/reported_events 1
	json cost/estimated_events 3
	json cost/unpriced_events 2
	exits 0 ls traces "$FILE" --json
	json '*/cost_usd' 1.0054
	json '*/unpriced_events' 2
	exits 0 show t "$FILE" --json
	valid_json
	exits 0 tree t "$FILE"
	out_has '~$0.0024'
}

# passes FILTER NUMBERS: the uuids of what it lets through.
passes()
{
	exits 0 ls generations "$FILE" --jsonl --fields uuid --sort uuid -f "$1"
	equal "$RAN" "$(for i in $2; do uuid "$i"; echo; done | xargs)" "$("$CHECK" jsonl uuid <"$D/out" | xargs)"
}

filters()
{
	passes is:priced '1 2 4'
	passes is:unpriced '3 5'
	passes is:mismatch 4
	passes '-is:mismatch' '1 2 3 5'
	passes 'cost.cache:>0' 1
	passes 'cost.cache:0.0002' 1
	passes 'cost.out:0.001' '1 2 4'
}

# A table that is wrong is told once, with its line, and the others stand.
broken()
{
	printf 'model\tprompt\nmine\tcheap\n' >"$OWN"
	exits 0 stats "$FILE" --json
	equal 'sentences' 1 "$(grep -c . "$D/err")"
	err_has "$OWN: line 2"
	json cost/reported_usd 0.5
	exits 0 ls generations "$FILE" --json --sort uuid
	json 0/cost_source unpriced
	rm "$OWN"
	exits 0 ls generations "$FILE"
	quiet
	env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME "$TRACEHOG" stats "$FILE" >"$D/out" 2>"$D/err"
	equal 'without a home' 0 $?
	equal 'without a home: errors' 0 "$(grep -c price "$D/err")"
}

own_prices
calls >"$FILE"
lists
totals
filters
broken
verdict
