# A real SDK: what posthog-node sends is what is shown, once each, and the SDK has nothing to complain about; the line for it on
# the empty screen works as it stands. Fetches the package from the registry, and that only with TRACEHOG_NPM=1.

[ "${TRACEHOG_NPM:-}" = 1 ] || { echo 'skipped: the npm registry is asked only with TRACEHOG_NPM=1'; exit 77; }
command -v node >/dev/null || { echo 'skipped: there is no node'; exit 77; }
command -v npm >/dev/null || { echo 'skipped: there is no npm'; exit 77; }
. e2e/lib_tmux.sh

mkdir "$D/sdk"
if ! (cd "$D/sdk" && timeout 90 npm install --no-audit --no-fund --ignore-scripts posthog-node) >"$D/npm" 2>&1 </dev/null; then
	echo 'skipped: npm cannot install posthog-node:'
	tail -3 "$D/npm"
	exit 77
fi

cat >"$D/sdk/events.mjs" <<'END'
const trace = "node-trace", text = "Grüße 🦔 \u2028 \\ \" \n </script> \u0007"
const said = [{role: "user", content: [{type: "text", text}, {type: "image_url", image_url: {url: "data:image/png;base64,AAAA"}}]}]
const call = {id: "c1", type: "function", function: {name: "look", arguments: JSON.stringify({deep: [[[{text}]]]})}}
export const events = {
	whole: {event: "$ai_trace", properties: {$ai_trace_id: trace, $ai_span_name: "whole", $ai_input_state: {messages: said}}},
	step: {event: "$ai_span", properties: {$ai_trace_id: trace, $ai_span_id: "step", $ai_parent_id: trace, $ai_span_name: "step",
		$ai_latency: 0.25, $ai_output_state: {empty: {}, none: [], nothing: null, large: 9007199254740991, small: -1.5e-7}}},
	call: {event: "$ai_generation", properties: {$ai_trace_id: trace, $ai_span_id: "call", $ai_parent_id: "step",
		$ai_model: "model", $ai_input: said, $ai_input_tokens: 12, $ai_output_tokens: 3,
		$ai_output_choices: [{role: "assistant", content: [{type: "text", text}], tool_calls: [call]}]}},
}
END
# The argument is the client as JavaScript: the test's own, or what the screen says.
cat >"$D/sdk/send.mjs" <<'END'
import { PostHog } from "posthog-node"
import { events } from "./events.mjs"
const client = eval(process.argv[2])
client.on("error", error => console.error("the SDK:", error))
for (const event of Object.values(events)) client.capture({distinctId: "ann", ...event})
await client.shutdown()
END
# Everything that was sent is there as it was; what is there beside it is the SDK's own.
cat >"$D/sdk/compare.mjs" <<'END'
import assert from "node:assert"
import { readFileSync } from "node:fs"
import { events } from "./events.mjs"
const sent = events[process.argv[2]], shown = JSON.parse(readFileSync(0, "utf8"))
const own = Object.keys(shown.properties).filter(name => !(name in sent.properties))
assert.deepStrictEqual(own.filter(name => !["$lib", "$lib_version", "$is_server", "$geoip_disable"].includes(name)), [])
for (const name of own) delete shown.properties[name]
assert.deepStrictEqual(shown.properties, sent.properties)
assert.strictEqual(shown.event, sent.event)
assert.strictEqual(shown.user, "ann")
END

# sdk CLIENT: sends the events with it.
sdk()
{
	timeout 60 node "$D/sdk/send.mjs" "$1" >"$D/said" 2>&1 </dev/null
	equal "exit of the SDK with $1" 0 $?
	equal 'what the SDK says' '' "$(cat "$D/said")"
}

# arrived JOURNAL: each event once, and as it was sent.
arrived()
{
	local uuid
	equal 'lines in the journal' 3 "$(cat "$1"/*.ndjson | wc -l)"
	exits 0 stats "$1" --json
	json source/duplicates 0
	json source/irregular 0
	json source/bad_lines 0
	exits 0 ls traces "$1" --json
	json '*/trace_id' node-trace
	json 0/events 3
	json 0/input_tokens 12
	exits 0 show node-trace "$1" --json
	json explicit true
	json name whole
	json children/0/span_id step
	json children/0/children/0/span_id call
	for event in step call; do
		exits 0 show "$event" "$1" --json
		node "$D/sdk/compare.mjs" "$event" <"$D/out" || fail "$event is not what was sent"
	done
	uuid=$(cat "$1"/*.ndjson | grep -F '"$ai_trace",' | grep -o '"uuid":"[^"]*"' | cut -d'"' -f4)
	[ -n "$uuid" ] || fail 'the trace event has no uuid'
	sed -n '/"$ai_trace",/s/"distinct_id"/"user"/p' "$1"/*.ndjson >"$D/line"
	node "$D/sdk/compare.mjs" whole <"$D/line" || fail 'the trace event is not what was sent'
}

"$TRACEHOG" capture --listen 127.0.0.1:0 --journal "$D/captured" >"$D/listening" 2>"$D/err" </dev/null &
server=$!
waits 'it listens' grep -q . "$D/listening"
sdk "new PostHog('phc_local', {host: '$(sed -n '1s/.* //p' "$D/listening")', flushAt: 1})"
kill "$server"
wait "$server"
equal 'exit of capture' 0 $?
arrived "$D/captured"

terminal 100 30
explore "--listen 127.0.0.1:0 --journal $D/explored"
wait_for 'Nothing has come in yet'
advised=$(screen | sed -n 's/^ *Node *\(new PostHog.*)\) *$/\1/p')
[ -n "$advised" ] || fail "no line for Node: $(screen)"
sdk "$advised"
wait_for '1 trace '
text Q
wait_prompt
arrived "$D/explored"
! grep -rqF POSTHOG_HOST "$D"/sdk/node_modules/posthog-node/dist || fail 'posthog-node reads POSTHOG_HOST: the empty screen denies it'
verdict
