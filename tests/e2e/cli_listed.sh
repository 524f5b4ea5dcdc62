# What a listing says of traces that are not here: in lists and in show, unknown never 0; stats are of events.
. e2e/lib.sh

FILE=data/listed.ndjson
ID=019ab000-0000-7000-8000-00000000000

unknown()
{
	local key
	exits 0 ls traces "$FILE" --json
	quiet
	valid_json
	json '' '[6]'
	json 0/trace_id "${ID}1"
	for key in generations events errors input_tokens output_tokens cost_usd latency_s explicit \
		wall_s cache_read_tokens total_tokens embeddings spans; do
		json "0/$key" null
	done
	exits 0 ls traces "$FILE" --csv
	out_has "${ID}1,support chat,2026-11-22T22:13:00.000000Z,2026-11-22T22:13:08.000000Z,s-1,u_ada,,,,"
	exits 0 show "${ID}1" "$FILE" --json
	for key in tokens cost errors latency_s explicit; do
		json "$key" null
	done
	exits 0 ls sessions "$FILE" --json
	json 0/traces 2
	json 0/generations null
	json 2/traces null
}

known()
{
	exits 0 ls traces "$FILE" --json
	json 1/generations 4
	json 1/events 9
	json 1/cost_usd 0.0421
	json 1/wall_s null
	json 5/trace_id "${ID}6"
	json 5/wall_s 6
	exits 0 show "${ID}3" "$FILE" --json
	json errors 3
	json cost/unpriced_events 2
	exits 0 ls sessions "$FILE" --json
	json 1/traces 5
	json 1/cost_usd 0.19
}

of_events()
{
	exits 0 stats "$FILE" --json
	json events/generation 2
	json traces 1
	json source/other_events 0
	json source/lines 16
}

unknown
known
of_events
verdict
