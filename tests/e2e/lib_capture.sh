# What the scripts of the capture endpoint share: starting it, waiting for it, sending to it.
. e2e/lib.sh

export XDG_STATE_HOME=$D/state XDG_CONFIG_HOME=$D/config TMPDIR=$D/tmp
mkdir -p "$D/tmp"
STARTED=

# Ends what a script leaves behind.
end_all()
{
	local pid
	for pid in $STARTED; do
		kill -9 "$pid" 2>/dev/null
	done
	rm -rf "$D"
}
trap end_all EXIT

# until_true COMMAND...: waits for it to succeed, 20 s at most.
until_true()
{
	local i
	for i in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	fail "never: $*"
	return 1
}

# capture NAME ARG...: `tracehog capture` in the background; its output is $D/NAME, its number $PID, its address $URL.
capture()
{
	local name=$1
	shift
	RAN="tracehog capture $*"
	: >"$D/$name"
	env --default-signal=INT,HUP "$TRACEHOG" capture "$@" >"$D/$name" 2>"$D/$name.err" </dev/null &
	PID=$!
	STARTED="$STARTED $PID"
}

listening()
{
	until_true grep -q . "$D/$1" || cat "$D/$1.err"
	URL=$(head -1 "$D/$1" | grep -o 'http://[^"]*')
}

# generation TRACE [MORE]: the event as an SDK has it.
generation()
{
	printf '{"event":"$ai_generation","distinct_id":"ann","properties":{"$ai_trace_id":"%s"%s}}' "$1" "${2:-}"
}

# post PATH CURL-ARG...: prints the status.
post()
{
	local path=$1
	shift
	curl -s -m 20 -o "$D/answer" -w '%{http_code}' "$@" "$URL$path"
}

# sends STATUS PATH CURL-ARG...
sends()
{
	local expected=$1
	shift
	equal "POST $1" "$expected" "$(post "$@")"
}

# ends SIGNAL CODE
ends()
{
	kill -"$1" "$PID"
	wait "$PID"
	equal "$RAN: exit after $1" "$2" $?
}
