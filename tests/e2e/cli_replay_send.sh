# `tracehog replay --send`: each provider's stream, each way in which it fails, where it goes and where not, the editor before; and
# that the key is nowhere but in the header of the request.
. e2e/lib.sh
. e2e/lib_provider.sh

trap 'provider_ends; rm -rf "$D"' EXIT
provider
export OPENAI_API_KEY=$PROVIDER_KEY ANTHROPIC_API_KEY=$PROVIDER_KEY GEMINI_API_KEY=$PROVIDER_KEY

# heard TEXT: the newest request has it.
heard()
{
	local n=0
	until grep -qF -e "$1" "$HEARD" 2>/dev/null; do
		n=$((n + 1))
		[ "$n" -lt 200 ] || { fail "$RAN: the provider did not hear <$1>"; return; }
		sleep 0.02
	done
}

no_key()
{
	! grep -qF "$PROVIDER_KEY" "$D/out" "$D/err" || fail "$RAN: the key is in its output"
	clean
}

# send CODE CALL SCENE [ARG...]
send()
{
	local code=$1 id
	id=$(uuid "$2")
	set -- "$AT/$3/v1" "${@:4}"
	rm -f "$HEARD"
	exits "$code" replay "$id" "$CALLS" --send --base-url "$@"
	no_key
}

# Each dialect.
send 0 1 ok
equal 'the answer' 'It is 42.' "$(cat "$D/out")"
err_has '812 in 96 out  ~$'
err_has 'original: 3.4s  800 in 90 out  ~$'
heard "Authorization: Bearer $PROVIDER_KEY"
heard '"include_usage": true'
send 0 2 ok
equal 'of Responses' 'It is 42.' "$(cat "$D/out")"
heard 'POST /ok/v1/responses '
send 0 3 ok
equal 'of Anthropic, a call' "$(printf 'It is 42.\nlook({"q": 6})')" "$(cat "$D/out")"
heard "x-api-key: $PROVIDER_KEY"
err_has 'max_tokens was not sent'
send 0 4 ok
equal 'of Gemini' 'It is 42.' "$(cat "$D/out")"
heard "x-goog-api-key: $PROVIDER_KEY"
send 0 1 plain
equal 'no stream' 'It is 42.' "$(cat "$D/out")"
send 0 1 tools
equal 'calls' "$(printf 'look({"q":1})\nrefund({"to":"ann"})')" "$(cat "$D/out")"
send 0 1 think
equal 'without its reasoning' 'It is 42.' "$(cat "$D/out")"
send 0 1 harm
out_has '\x1B]0;owned'
send 0 6 ok
err_has 'is taken to speak as OpenAI does: nobody'

# As JSON.
send 0 1 ok --json
valid_json
json original/model gpt-4o
json original/messages/0/text 'It is 41.'
json answer/messages/0/text 'It is 42.'
json answer/usage/input_tokens 812
json answer/usage/cache_read_tokens 512
json answer/status 200
json answer/error null
json answer/cost_estimated true
send 4 1 short --json
valid_json
json answer/messages/0/text 'It is '
equal 'its error' "$AT: its stream ended before the answer did" "$(at answer/error)"

# Each failure; what came is shown.
send 2 1 400
err_has 'answered 400: temperature is \x1B[31mtoo high'
send 3 1 401
err_has 'Incorrect API key provided'
send 5 1 429
err_has 'answered 429 (not before 7 s from now): Rate limit reached'
send 4 1 500
err_has 'answered 500'
send 4 1 elsewhere
err_has 'is not sent on'
send 4 1 html
err_has 'no answer of a model: it begins: <html>\x1B[31mWelcome'
for fault in cut short trouble; do
	send 4 1 "$fault"
	equal "what came before: $fault" 'It is ' "$(cat "$D/out")"
done
send 4 1 garbage
err_has 'a message of its stream is no JSON: number 3'
send 0 1 echo
out_has 'Your key is ****'
send 3 1 echo401
exits 4 replay "$(uuid 1)" "$CALLS" --send --base-url http://127.0.0.1:1/v1
err_has 'tracehog: 127.0.0.1: no answer'

