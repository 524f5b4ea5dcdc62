# What the commands say of PostHog's traces is what they say of a file with the same events; and what they ask for it.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"
TRACES=$(grep -o '"\$ai_trace_id":"[^"]*"' "$EVENTS" | cut -d '"' -f 4 | sort -u)

# A list knows when the first event came, not when what it tells of began; so wall_s, too, is left to opening.
LIST='"(start_time|wall_s)"'
# A page of rows and their totals; the project first.
ONE_LIST='project tracehog:traces tracehog:trace-totals'

lists()
{
	local what
	BUT=$LIST same ls traces --json
	asked_for "$ONE_LIST"
	afresh
	same ls sessions --json
	asked_for 'project tracehog:sessions tracehog:session-totals'
	for what in generations spans models; do
		afresh
		same ls $what --json
		asked_for 'project tracehog:events'
	done
	afresh
	# What a file has beside events, and how many bytes that is, is not PostHog's.
	BUT='"(bytes|lines|other_events)"' same stats --json
	asked_for 'project tracehog:figures-events tracehog:events'
	mannerly
	secret
}

# What PostHog does not tell of feedback and metrics in a trace: whose they are.
UNTOLD='s/"distinct_id":"[^"]*"/"distinct_id":""/; s/,"received_at":"[^"]*"}/}/; s/"token":"phc_[^"]*"/"token":""/; /^  "url": /d'

# A trace as the file has it: but for what TraceQuery leaves out, that is the lines of $1.
same_trace()
{
	local but=$1 id=$2 file
	exits 0 show "$id" "$EVENTS" --json
	sed -e "$UNTOLD" "$D/out" | grep -vE "$but" >"$D/of_file"
	forget
	asks 0 show "$id" posthog: --json
	quiet
	sed -e "$UNTOLD" "$D/out" | grep -vE "$but" >"$D/of_posthog"
	cmp -s "$D/of_file" "$D/of_posthog" && return
	fail "$RAN: differs from that of the file"
	diff "$D/of_file" "$D/of_posthog" | cut -c -300 | head -20
}

has_trace_event()
{
	grep -F "\"\$ai_trace_id\":\"$1\"" "$EVENTS" | grep -q '"event":"$ai_trace"'
}

links()
{
	local id=$(echo "$TRACES" | head -1)
	afresh
	asks 0 show "$id" posthog: --json
	json url "$HOST/project/12/ai-observability/traces/$id"
	asks 0 show "$id" posthog:
	grep -q "^url  *$HOST/project/12/ai-observability/traces/$id\$" "$D/out" || fail "$RAN: no link"
}

opened()
{
	local id asking=
	afresh
	for id in $TRACES; do
		same_trace '^$' "$id"
		asking="$asking project tracehog:find tracehog:trace tracehog:trace-event"
		# There is none: it may be in the other table.
		has_trace_event "$id" || asking="$asking tracehog:trace-event"
	done
	equal 'what opening asks' "$(echo $asking)" \
		"$(asked | grep -vx tracehog:trace-totals | xargs)"
	mannerly
	secret
}

# Older servers: what TraceQuery would say is in the rows, and they say it all.
ages()
{
	local id age
	for age in old older; do
		standin --age $age
		BUT=$LIST same ls traces --json
		for id in $TRACES; do
			same_trace '^$' "$id"
		done
		mannerly
	done
	grep -q '"status":400' "$LOG" || fail 'the older server knew it all'
	standin
}

# first NAME: the first value of a property.
first()
{
	grep -o "\"$1\":\"[^\"]*\"" "$EVENTS" | head -1 | cut -d '"' -f 4
}

ids()
{
	local id word
	for id in "$(first uuid)" "$(first '$ai_generation_id')" "$(first '$ai_span_id')" "$(first '$ai_session_id')" \
		"$(first '$ai_trace_id')" "$(first '$ai_session_id' | cut -c -9)"; do
		[ -n "$id" ] || continue
		same_trace '^$' "$id"
	done
	for word in last last~1 last~3; do
		afresh
		exits 0 show $word "$EVENTS" --json
		id=$(at trace_id)
		asks 0 show $word posthog: --json
		json trace_id "$id"
	done
	afresh
	asks 0 tree last~1 posthog:
	quiet
	clean
	asks 0 show "$(first uuid)" posthog:12
	out_has hedgehogs
	asks 1 show no-such-id posthog:
	explained
	mannerly
	secret
}

# many N: as many traces of an event, some of them at the same time.
many()
{
	seq "$1" | awk '{ printf "@%d.%06d\n", '"$(($(date +%s) - 40000))"' + int($1 / 7) * 60, $1 % 3 }' |
		date -u -f - +%Y-%m-%dT%H:%M:%S.%6NZ |
		awk '{
			printf "{\"uuid\":\"00000000-0000-4000-8000-%012d\",\"event\":\"$ai_generation\",", NR
			printf "\"distinct_id\":\"u%d\",\"timestamp\":\"%s\",\"properties\":{", NR % 5, $1
			printf "\"$ai_trace_id\":\"t%d\",\"$ai_session_id\":\"s%d\",\"$ai_input_tokens\":%d,", NR * 7919 % 10007, NR % 1100, NR
			print "\"$ai_model\":\"m\",\"$ai_total_cost_usd\":0.25}}"
		}'
}

# Three pages, the last row of one being at the time of the first of the next.
pages()
{
	local rows
	many 2500 >"$EVENTS"
	standin
	forget
	BUT=$LIST same ls traces --json
	json '' '[2500]'
	equal 'every trace once' 2500 "$(at '*/trace_id' | sort -u | wc -l)"
	equal 'pages' 3 "$(asked | grep -c tracehog:traces)"
	equal 'totals' 13 "$(asked | grep -c tracehog:trace-totals)"
	afresh
	same ls sessions --json
	equal 'pages of sessions' 2 "$(asked | grep -c tracehog:sessions)"
	afresh
	BUT=$LIST same ls traces --json --limit 7
	json '' '[7]'
	asked_for "$ONE_LIST"
	rows=$(sed -n 's/.*tracehog:traces.*"rows":\([0-9]*\).*/\1/p' "$LOG")
	[ "$rows" = 7 ] || [ "$rows" = 8 ] || fail "$RAN: asked for $rows rows"
	afresh
	BUT=$LIST same ls traces --json --since "$(ago 30000)" --until "$(ago 25000)"
	[ "$(at '*/trace_id' | wc -l)" -gt 100 ] || fail "$RAN: hardly any"
	afresh
	same ls generations --json --since "$(ago 30000)"
	mannerly
	secret
}

# Nothing in a day: no rows, no totals.
nothing()
{
	: >"$EVENTS"
	standin
	forget
	asks 1 ls traces posthog: --json
	json '' '[0]'
	asks 1 stats posthog: --json
	asks 1 tail --no-follow posthog:
}

# Inputs and outputs are kept for 30 days.
old_bodies()
{
	recent data/real_events.ndjson $((40 * 24 * 3600)) >"$EVENTS"
	standin
	forget
	asks 1 ls traces posthog:
	forget
	asks 0 ls traces posthog: --since 60d --json
	equal 'traces of long ago' "$(echo "$TRACES" | wc -w)" "$(at '*/trace_id' | wc -l)"
	asks 0 show trace_id_here posthog:
	err_has 'inputs and outputs are gone'
	asks 0 show "$(first uuid)" posthog: --json
	err_has 'inputs and outputs are gone'
	out_lacks hedgehogs
	mannerly
}

standin
lists
opened
links
ids
ages
pages
nothing
old_bodies
verdict
