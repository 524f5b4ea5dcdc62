# OpenTelemetry's exporters, as curl: JSON and protobuf, plain, gzipped and in chunks, to the paths that they make of an endpoint. What is
# sent twice counts once, whatever form it came in.
. e2e/lib_capture.sh

command -v curl >/dev/null || exit 77
J=$D/journal
JSON='Content-Type: application/json'
PROTOBUF='Content-Type: application/x-protobuf'

# answered TYPE BODY: what the last request was told.
answered()
{
	equal 'type and body' "$1 $2" "$(sed -n 's/^[Cc]ontent-[Tt]ype: \([^;\r]*\).*/\1/p' "$D/head") $(cat "$D/answer")"
}

every_form()
{
	gzip -c data/otlp/agent.protobuf >"$D/agent.gz"
	sends 200 /v1/traces -D "$D/head" -H "$PROTOBUF" --data-binary @data/otlp/agent.protobuf
	answered application/x-protobuf ''
	sends 200 /i/v0/ai/otel -D "$D/head" -H "$JSON" -H 'Authorization: Bearer phc_local' --data-binary @data/otlp/agent.json
	answered application/json '{}'
	sends 200 /i/v0/ai/otel/v1/traces -H "$PROTOBUF" -H 'Content-Encoding: gzip' --data-binary @"$D/agent.gz"
	sends 200 /v1/traces -H "$JSON" -H 'Transfer-Encoding: chunked' --data-binary @data/otlp/agent.json
	sends 200 /v1/metrics -D "$D/head" -H "$PROTOBUF" --data-binary 'z'
	answered application/x-protobuf ''
	sends 400 /v1/traces -H "$PROTOBUF" --data-binary 'z'
	sends 415 /v1/traces -H 'Content-Type: text/plain' --data-binary @data/otlp/agent.json
}

# One trace: the agent, two calls, a tool that failed; the span of its HTTP request is no part of it.
what_came()
{
	equal 'lines' 16 "$(cat "$J"/*.ndjson | wc -l)"
	run stats "$J" --json
	json traces 1
	json events/generation 2
	json events/span 1
	json events/trace 1
	run ls generations "$J"
	out_has gpt-4o-mini-2024-07-18
	run show 0af7651916cd43dd8448eb211c80319c "$J" --plain
	out_has 'Answer briefly.'
	out_has 'It is -3 degrees in Oslo.'
	out_has get_weather
	out_has celsius
}

capture out --listen 127.0.0.1:0 --journal "$J"
listening out
every_form
ends TERM 0
what_came
verdict
