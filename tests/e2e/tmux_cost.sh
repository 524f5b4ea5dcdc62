# The Cost tab in a real terminal: the dearest call's working is two keys away, what is seen is what is copied, a trace's sum leads
# to its calls, and a model without a price says what to do.
. e2e/lib_tmux.sh

DAY=2026-03-01T10:00
mkdir -p "$D/config/tracehog"
printf '# 2026-11-20\nmodel\tprompt\tcompletion\tcache_read\nmy-kettle\t0.00001\t0.00007\t0.000001\n' \
	>"$D/config/tracehog/prices.tsv"
{
	event span "$(uuid 9)" t "$DAY:00Z" ',"$ai_span_id":"root","$ai_span_name":"the_desk"'
	event generation "$(uuid 1)" t "$DAY:01Z" ',"$ai_parent_id":"root","$ai_span_name":"cheap","$ai_model":"my-kettle","$ai_input_tokens":10,"$ai_output_tokens":1'
	event generation "$(uuid 2)" t "$DAY:02Z" ',"$ai_parent_id":"root","$ai_span_name":"dear","$ai_model":"my-kettle","$ai_input_tokens":1000,"$ai_cache_read_input_tokens":200,"$ai_output_tokens":100,"$ai_input_cost_usd":0.01,"$ai_output_cost_usd":0.007'
	event generation "$(uuid 3)" t "$DAY:03Z" ',"$ai_parent_id":"root","$ai_span_name":"strange","$ai_model":"no-\u001b[31msuch-urn","$ai_input_tokens":1000,"$ai_output_tokens":7'
} >"$D/calls.ndjson"
EXPLORE_ENV="env XDG_CONFIG_HOME=$D/config"

terminal 80 24
explore "$D/calls.ndjson"
wait_for '1 trace '

# The dearest call of the trace, and what it costs.
keys Enter
wait_for 'the_desk'
text '$'
wait_cursor 'dear'
keys Enter
wait_for 'call 2 of 3'
text '$'
wait_for '$0.017 reported, $0.0152 recomputed: reported is 12% more'
shows 'cache read paid as fresh input'
shows 'cache read   200 x  $1.00/M = $0.0002'
text yy
wait_for 'text via tmux load-buffer'
T show-buffer >"$D/copied"
grep -qxF 'fresh input  800 x $10.00/M = $0.008' "$D/copied" || fail 'the copied sum'
grep -qxF 'total           $0.0152    $0.017' "$D/copied" || fail 'the copied total'
text '/saved'
keys Enter
wait_for '1 line found'

# The next call has a model that nobody knows.
text '>'
wait_for 'none for no-\x1B[31msuch-urn'
shows '`tracehog prices update`'
shows "config/tracehog/prices.tsv"

# The sum of the trace leads to its calls.
text q
wait_for 'the_desk'
text 'g[['
wait_for 'for all calls of the trace'
shows '1 call      $0.017'
shows '1 call      ~$0.00017'
shows '1 call      $?'
keys Tab
wait_for 'detail '
text j
wait_for '> ~$0.00017'
keys Enter
wait_for '~$0.00017 estimated: no cost was sent, this is computed'
text Q
wait_prompt
verdict
