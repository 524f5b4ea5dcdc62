# What the scripts of replays share: the stand-in of providers, the key, calls that it knows.

PROVIDER=$BUILD/tests/provider_standin
PROVIDER_KEY=sk-KeyOfTheTests0123456789
HEARD=$D/heard
CALLS=$D/calls.ndjson

# provider: starts the stand-in; its address is $AT. The scene stands behind: $AT/ok/v1.
provider()
{
	"$PROVIDER" "$HEARD" >"$D/provider" 2>&1 &
	PROVIDER_PID=$!
	disown "$PROVIDER_PID"
	until grep -q '^listening' "$D/provider"; do
		kill -0 "$PROVIDER_PID" || exit 1
		sleep 0.02
	done
	AT=$(sed -n 's/^listening on //p' "$D/provider")
}

provider_ends()
{
	kill -9 "$PROVIDER_PID" 2>/dev/null
}

ASKED='"$ai_input":[{"role":"user","content":"six by seven?"}],"$ai_output_choices":[{"role":"assistant","content":"It is 41."}],"$ai_input_tokens":800,"$ai_output_tokens":90,"$ai_latency":3.4'

# call N PROVIDER MODEL [MORE]: a line of $CALLS.
call()
{
	event generation "$(uuid "$1")" talk 2026-03-01T10:00:0"$1"Z \
		",\"\$ai_provider\":\"$2\",\"\$ai_model\":\"$3\",$ASKED${4:-}" >>"$CALLS"
}

call 1 openai gpt-4o
call 2 openai gpt-5 ',"$ai_request_url":"https://api.openai.com/v1/responses"'
call 3 anthropic claude-sonnet-4-5
call 4 gemini gemini-2.5-flash
call 5 openai gpt-4o ',"$ai_base_url":"https://evil.example/v1\u001b[31m"'
call 6 nobody m
