# Every command and every screen shows the same costs, those that stand here, added up by hand. A call's cost is reported,
# estimated (by prices of its own, or since one side alone was sent), or unknown; a sum says what it leaves out.
#
#   trace  user  session  model    cost
#   t1     ann   s        alpha    $0.10    reported
#   t1     ann   s        beta     $0.015   estimated: 1,000 x $0.00001 + 100 x $0.00005
#   t1     ann   s        nobody-knows  $0.02  estimated: the input's part; the output has no price
#   t2     ann   s        vector   $0.001   reported, an embedding
#   t2     bob   s        nobody-knows  unknown
#   t3     bob   -        alpha    $0.50    reported
#
#   t1 0.135  t2 0.001  t3 0.50   s 0.136   ann 0.136  bob 0.50   alpha 0.60  beta 0.015  vector 0.001  nobody-knows 0.02
#   team acme (the first two) 0.115    all 0.636: 0.601 reported, 0.035 estimated, two calls not priced or not whole
#   Latencies: t1 3 + 4 = 7 s, of what is at its top, t2 0.5 + 1.5 = 2 s; of s 9 s.
. e2e/lib_tmux.sh
EXPLORE_ENV="env TZ=UTC XDG_CONFIG_HOME=$D/config XDG_STATE_HOME=$D/state XDG_CACHE_HOME=$D/cache"
export XDG_CONFIG_HOME=$D/config XDG_CACHE_HOME=$D/cache XDG_STATE_HOME=$D/state
FILE=$D/costs.ndjson
DAY=2026-11-01T10:00

# call KIND N TRACE USER MODEL LATENCY MORE
call()
{
	event "$1" "$(uuid "$2")" "$3" "$DAY:0${2}Z" \
		",\"\$ai_model\":\"$5\",\"\$ai_latency\":$6,\"\$ai_input_tokens\":1000,\"\$ai_output_tokens\":100$7" |
		sed "s/\"distinct_id\":\"ann\"/\"distinct_id\":\"$4\"/"
}
S=',"$ai_session_id":"s"'
ACME=',"$groups":{"team":"acme"}'
{
	event span "$(uuid 9)" t1 "$DAY:09Z" "$S,\"\$ai_latency\":3,\"\$ai_span_id\":\"agent\",\"\$ai_span_name\":\"agent\""
	call generation 1 t1 ann alpha 1 "$S$ACME,\"\$ai_parent_id\":\"agent\",\"\$ai_total_cost_usd\":0.10"
	call generation 2 t1 ann beta 2 "$S$ACME,\"\$ai_parent_id\":\"agent\",\"\$ai_input_token_price\":0.00001,\"\$ai_output_token_price\":0.00005"
	call generation 3 t1 ann nobody-knows 4 "$S,\"\$ai_input_cost_usd\":0.02"
	call embedding 4 t2 ann vector 0.5 "$S,\"\$ai_total_cost_usd\":0.001"
	call generation 5 t2 bob nobody-knows 1.5 "$S"
	call generation 6 t3 bob alpha 1 ',"$ai_total_cost_usd":0.5'
} >"$FILE"

# costs_of WHAT KEY: "KEY cost source unpriced" of every row.
costs_of()
{
	exits 0 ls "$1" "$FILE" --jsonl --fields "$2,cost_usd,cost_source,unpriced_events" --sort cost_usd-desc
	tr -d '{}"' <"$D/out" | sed 's/[a-z_]*://g; s/,/ /g'
}

equal 'ls traces' 't3 0.5 reported 0
t1 0.135 estimated 1
t2 0.001 reported 1' "$(costs_of traces trace_id)"
equal 'ls sessions' 's 0.136 estimated 2' "$(costs_of sessions session_id)"
equal 'ls users' 'bob 0.5 reported 1
ann 0.136 estimated 1' "$(costs_of users user)"
equal 'ls models' 'alpha 0.6 reported 0
nobody-knows 0.02 estimated 2
beta 0.015 estimated 0
vector 0.001 reported 0' "$(costs_of models model)"
equal 'ls groups' 'acme 0.115 estimated 0' "$(costs_of groups group)"

exits 0 ls generations "$FILE" --json --sort time
json '*/cost_usd' "$(printf '0.1\n0.015\n0.02\n0.001\nnull\n0.5')"
json '*/cost_source' "$(printf 'reported\nestimated\nestimated\nreported\nunpriced\nreported')"
exits 0 ls generations "$FILE" --csv --fields cost_usd,cost_source --sort time
equal 'csv' 'cost_usd,cost_source 0.1,reported 0.015,estimated 0.02,estimated 0.001,reported ,unpriced 0.5,reported' \
	"$(tr '\n' ' ' <"$D/out" | sed 's/ $//')"
