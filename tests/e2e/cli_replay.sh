# `tracehog replay`: the command that repeats a call, sent by a real curl; and `show --md`, `--plain`: the conversation, the same
# as the explorer gives away, and what is said when it cannot be read.
. e2e/lib.sh

DAY=2026-03-01T10:00
FILE=$D/calls.ndjson
ASK='{"role":"user","content":"it'"'"'s \"hot\" $HOME `id`\u001b[31m"}'
{
	event trace "$(uuid 1)" talk "$DAY:00Z" ',"$ai_session_id":"s1","$ai_span_name":"chat"'
	event generation "$(uuid 2)" talk "$DAY:01Z" ',"$ai_provider":"openai","$ai_model":"m","$ai_input":['"$ASK"'],"$ai_output_choices":[{"role":"assistant","content":"one"}],"$ai_model_parameters":{"temperature":0.5}'
	event generation "$(uuid 3)" talk "$DAY:02Z" ',"$ai_provider":"openai","$ai_model":"m","$ai_input":['"$ASK"',{"role":"assistant","content":"one"},{"role":"user","content":"more"}],"$ai_output_choices":[{"role":"assistant","content":"two"}]'
	event generation "$(uuid 4)" other "$DAY:03Z" ',"$ai_provider":"openai","$ai_model":"m","$ai_input":null'
	event generation "$(uuid 5)" other "$DAY:04Z" ',"$ai_provider":"azure","$ai_model":"m","$ai_input":"hi"'
} >"$FILE"

# What a session, a trace and a call say, once.
exits 0 show talk "$FILE" --plain
clean
equal 'a trace as text' '==== m  2026-03-01T10:00:01.000000Z ====
---- input ----
user: it'"'"'s "hot" $HOME `id`\x1B[31m
---- output ----
assistant: one

==== m  2026-03-01T10:00:02.000000Z ====
---- input ----
(2 as above)
user: more
---- output ----
assistant: two' "$(cat "$D/out")"
cp "$D/out" "$D/trace"
exits 0 show s1 "$FILE" --plain
equal 'its session' "$(cat "$D/trace")" "$(cat "$D/out")"
exits 0 show "$(uuid 3)" "$FILE" --md
equal 'a call as Markdown' '### user

it'"'"'s "hot" $HOME `id`\x1B[31m

### assistant

one

### user

more

### assistant

two' "$(cat "$D/out")"
exits 0 show "$(uuid 4)" "$FILE" --plain
out_has 'withheld: privacy mode'

# The request.
exits 0 replay "$(uuid 2)" "$FILE"
clean
cp "$D/out" "$D/command"
equal 'the command' 'curl -sS https://api.openai.com/v1/chat/completions \
  -H '"'Content-Type: application/json'"' \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  --data-binary @- <<'"'BODY'" "$(head -4 "$D/command")"
# A curl of ours says what it is told.
mkdir "$D/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$@"\nexec cat >"%s/body"\n' "$D" >"$D/bin/curl"
chmod +x "$D/bin/curl"
PATH=$D/bin:$PATH OPENAI_API_KEY='a $b' sh "$D/command" >"$D/words"
grep -qxF 'Authorization: Bearer a $b' "$D/words" || fail 'the key is not what the shell made of it'
cp "$D/body" "$D/out"
RAN='the body'
valid_json
json model m
json temperature 0.5
json messages/0/content 'it'"'"'s \"hot\" $HOME `id`\u001b[31m'

# What there is no request of.
exits 1 replay "$(uuid 4)" "$FILE"
err_has 'withheld (privacy mode)'
exits 1 replay "$(uuid 5)" "$FILE"
err_has 'no public address is known for the provider azure'
exits 2 replay talk "$FILE"
err_has 'is no single call'
exits 1 replay nobody "$FILE"
exits 2 replay
exits 2 replay "$(uuid 2)" "$FILE" --json
err_has 'send'
[ ! -s "$D/out" ] || fail "$RAN: output"
verdict
