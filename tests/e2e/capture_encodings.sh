# `tracehog capture`: bodies as real tools compress and divide them; a bomb is refused and costs little memory.
. e2e/lib_capture.sh

command -v curl >/dev/null || exit 77
J=$D/journal
JSON='Content-Type: application/json'
AUTH='Authorization: Bearer phc_0123456789'
V=data/encodings

# What is in the journal under the name, of the last event.
property()
{
	tail -n 1 "$J"/*.ndjson | "$CHECK" json "properties/$1"
}

compressed()
{
	local i
	for i in zlib:deflate deflate:deflate zst:zstd zst_frames:zstd; do
		sends 200 /i/v1/analytics/events -H "$JSON" -H "Content-Encoding: ${i#*:}" \
			--data-binary "@$V/event.${i%:*}"
		equal "$i" 'the same, the same, and the same once more' "$(property '$ai_input/0/content')"
	done
	sends 200 '/e/?compression=lz64' --data-binary "@$V/event.lz64"
	sends 200 /e/ --data-urlencode "data@$V/event.lz64" -d compression=lz-string
	sends 415 /batch/ -H "$JSON" -H 'Content-Encoding: br' -d '{}'
	equal 'refusal' 'unsupported content encoding: br' "$(cat "$D/answer")"
	sends 400 /batch/ -H "$JSON" -H 'Content-Encoding: zstd' --data-binary "@$V/window.zst"
	equal 'events' 6 "$(cat "$J"/*.ndjson | wc -l | tr -d ' ')"
}

in_parts()
{
	local event='{"event":"$ai_generation","distinct_id":"ann","uuid":"'$(uuid 1)'"}'
	printf '[{"role":"user","content":"hi"}]' >"$D/input"
	gzip -c "$D/input" >"$D/input.gz"
	printf 'a\0b' >"$D/bytes"
	sends 200 /i/v0/ai -H "$AUTH" -F "event=$event;type=application/json" \
		-F 'event.properties={"$ai_model":"m-1"};type=application/json' \
		-F "event.properties.\$ai_input=@$D/input;type=application/json" \
		-F "event.properties.zipped=@$D/input.gz;type=application/json;headers=\"Content-Encoding: gzip\"" \
		-F 'event.properties.note=a b;type=text/plain' \
		-F "event.properties.bytes=@$D/bytes;type=application/octet-stream"
	equal 'parts' 6 "$("$CHECK" json 'accepted_parts/*/length' <"$D/answer" | wc -l | tr -d ' ')"
	equal 'encoding' gzip "$("$CHECK" json accepted_parts/3/content-encoding <"$D/answer")"
	equal 'model' m-1 "$(property '$ai_model')"
	equal 'JSON' hi "$(property '$ai_input/0/content')"
	equal 'zipped' hi "$(property 'zipped/0/content')"
	equal 'text' 'a b' "$(property note)"
	equal 'bytes' YQBi "$(property bytes)"
	sends 401 /i/v0/ai -F "event=$event;type=application/json"
	sends 400 /i/v0/ai -H "$AUTH" -F 'file=x'
	equal 'why' "failed to parse request: the part 'file' is the first one, which must be 'event'" "$(cat "$D/answer")"
	sends 200 /i/v0/ai -H "$JSON" -d "$(generation ordinary)"
	equal 'ordinary' ordinary "$(property '$ai_trace_id')"
	! grep -q phc_0123456789 "$J"/*.ndjson || fail 'the token stands in the journal'
}

# 1 GiB of zeros in 5 MB.
bomb()
{
	local peak
	head -c 1073741824 /dev/zero | gzip -1 >"$D/bomb"
	sends 413 /batch/ -H 'Content-Encoding: gzip' -H 'Expect:' --data-binary "@$D/bomb"
	peak=$(sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' "/proc/$PID/status" 2>/dev/null)
	[ "${peak:-0}" -lt 262144 ] || fail "the bomb took $peak kB"
	sends 200 /batch/ -H "$JSON" -d "$(generation after)"
}

capture out --listen 127.0.0.1:0 --journal "$J"
listening out
compressed
in_parts
bomb
ends TERM 0
equal 'stderr' '' "$(cat "$D/out.err")"
verdict
