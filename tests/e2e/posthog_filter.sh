# A filter means the same of PostHog's traces and sessions as of a file with the same events, and is judged where they are.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"
LIST='"(start_time|wall_s)"'

# pushed LIST FILTER: as of the file; the list and totals are all that is asked.
pushed()
{
	afresh
	BUT=$LIST same ls "$1" --json -f "$2"
	asked_for "project tracehog:$1 tracehog:${1%s}-totals"
	mannerly
}

# Likewise where nothing passes.
none()
{
	afresh
	asks 1 ls "$1" posthog: --json -f "$2"
	json '' '[0]'
	asked_for "project tracehog:$1"
	mannerly
}

# here LIST FILTER: all events come, since they are needed.
here()
{
	afresh
	BUT=$LIST same ls "$1" --json -f "$2"
	asked_for 'project tracehog:events'
}

standin
model=$(grep -o '"\$ai_model":"[^"]*"' "$EVENTS" | head -1 | cut -d '"' -f 4)
for list in traces sessions; do
	pushed $list "model:*$(grep '"$ai_session_id"' "$EVENTS" | grep -o '"$ai_model":"[^"]*"' | head -1 | cut -d '"' -f 4)"
	pushed $list "-model:nothing"
	pushed $list 'kind:generation'
	pushed $list 'model:* latency:>=0'
	pushed $list 'any(kind:generation) -any(error:unheard_of)'
	none $list 'model:"o'"'"'brien \\ {f0}"'
	none $list '"@it'"'"'s {odd}":*'
done
# Of events those that pass are all that comes.
events()
{
	afresh
	run ls "$1" "$EVENTS" --json -f "$2"
	cp "$D/out" "$D/of_file"
	asks "$CODE" ls "$1" posthog: --json -f "$2"
	cmp -s "$D/of_file" "$D/out" || fail "$1 $2: differs from that of the file"
	asked_for "project tracehog:$1"
	mannerly
}
whole=$(grep -o '"\$ai_model":"[^"]*"' "$EVENTS" | tail -1 | cut -d '"' -f 4)
for list in generations spans; do
	events $list 'kind:generation,span'
	events $list 'status:error'
	events $list 'latency:>1s -name:*x*'
	events $list "model:/^${whole//./\\.}\$/"
	events $list '-model:*'
	events $list 'cost:>0.001 OR in:>100'
	none $list 'model:nothing'
done
events generations "model:$model limit:3"
here generations "model:* -is:orphan"
here spans 'depth:>=0'
pushed traces 'gens:>0'
here traces 'kind:generation -is:running'
secret

# A server that knows some of it not is asked for all, once, and says so.
standin --fault 1:400
afresh
run ls traces "$EVENTS" --json -f "model:$model"
grep -vE "$LIST" "$D/out" >"$D/of_file"
asks 0 ls traces posthog: --json -f "model:$model"
err_has 'refused the filter'
grep -vE "$LIST" "$D/out" >"$D/of_posthog"
cmp -s "$D/of_file" "$D/of_posthog" || fail 'a refused filter lets other traces through'
equal 'lists after a refusal' 1 "$(asked | grep -cx tracehog:traces)"
mannerly

# Of events, too.
standin --fault 1:400
afresh
run ls generations "$EVENTS" --json -f "model:$model"
cp "$D/out" "$D/of_file"
asks 0 ls generations posthog: --json -f "model:$model"
err_has 'refused the filter'
cmp -s "$D/of_file" "$D/out" || fail 'a refused filter lets other generations through'
equal 'lists of events after a refusal' 1 "$(asked | grep -cx tracehog:events)"
mannerly

# What a filter counts is what the list says, also where a trace goes on over the edge of the time that is asked for.
awk 'BEGIN {
	for (i = 0; i < 8; i++)
		printf "{\"uuid\":\"00000000-0000-4006-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"ann\",\"timestamp\":\"\",\"properties\":{\"$ai_trace_id\":\"over\",\"$ai_session_id\":\"edge\"}}\n", i
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" 3600 60 >"$EVENTS"
standin
afresh
asks 0 ls sessions posthog: --since "$(ago 3810)" --fields id,generations --csv
out_has 'edge,4'
asks 0 ls sessions posthog: --since "$(ago 3810)" --fields id,generations --csv -f 'gens:4'
out_has 'edge,4'
asks 1 ls sessions posthog: --since "$(ago 3810)" --fields id,generations --csv -f 'gens:>4'
verdict
