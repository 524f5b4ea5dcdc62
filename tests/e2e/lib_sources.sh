# Several sources at once: two stand-ins of PostHog, each with events and a key of its own, names for them in the config, one that
# is dead, and a file.
. e2e/lib_posthog.sh

unset TRACEHOG_POSTHOG_KEY

# calls NAME N FIRST: N traces NAME-1.. of a call each; their uuids begin at FIRST.
calls()
{
	local i
	for i in $(seq "$2"); do
		event generation "$(uuid $(($3 + i)))" "$1-$i" 2026-01-01T00:00:00Z \
			",\"\$ai_session_id\":\"session-$1\",\"\$ai_span_name\":\"$1-$i\",\"\$ai_model\":\"gpt-5\",\"\$ai_input_tokens\":10,\"\$ai_output_tokens\":2,\"\$ai_latency\":1,\"\$ai_total_cost_usd\":0.01"
	done
}

# project NAME ID: a stand-in with $D/NAME.ndjson, and its name in the config.
project()
{
	local host pid
	: >"$D/$1.up"
	: >"$D/$1.log"
	printf 'phx_KeyOf%s0123456789\n' "$1" >"$D/$1.key"
	"$STANDIN" --events "$D/$1.ndjson" --key "$(cat "$D/$1.key")" --project "$2" --log "$D/$1.log" \
		>"$D/$1.up" 2>&1 &
	pid=$!
	disown "$pid"
	echo "$pid" >"$D/$1.pid"
	STARTED="$STARTED $pid"
	until_true grep -q '^listening' "$D/$1.up"
	host=$(sed -n 's/^listening on //p' "$D/$1.up")
	named "$1" "source = posthog:" "host = $host" "key_file = $D/$1.key"
}

# named NAME LINE...: a section of the config.
named()
{
	local name=$1
	shift
	mkdir -p "$XDG_CONFIG_HOME/tracehog"
	{
		echo "[$name]"
		printf '%s\n' "$@"
	} >>"$XDG_CONFIG_HOME/tracehog/config"
	chmod 600 "$XDG_CONFIG_HOME/tracehog/config" "$D"/*.key
}

# Two projects that share an event (uuid 1, trace both-1), one that does not answer, and a file.
several()
{
	calls both 1 0 >"$D/both"
	{
		calls prod 4 100
		cat "$D/both"
	} >"$D/plain"
	recent "$D/plain" 3600 60 >"$D/prod.ndjson"
	calls dev 3 200 >"$D/plain"
	{
		recent "$D/plain" 1800 60
		tail -n 1 "$D/prod.ndjson"
	} >"$D/dev.ndjson"
	calls local 2 300 >"$D/plain"
	recent "$D/plain" 900 60 >"$D/local.ndjson"
	project prod 12
	project dev 13
	named dead "source = posthog:14" "host = http://127.0.0.1:1" "key_file = $D/prod.key"
	named nokey "source = posthog:15"
}

# Nobody's key is in what was printed or kept, nor at the other's.
keys_are_secret()
{
	! grep -rlF phx_KeyOf "$D/out" "$D/err" "$XDG_CACHE_HOME" "$D"/*.log 2>/dev/null ||
		fail "${RAN:-}: a key is there"
	! grep -E '"status":(401|403)' "$D"/*.log || fail "${RAN:-}: a key was refused"
}
