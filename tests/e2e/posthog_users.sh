# Users and groups of a PostHog project are added up there: no event is fetched for them, and they are what all events add up to here.
. e2e/lib_posthog.sh

# 90 events of 12 users and of nobody, of some groups and of none, in traces and sessions; some fail, some cost nothing that is
# known.
awk 'function groups(i) {
	if (i % 4 == 0)
		return ""
	return ",\"$groups\":{\"company\":\"" (i % 3 ? "acme" : "o'\''{v0}\\\\") "\"" (i % 5 ? "" : ",\"it'\''s\":" i % 2) "}"
}
BEGIN {
	for (i = 1; i <= 90; i++) {
		printf "{\"uuid\":\"00000000-0000-4002-8000-%012d\",\"event\":\"$ai_%s\",\"distinct_id\":\"%s%d\",\"timestamp\":\"\",", i, i % 3 ? "generation" : "span", i % 5 ? "user " : "o'\''{x}\\\\", i % 12
		printf "\"properties\":{\"$ai_trace_id\":\"trace-%02d\",\"$ai_session_id\":\"session-%02d\",\"$ai_span_name\":\"n%d\",\"$ai_latency\":1%s%s%s}}\n", i / 4, i / 8, i, i % 3 ? ",\"$ai_model\":\"gpt-5\",\"$ai_input_tokens\":" i ",\"$ai_output_tokens\":7" : "", i % 7 ? "" : ",\"$ai_is_error\":true,\"$ai_error\":\"boom\"", (i % 11 ? "" : ",\"$process_person_profile\":false") groups(i)
	}
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" >"$EVENTS"

# Of two users PostHog knows who they are; what it says of one of them means harm.
sed -i -e 's/"distinct_id":"user 1"/&,"person_properties":{"email":"one@example.com","name":"One"}/' \
	-e 's/"distinct_id":"user 2"/&,"person_properties":{"name":"T\\u001b[mwo"}/' "$EVENTS"

# questions NAME: how many questions of that name there were.
questions()
{
	grep -c "\"name\":\"$1\"" "$LOG"
}

# What only PostHog knows is left out of what is compared.
without_people()
{
	sed -e 's/"person": .*/"person": null/' -e 's/one@example\.com//' -e 's/T.x1B.*wo"*//' "$D/out"
}

# equal_lists KIND ARG...: the same of the project and of its events.
equal_lists()
{
	local kind=$1
	shift
	exits 0 ls "$kind" posthog: --host "$HOST" "$@"
	without_people >"$D/server"
	exits 0 ls "$kind" "$EVENTS" --since "$SINCE" "$@"
	without_people >"$D/local"
	mv "$D/local" "$D/out"
	cmp -s "$D/server" "$D/out" || {
		fail "ls $kind $*: the project's differ from those of its events"
		diff "$D/server" "$D/out" | head -n 6
	}
}

standin
SINCE=$(ago 86400)
for format in --json --csv --tsv --md; do
	equal_lists users "$format"
	equal_lists groups "$format"
done
for kind in users groups; do
	equal_lists "$kind" --json --sort errors-desc --limit 3
	equal_lists "$kind" --json -f 'is:error'
	equal_lists "$kind" --json -f 'model:gpt-5 tokens:>20'
	equal_lists "$kind" --json -f "user:'"
	equal_lists "$kind" --json -f '-name:n1 latency:<2s'
done
exits 0 ls users posthog: --host "$HOST" --fields user,person --json -f 'user:"user 1" OR user:"user 2"'
out_has 'one@example.com'
out_has 'wo'
clean
[ "$(questions tracehog:people)" -ge 1 ] || fail 'nobody asked who the users are'
[ "$(questions tracehog:events)" = 0 ] || fail 'events were fetched for a list of users or groups'
[ "$(questions tracehog:figures)" = 19 ] || fail 'more or less than one question a list'
! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'
exits 1 ls users posthog: --host "$HOST" -f 'model:claude'

# What PostHog cannot judge, and what it refuses, is judged here of all events, and that is said.
exits 0 ls users posthog: --host "$HOST" --json -f 'is:slow OR tokens:>20'
err_has 'PostHog cannot judge'
cp "$D/out" "$D/server"
exits 0 ls users "$EVENTS" --since "$SINCE" --json -f 'is:slow OR tokens:>20'
cmp -s "$D/server" "$D/out" || fail 'what is judged here differs'
for kind in users groups; do
	standin --fault '1:400'
	equal_lists "$kind" --json
	[ "$(questions tracehog:events)" -ge 1 ] || fail 'after a refusal events are fetched'
done
standin --fault '*:400'
exits 2 ls users posthog: --host "$HOST" --no-cache
exits 2 ls groups posthog: --host "$HOST" --no-cache

# However many there are: page by page, each once, and who they are; the dearest alone in one question.
awk 'BEGIN {
	for (i = 1; i <= 2500; i++)
		printf "{\"uuid\":\"00000000-0000-4004-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"user-%d\",\"timestamp\":\"\",\"properties\":{\"$ai_model\":\"gpt-5\",\"$ai_total_cost_usd\":0.%05d%s}}\n", i, i, i, i % 7 ? "" : ",\"$process_person_profile\":false"
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" 60 1 >"$EVENTS"
sed -i 's/"distinct_id":"user-\(1\|2222\)",/&"person_properties":{"email":"\1@example.com"},/' "$EVENTS"
forget
standin
exits 0 ls users posthog: --host "$HOST" --json
equal 'users' 2144 "$(grep -c '"user":' "$D/out")"
equal 'different ones' 2144 "$(grep '"user":' "$D/out" | sort -u | wc -l)"
equal 'who they are' 2 "$(grep -c '@example.com' "$D/out")"
equal 'pages' 2 "$(questions tracehog:figures)"
! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'
quiet
exits 0 ls users posthog: --host "$HOST" --json --limit 3
out_has user-2500
equal 'one page of the dearest' 3 "$(questions tracehog:figures)"
people=$(questions tracehog:people)
exits 0 ls users posthog: --host "$HOST" --fields user --csv
equal 'users without who they are' 2145 "$(wc -l <"$D/out")"
equal 'nobody asks who they are' "$people" "$(questions tracehog:people)"
exits 0 ls users posthog: --host "$HOST" --fields user --sort person-desc --limit 2 --csv
out_has 'user-2222'
standin --many 60000
exits 0 stats posthog: --host "$HOST" --by user
err_has 'the 1,000 dearest values: 1,144 more were left out: --since and -f ask for less'
standin --fault '*:cut'
exits 4 ls users posthog: --host "$HOST" --json --no-cache
verdict
