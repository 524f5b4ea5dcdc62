# `tracehog capture`: what SDKs send is in the journal and on the screen; nothing of it is lost; one port, one journal, several
# processes.
. e2e/lib_capture.sh

command -v curl >/dev/null || exit 77
J=$D/journal
JSON='Content-Type: application/json'

batch()
{
	printf '{"api_key":"phc_local","batch":[%s]}' "$(generation "$1" ',"$ai_model":"m-1"')"
}

# Everything that came in under these names, in the order of the journal.
kept()
{
	cat "$J"/*.ndjson | grep -o '"$ai_trace_id":"[^"]*"' | cut -d'"' -f4 | tr '\n' ' '
}

every_form()
{
	capture out --listen 127.0.0.1:0 --journal "$J"
	listening out
	equal 'first line' "listening on $URL" "$(cat "$D/out")"
	batch plain >"$D/body"
	sends 200 /batch/ -H "$JSON" -d @"$D/body"
	batch zipped | gzip >"$D/body"
	sends 200 /batch/ -H "$JSON" -H 'Content-Encoding: gzip' --data-binary @"$D/body"
	batch hinted | gzip >"$D/body"
	sends 200 '/batch/?compression=gzip-js' --data-binary @"$D/body"
	sends 200 /e/ --data-urlencode "data=$(generation form)"
	sends 200 /e/ -G --data-urlencode "data=$(generation base64 | base64 -w0)"
	sends 200 /i/v0/e/ -H "$JSON" -d "$(generation single)"
	sends 200 /capture/ -H "$JSON" -d "[$(generation array)]"
	sends 200 /i/v1/analytics/events -H "$JSON" -H 'Authorization: Bearer phc_local' \
		-d "{\"batch\":[{\"uuid\":\"$(uuid 7)\",\"timestamp\":\"2026-03-01T10:00:00Z\",$(generation v1 | cut -c2-)]}"
	equal 'kept' 'plain zipped hinted form base64 single array v1 ' "$(kept)"
	sends 400 /batch/ -H "$JSON" -d '{"api_key":"phc_local","batch":[{'
	sends 403 /batch/ -H 'Host: evil.example' -d "$(batch no)"
	sends 403 /batch/ -H 'Origin: https://evil.example' -d "$(batch no)"
	until_true grep -q 'v1' "$D/out"
	equal 'lines on the screen' 9 "$(wc -l <"$D/out")"
	grep -q 'generation m-1 .*plain' "$D/out" || fail 'no line of the first event'
	equal 'access to the journal' '700 600' "$(stat -c %a "$J") $(stat -c %a "$J"/*.ndjson | sort -u)"
	equal 'stderr' '' "$(cat "$D/out.err")"
	ends TERM 0
	equal 'events' 8 "$("$TRACEHOG" stats "$J" --json | "$CHECK" json events/generation)"
}

as_json()
{
	capture out --json --listen :0 --journal "$D/other"
	listening out
	equal 'first line' "{\"listening\":\"$URL\"}" "$(cat "$D/out")"
	sends 200 /batch/ -H "$JSON" -d "$(batch as-json)"
	until_true grep -q as-json "$D/out"
	tail -n +2 "$D/out" | "$CHECK" jsonl trace_id >"$D/ids" || fail 'no JSON lines'
	equal 'trace' as-json "$(cat "$D/ids")"
	ends INT 0
	capture out --listen :0 --journal "$D/other"
	listening out
	equal 'what was there before is not printed again' 1 "$(wc -l <"$D/out")"
	ends HUP 0
}

# A torn last line is what is lost at most; here not even that.
killed()
{
	local i
	capture out --listen :0 --journal "$J"
	listening out
	for i in $(seq 20); do
		sends 200 /batch/ -H "$JSON" -d "$(batch "kill-$i")"
	done
	ends KILL 137
	printf '{"uuid":"torn","event":"$ai_gen' >>"$(ls "$J"/*.ndjson | tail -1)"
	capture out --listen :0 --journal "$J"
	listening out
	sends 200 /batch/ -H "$JSON" -d "$(batch after)"
	ends TERM 0
	run stats "$J" --json
	json events/generation 29
	json source/bad_lines 1
}

# A port that is somebody else's is an error; a journal that is somebody else's is followed, and taken over.
two()
{
	local port first
	capture one --listen :0 --journal "$J"
	listening one
	first=$PID
	port=${URL##*:}
	exits 4 capture --listen "127.0.0.1:$port" --journal "$D/third"
	explained
	err_has "$port"
	capture two --listen "127.0.0.1:$port" --journal "$J"
	until_true grep -q "$URL" "$D/two.err"
	sends 200 /batch/ -H "$JSON" -d "$(batch first)"
	[ ! -s "$D/two" ] || fail 'the second one printed while it waited'
	kill -TERM "$first"
	wait "$first"
	listening two
	equal 'the port' "$port" "${URL##*:}"
	sends 200 /batch/ -H "$JSON" -d "$(batch second)"
	until_true grep -q second "$D/two"
	ends TERM 0
	run stats "$J" --json
	json events/generation 31
}

bad_usage()
{
	local arguments
	for arguments in 'capture file' 'capture --listen nowhere' 'capture --listen 127.0.0.1:99999' 'capture --keep 4G' \
		'capture --keep 4X,3d' 'capture --keep ,' 'capture --journal=' 'stats --listen :0' 'file --listen :0'; do
		exits 2 $arguments
		explained
	done
	: >"$D/file"
	exits 6 capture --listen :0 --journal "$D/file"
	explained
}

every_form
as_json
killed
two
bad_usage
verdict
