# person.NAME of a PostHog project, whose events do not say it: a filter is judged there, and here of what is here by what PostHog
# says of the users. The rows are those of events that set it themselves.
. e2e/lib_posthog.sh

# 60 events of 10 users, in traces and sessions of their own, once as PostHog knows their persons, once as events that set it. User 9
# has become another one: what counts is what was when an event came.
awk 'BEGIN {
	for (i = 0; i < 60; i++) {
		u = int(i / 6)
		printf "{\"uuid\":\"00000000-0000-4005-8000-%012d\",\"event\":\"$ai_%s\",\"distinct_id\":\"user-%d\",\"timestamp\":\"\",", i, i % 3 ? "generation" : "span", u
		printf "\"properties\":{\"$ai_trace_id\":\"trace-%02d\",\"$ai_session_id\":\"session-%02d\",\"$ai_span_name\":\"n%d\",\"$ai_latency\":1%s%s}", int(i / 3), u, i, i % 3 ? ",\"$ai_model\":\"gpt-5\",\"$ai_input_tokens\":" i ",\"$ai_output_tokens\":7" : "", i % 7 ? "" : ",\"$ai_is_error\":true,\"$ai_error\":\"boom\""
		if (u != 3)
			printf ",\"PERSON\":{\"plan\":\"%s\",\"age\":%d,\"utm.source\":\"mail %d\",\"it'"'"'s {v0}\":\"a\\\\b\",\"address\":{\"city\":\"%s\"}}", u == 9 ? i < 57 ? "free" : "pro" : u % 3 ? "pro" : "free", 20 + u * 3, u % 4, u % 2 ? "Paris" : "Rome"
		print "}"
	}
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" >"$D/both.ndjson"
sed 's/"PERSON":/"person_properties":/' "$D/both.ndjson" >"$EVENTS"
sed 's/"PERSON":/"$set":/' "$D/both.ndjson" >"$D/local.ndjson"

# questions NAME: how many questions of that name there were.
questions()
{
	grep -c "\"name\":\"$1\"" "$LOG"
}

# equal_rows ARG...: the same of the project and of events that say it.
equal_rows()
{
	forget
	exits "${CODE:-0}" "$@" posthog: --host "$HOST"
	clean
	grep -v '"from"' "$D/out" >"$D/server"
	exits "${CODE:-0}" "$@" "$D/local.ndjson"
	cmp -s "$D/server" "$D/out" || {
		fail "$*: the project's differ from those of its events"
		diff "$D/server" "$D/out" | head -n 6
	}
}

standin
for kind in traces sessions generations; do
	for filter in 'person.plan:pro' '-person.plan:pro' 'person.plan:*' 'person.age:>30' \
		'person."it'"'"'s {v0}":"a\\b"' 'person.plan:pro OR is:error' 'person.address.city:paris' \
		'person.plan:/^p.o$/' 'person.utm.source:"mail 1"'; do
		equal_rows ls "$kind" --fields id -f "$filter" --csv
	done
	CODE=1 equal_rows ls "$kind" --fields id -f 'person.plan:"'"'"' OR 1=1 --"' --csv
done
equal_rows ls users --fields user,traces,generations -f 'person.plan:pro' --csv
equal_rows ls spans --fields id,person.plan --csv
equal_rows stats --by person.plan --csv
! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'

# Of traces PostHog alone is asked: nothing is fetched for it.
afresh
exits 0 ls traces posthog: --host "$HOST" -f 'person.plan:pro' --json
[ "$(questions tracehog:events)" = 0 ] || fail 'events were fetched for what PostHog judges'
[ "$(questions tracehog:person)" = 0 ] || fail 'persons were asked for what PostHog judges'

# What it refuses is judged here, of all events and their persons.
standin --fault '1:400'
forget
exits 0 ls traces posthog: --host "$HOST" --fields id -f 'person.plan:pro' --csv
err_has 'PostHog refused the filter'
cp "$D/out" "$D/server"
exits 0 ls traces "$D/local.ndjson" --fields id -f 'person.plan:pro' --csv
cmp -s "$D/server" "$D/out" || fail 'what PostHog refuses differs'
[ "$(questions tracehog:person)" -ge 1 ] || fail 'nobody asked for persons'

# A person who changes half way over more events than one question holds: each has what was when it came.
awk 'BEGIN {
	for (i = 0; i < 3000; i++)
		printf "{\"uuid\":\"00000000-0000-4006-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"one\",\"timestamp\":\"\",\"properties\":{\"$ai_model\":\"gpt-5\",\"$ai_trace_id\":\"t-%d\"},\"PERSON\":{\"plan\":\"%s\"}}\n", i, i, i < 1500 ? "free" : "pro"
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" 3600 1 >"$D/both.ndjson"
sed 's/"PERSON":/"person_properties":/' "$D/both.ndjson" >"$EVENTS"
sed 's/"PERSON":/"$set":/' "$D/both.ndjson" >"$D/local.ndjson"
standin
equal_rows ls generations --fields id -f 'person.plan:pro' --csv
equal 'rows of who changed' 1501 "$(wc -l <"$D/out")"
equal_rows ls generations --fields id,person.plan --csv
[ "$(questions tracehog:person)" -ge 3 ] || fail 'one question was enough'
! grep '"wrong"' "$LOG" || fail 'a query that is not as it should be'

# not_told SAYS ARG...: the first question about persons is refused, which is said.
not_told()
{
	local says=$1 nth
	shift
	standin
	forget
	exits 0 "$@" posthog: --host "$HOST" --csv
	nth=$(asked | grep '^tracehog:' | grep -n -m 1 -x tracehog:person | cut -d: -f1)
	standin --fault "$nth:400"
	forget
	exits 6 "$@" posthog: --host "$HOST" --csv
	err_has "$says"
	[ "$(asked | grep -c -x -e tracehog:person -e 400)" = 1 ] || fail "$RAN: asked again at once"
}
not_told 'person.plan: not known of 3000 events: ' ls generations --fields id,person.plan
not_told 'could not be judged: ' ls generations --fields id -f 'person.plan:pro'
verdict