# Where it goes.
rm -f "$HEARD"
exits 2 replay "$(uuid 5)" "$CALLS" --send
err_has 'another address than https://api.openai.com'
err_has 'https://evil.example'
no_key
send 0 5 ok
call 7 openai gpt-4o ',"$ai_request_url":"https://gate.example/v1/chat/completions"'
call 8 openai gpt-4o ',"$ai_base_url":"api.openai.com","$ai_request_url":"https://gate.example/v1/chat/completions"'
exits 2 replay "$(uuid 7)" "$CALLS" --send
err_has 'give --base-url for https://gate.example'
send 0 7 ok
exits 2 replay "$(uuid 6)" "$CALLS" --send
err_has 'no public address is known'
exits 2 replay "$(uuid 1)" "$CALLS" --send --base-url http://gate.example/v1
err_has 'http goes to this machine only'
exits 2 replay "$(uuid 1)" "$CALLS" --send --base-url https://me:secret@gate.example
! grep -q secret "$D/err" || fail 'a password is repeated'
exits 2 replay "$(uuid 1)" "$CALLS" --json
err_has 'for --send'
printf 'provider_url = openai %s/ok/v1\n' "$AT" >"$D/config"
chmod 600 "$D/config"
exits 0 replay "$(uuid 1)" "$CALLS" --send --config "$D/config"
equal 'as the config says' 'It is 42.' "$(cat "$D/out")"

# Without a key.
(
	FAILED=0
	unset OPENAI_API_KEY
	exits 3 replay "$(uuid 1)" "$CALLS" --send
	err_has 'no key: set OPENAI_API_KEY'
	exits 3 replay "$(uuid 8)" "$CALLS" --send
	err_has 'it is sent to https://api.openai.com alone'
	send 0 1 ok
	err_has 'without a key'
	! grep -qi '^authorization' "$HEARD" || fail 'a key was sent'
	OPENAI_API_KEY='sk two words' send 3 1 ok
	err_has 'OPENAI_API_KEY: blanks'
	exit "$FAILED"
) || fail 'without a key'

# The editor. What it leaves is sent.
editor()
{
	printf '#!/bin/sh\n%s\n' "$1" >"$D/editor"
	chmod +x "$D/editor"
}
export VISUAL= EDITOR=$D/editor TMPDIR=$D/tmp
mkdir "$D/tmp"
editor 'case $1 in *.json) ;; *) exit 9 ;; esac
[ "$(stat -c %a "$1")" = 600 ] || exit 8
sed -i s/six/nine/ "$1"'
send 0 1 ok --edit
heard 'nine by seven?'
for left in ':' 'exit 3' ': >"$1"' 'echo "{" >"$1"' 'rm "$1"'; do
	editor "$left"
	send 2 1 ok --edit
	[ ! -e "$HEARD" ] || fail "sent after the editor did: $left"
done
editor :
echo y | "$TRACEHOG" replay "$(uuid 1)" "$CALLS" --edit --base-url "$AT/ok/v1" >"$D/out" 2>"$D/err"
equal 'as it was, but y' 'It is 42.' "$(cat "$D/out")"
[ -z "$(ls "$D/tmp")" ] || fail "left behind: $(ls -R "$D/tmp")"

# While it is under way: nothing on the command line, no core, no trace by others, and the text is there before the end.
: >"$D/out"
"$TRACEHOG" replay "$(uuid 1)" "$CALLS" --send --base-url "$AT/slow/v1" >"$D/out" 2>"$D/err" &
PID=$!
n=0
until grep -q 'It is' "$D/out"; do
	n=$((n + 1))
	[ "$n" -lt 1000 ] || { fail 'the text is not there as it comes'; break; }
	sleep 0.02
done
! tr '\0' '\n' <"/proc/$PID/cmdline" | grep -qF "$PROVIDER_KEY" || fail 'the key is on the command line'
grep -q 'Max core file size  *0  *0 ' "/proc/$PID/limits" || fail 'a core may be written'
kill -TERM "$PID"
wait "$PID" 2>/dev/null
! grep -rqF "$PROVIDER_KEY" "$D/tmp" "$D/out" "$D/err" || fail 'the key is somewhere'
verdict
