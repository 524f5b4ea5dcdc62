# A filter on a terminal asks PostHog for what passes, page by page; where PostHog refuses it, that is said once, and what is here is
# judged here.
. e2e/lib_posthog.sh
EVENTS_FOLDER=$D
. e2e/lib_tmux.sh
trap 'T kill-server 2>/dev/null; end_all; rm -rf "$EVENTS_FOLDER"' EXIT

# Of 400 traces each tenth is of another model.
awk 'BEGIN {
	for (i = 1; i <= 400; i++)
		printf "{\"uuid\":\"00000000-0000-4001-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"ann\",\"timestamp\":\"\",\"properties\":{\"$ai_trace_id\":\"trace-%03d\",\"$ai_session_id\":\"session-%02d\",\"$ai_span_name\":\"trace-%03d\",\"$ai_model\":\"%s\",\"$ai_latency\":1,\"$ai_input\":\"question %d\"}}\n", i, i, i / 7, i, i % 10 ? "gpt-5" : "claude-9", i
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" >"$EVENTS"

lists()
{
	asked | grep -cx tracehog:traces
}

# A question that is taken back may be under way still, so that there are three.
well_asked()
{
	! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'
}

# The query with its values: no placeholder is left.
copied_query()
{
	T show-buffer 2>/dev/null | grep -qF "ILIKE '%claude%'" && ! T show-buffer | grep -q '{[a-z]'
}

# The last row that is there, and whether that is all.
ends_at()
{
	text G
	shows "$1"
}

standin
terminal 100 24
explore "posthog: --host $HOST"
wait_cursor trace-400
before=$(lists)
text ':filter model:claude'
keys Enter
wait_for 'f: model:claude'
wait_for 'server '
wait_cursor trace-400
wait_for trace-390
# The list of before ends with trace-301.
wait_for trace-290
# A page of the list of before may have been under way.
[ "$(($(lists) - before))" -le 2 ] || fail 'more than a list was asked for a filter'
wait_for '40 traces'
text yh
waits "the HogQL" copied_query

# Of generations those that pass are asked for, and no others.
text 3
wait_for '40 generations'
wait_for 'server '
[ "$(asked | grep -cx tracehog:generations)" = 1 ] || fail 'pages of generations that nobody looks at'
# 40 of them; the first page of all would be twice as long.
bytes=$(sed -n 's/.*"tracehog:generations".*"bytes":\([0-9]*\),.*/\1/p' "$LOG" | tail -1)
[ "$bytes" -lt 16000 ] || fail "generations came that do not pass: $bytes bytes"
text 1
keys f C-u
keys Enter
wait_cursor trace-400

# What a list is narrowed to goes along, and it pages on.
before=$(asked | grep -cx tracehog:events)
text 4
wait_for '1 user'
keys Enter
wait_for '+ generations '
wait_for ' ms  '
shows 'of what was fetched' && fail 'all that passes is there, page by page'
waits 'it pages to its end' ends_at ' 400 generations'
keys q
# Of another list that passes between them the rows come back.
text 3
text 'fmodel:claude'
keys Enter
wait_for '40 generations'
text 4
wait_for '1 user'
keys Enter
wait_for '40 generations'
wait_for 'server '
text u
wait_for 'generations'
[ "$(asked | grep -cx tracehog:events)" = "$before" ] || fail 'events that nobody looks at were fetched'
keys q
text 1

text 'f'
keys C-u
text '-model:claude question'
keys Enter
wait_for 'server + local'
keys f C-u
text 'question'
keys Enter
wait_for 'local only: question'
keys f C-u
keys Enter
wait_cursor trace-400
wait_for trace-399
well_asked
text Q
wait_prompt

# Another server comes to its place, which refuses whatever is asked: the filter once, and what is asked without it.
forget
explore "posthog: --host $HOST"
wait_cursor trace-400
waits 'the totals' grep -q trace-totals "$LOG"
port=${HOST##*:}
gone
standin --fault '*:400' --port "$port"
text 'fmodel:claude'
keys Enter
wait_for 'local only: PostHog refused the filter'
text jk
wait_for 'local only: PostHog refused the filter'
# With the filter and without; the tail asks, too.
[ "$(asked | grep -cx 400)" -le 5 ] || fail 'a filter that was refused is asked for again and again'
text Q
wait_prompt
verdict
