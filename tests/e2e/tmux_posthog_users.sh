# A list of users, or of groups, of a PostHog project: PostHog adds them up, a filter goes along, Enter fetches the calls of one of them alone;
# when events came is asked in one question a range; what it refuses is said.
. e2e/lib_posthog.sh
EVENTS_FOLDER=$D
. e2e/lib_tmux.sh
trap 'T kill-server 2>/dev/null; end_all; rm -rf "$EVENTS_FOLDER"' EXIT

# 120 calls of 6 users, the dearest the last; those of the fourth fail.
awk 'BEGIN {
	for (i = 1; i <= 120; i++)
		printf "{\"uuid\":\"00000000-0000-4003-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"user-%d\",\"timestamp\":\"\",\"properties\":{\"$ai_trace_id\":\"trace-%03d\",\"$ai_span_name\":\"call-%03d\",\"$ai_model\":\"gpt-5\",\"$ai_latency\":1,\"$ai_total_cost_usd\":0.0%d,\"$groups\":{\"company\":\"c-%d\"}%s}}\n", i, i % 6 + 1, i, i, i % 6 + 1, i % 2, i % 6 == 3 ? ",\"$ai_is_error\":true,\"$ai_error\":\"boom\"" : ""
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" >"$EVENTS"
sed -i 's/"distinct_id":"user-4"/&,"person_properties":{"email":"four@example.com"}/' "$EVENTS"

questions()
{
	asked | grep -cx "tracehog:$1"
}

standin
terminal 100 24
explore "posthog: --host $HOST"
wait_cursor call-120
text T
wait_for '120 events, 20 errors (server '
keys Escape
wait_gone 'time range'
[ "$(questions figures)" = 1 ] || fail 'more than a question for a range'
before=$(questions events)
text 4
wait_for '6 users'
wait_cursor user-6
wait_for 'server '
shows 'of what was fetched' && fail 'what PostHog adds up is all there is'
[ "$(questions events)" = "$before" ] || fail 'events were fetched for a list of users'
text ':filter is:error'
keys Enter
wait_for '1 user '
wait_cursor user-4
wait_for '$0.8'
text JJJJJJJJ
wait_for 'four@example.com'

# All of this user's calls, and nobody else's.
keys Enter
wait_for '20 generations'
wait_for 'user user-4'
wait_for 'server '
[ "$(questions generations)" = 1 ] || fail 'the calls of a user are one question'
text q
text u
wait_for '6 users'

# Their groups likewise.
text t
wait_for '2 groups'
wait_for 'server '
wait_cursor company:c-1
shows 'of what was fetched' && fail 'what PostHog adds up is all there is'
keys Enter
wait_for '60 generations'
[ "$(questions generations)" = 2 ] || fail 'the calls of a group are one question'

# What events do not say of a person PostHog is asked.
text 1
text ':filter person.email:four'
keys Enter
wait_for '20 traces'
wait_for 'server '
wait_cursor call-117
text ':filter person.email:five'
keys Enter
wait_for 'no traces pass'
! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'
text Q
wait_prompt

# A server that refuses to add up: it is said, and the list is of what is here.
forget
standin --fault '*:400'
explore "posthog: --host $HOST"
wait_for 'Traces'
text T
wait_for 'of what was fetched'
keys Escape
wait_gone 'time range'
text 4
wait_for 'local only: '
text Q
wait_prompt

# Users that are too many for one answer come as the cursor nears the end.
awk 'BEGIN {
	for (i = 1; i <= 1234; i++)
		printf "{\"uuid\":\"00000000-0000-4006-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"user-%d\",\"timestamp\":\"\",\"properties\":{\"$ai_model\":\"gpt-5\",\"$ai_total_cost_usd\":0.%05d}}\n", i, i, i
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" 60 1 >"$EVENTS"
forget
standin
explore "posthog: --host $HOST"
wait_for 'Traces'
text 4
wait_for '1,000 users'
wait_for '234 cheaper ones left out (G)'
text G
wait_for '1,234 users'
wait_gone 'cheaper ones'
text Q
wait_prompt
verdict