exits 0 ls generations "$FILE" --fields cost_usd --sort time
equal 'text' 'COST $0.10 ~$0.015 >=~$0.02 $0.001 $? $0.50' "$(tr -s '\n ' ' ' <"$D/out" | sed 's/^ //; s/ $//')"
exits 0 ls traces "$FILE" --md --fields trace_id,cost_usd --sort cost_usd-desc
out_has '| t3 | $0.50 |'
out_has '| t1 | >=~$0.135 |'
out_has '| t2 | >=$0.001 |'

exits 0 ls sessions "$FILE" --json
json 0/latency_s 9
exits 0 ls traces "$FILE" --jsonl --fields trace_id,latency_s --sort latency_s-desc
equal 'latencies' 't1 7 t2 2 t3 1' "$(tr -d '{}"' <"$D/out" | sed 's/[a-z_]*://g; s/,/ /g' | tr '\n' ' ' | sed 's/ $//')"

exits 0 stats "$FILE" --json
json cost/reported_usd 0.601
json cost/estimated_usd 0.035
json cost/total_usd 0.636
json cost/reported_events 3
json cost/estimated_events 2
json cost/unpriced_events 2
json per_model/alpha/cost_usd 0.6
json per_model/nobody-knows/cost_usd 0.02
exits 0 stats "$FILE"
out_has 'cost     ~$0.636 + 2 unpriced   estimated 2'
out_has 'unpriced 2   nobody-knows 2'
for id in t1 t2 t3; do
	exits 0 show "$id" "$FILE" --json
	at cost/total_usd
done | tr '\n' ' ' >"$D/shown"
equal 'show --json' '0.135 0.001 0.5 ' "$(cat "$D/shown")"
exits 0 show t1 "$FILE" --json
json cost/unpriced_events 1
exits 0 show "$(uuid 5)" "$FILE"
grep -q '^cost_usd  *\$?$' "$D/out" || fail 'show hides that a cost is not known'
exits 0 tree t1 "$FILE"
grep -q '^.*agent .* >=~\$0.13 ' "$D/out" || fail 'the tree has another sum of the trace'
grep -q 'agent .*~\$0.115' "$D/out" || fail 'the tree has another sum of the span'
exits 0 tail "$FILE" --no-follow
equal 'tail' '$0.10 ~$0.015 >=~$0.02 $0.001 $? $0.50' "$(grep -o '[>=~]*\$[0-9?][0-9.]*' "$D/out" | tr '\n' ' ' | sed 's/ $//')"
exits 0 ls generations "$FILE" -f 'cost.in:>=$0.02' --json --fields uuid
json '*/uuid' "$(uuid 3)"

# Nothing is known of any of them.
grep nobody-knows "$FILE" | grep -v input_cost >"$D/unknown.ndjson"
exits 0 stats "$D/unknown.ndjson" --json
json cost/total_usd '(absent)'
exits 0 stats "$D/unknown.ndjson"
out_has 'cost     $? (1 unpriced)'

terminal 130 40
explore "$FILE"
wait_for '3 traces'
wait_for '>=~$0.135'
wait_for '>=$0.001'
wait_for '$0.50'
wait_for 'sum ~$0.636 + 2 unpriced'
text 2
wait_for '1 session'
wait_for '>=~$0.136'
text l
wait_for '2 traces'
wait_for 'sum ~$0.136 + 2 unpriced'
# A filter leaves traces out, and what they cost.
text f
text 'cost:>=0.1'
keys Enter
wait_for 'sum ~$0.135 + 1 unpriced'
text f
keys C-u Enter
wait_for 'sum ~$0.136 + 2 unpriced'
text 4
wait_for '2 users'
wait_for '>=~$0.136'
wait_for '>=$0.50'
text t
wait_for 'team:acme'
wait_for '~$0.115'
text 8
wait_for '4 models'
wait_for '>=~$0.02'
wait_for '~$0.015'
wait_for '$0.60'
text 3
wait_for '6 generations'
wait_for '>=~$0.02'
wait_for '$?'
text 1
wait_for '3 traces'
keys G
wait_cursor '>=~$0.135'
keys Enter
wait_for '>=~$0.135  3.3k tok'
wait_for '~$0.135 + 1 unpriced'
wait_for '~$0.115'
text Q
wait_prompt
verdict
