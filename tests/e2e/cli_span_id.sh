# span_id is what was sent as $ai_span_id, also where $ai_generation_id names the node; either finds the event.
. e2e/lib.sh

FILE=$D/ids.ndjson
event generation "$(uuid 1)" t 2026-03-01T10:00:00Z ',"$ai_generation_id":"gen","$ai_span_id":"span"' >"$FILE"
event generation "$(uuid 2)" t 2026-03-01T10:00:01Z ',"$ai_generation_id":"only"' >>"$FILE"
event span "$(uuid 3)" t 2026-03-01T10:00:02Z ',"$ai_span_id":"child","$ai_parent_id":"gen"' >>"$FILE"

exits 0 show t "$FILE" --json
json children/0/children/0/span_id child
exits 0 show gen "$FILE" --json
json uuid "$(uuid 1)"
json span_id span
exits 0 show span "$FILE" --json
json uuid "$(uuid 1)"
exits 0 show only "$FILE" --json
json uuid "$(uuid 2)"
json span_id null
verdict
