# What the scripts of PostHog's sources share: the stand-in of PostHog, events of today, the key, what was asked.
. e2e/lib_capture.sh

STANDIN=$BUILD/tests/posthog_standin
KEY=phx_KeyOfTheTests0123456789
export XDG_CACHE_HOME=$D/cache TRACEHOG_POSTHOG_KEY=$KEY
unset POSTHOG_PERSONAL_API_KEY TRACEHOG_POSTHOG_LIVE_HOST
EVENTS=$D/events.ndjson

# recent FILE [AGE [STEP]]: its events again, the last one AGE seconds ago (3600), STEP seconds between them (20). Calls of a
# model have a cost, as PostHog's ingestion gives them one; the stand-in has no prices.
recent()
{
	local age=${2:-3600} step=${3:-20} n
	n=$(wc -l <"$1")
	seq "$n" | awk -v last=$(($(date +%s) - age)) -v n="$n" -v step="$step" \
		'{ printf "@%d.%06d\n", last - (n - $1) * step, $1 * 7919 % 1000000 }' |
		date -u -f - +%Y-%m-%dT%H:%M:%S.%6NZ >"$D/times"
	awk -v times="$D/times" '{
		getline t <times
		sub(/"timestamp":"[^"]*"/, "\"timestamp\":\"" t "\"")
		if (/"event":"\$ai_(generation|embedding)"/ && /"\$ai_model":/ && !/"\$ai_total_cost_usd":/)
			sub(/"properties":\{/, "&\"$ai_total_cost_usd\":0.00" NR ",")
		print
	}' "$1"
}

# ago SECONDS: the time then, RFC 3339.
ago()
{
	date -u -d "@$(($(date +%s) - $1))" +%Y-%m-%dT%H:%M:%SZ
}

# standin ARG...: starts one, in place of the one before; its address is $HOST, what it was asked is in $LOG.
standin()
{
	[ -z "${STANDIN_PID:-}" ] || gone
	LOG=$D/log
	: >"$D/standin"
	: >"$LOG"
	"$STANDIN" --events "$EVENTS" --key "$KEY" --log "$LOG" "$@" >"$D/standin" 2>&1 &
	STANDIN_PID=$!
	disown "$STANDIN_PID" # no word of its end
	STARTED="$STARTED $STANDIN_PID"
	until_true grep -q '^listening' "$D/standin"
	HOST=$(sed -n 's/^listening on //p' "$D/standin")
}

# The stand-in ends.
gone()
{
	kill -9 "$STANDIN_PID" 2>/dev/null
	while kill -0 "$STANDIN_PID" 2>/dev/null; do
		sleep 0.02
	done
	STANDIN_PID=
}

forget()
{
	rm -rf "$XDG_CACHE_HOME"
}

# afresh: nothing asked, nothing remembered.
afresh()
{
	forget
	: >"$LOG"
}

# asks CODE ARG...: the program with the stand-in as its host.
asks()
{
	local expected=$1
	shift
	exits "$expected" "$@" --host "$HOST"
}

# What was asked, a name a line, a failure's fault in its place.
asked()
{
	sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$LOG"
}

# asked_for EXPECTED: names with blanks between them.
asked_for()
{
	equal "$RAN: asked" "$1" "$(asked | xargs)"
}

# Every query was one that PostHog takes, and no more than two were under way.
mannerly()
{
	! grep '"wrong"' "$LOG" || fail "${RAN:-}: a query that is not as it should be"
	! grep -o '"most_in_flight":[0-9]*' "$LOG" | grep -v ':[012]$' || fail "${RAN:-}: too many at once"
}

# The key is nowhere in what was printed, kept and asked.
secret()
{
	! grep -rlF "$KEY" "$D/out" "$D/err" "$XDG_CACHE_HOME" "$LOG" 2>/dev/null || fail "$RAN: the key is there"
}

# same ARG...: the command's output is that of the same command on the file of events. What is different by nature
# is named in $BUT, an expression of grep.
same()
{
	run "$@" "$EVENTS"
	grep -vE "${BUT:-^$}" "$D/out" >"$D/of_file"
	asks 0 "$@" posthog:
	quiet
	grep -vE "${BUT:-^$}" "$D/out" >"$D/of_posthog"
	cmp -s "$D/of_file" "$D/of_posthog" || {
		fail "$RAN: differs from that of the file"
		diff "$D/of_file" "$D/of_posthog" | cut -c -300 | head -20
	}
}

# fault SPEC CODE SAYS: what `ls traces` makes of it. Where only totals failed, the rows stand without them.
fault()
{
	standin --fault "$1"
	forget
	asks "$2" ls traces posthog: --json
	RAN="fault $1"
	err_has "$3"
	explained
	clean
	if [ "${1%%:*}" = 2 ]; then
		json '' '[35]'
		equal "$RAN: totals" null "$(at '*/events' | sort -u)"
	else
		json '' '[0]'
	fi
	mannerly
	secret
}

# tries N WHAT: how often the failing request was sent.
tries()
{
	equal "$RAN: tries" "$1" "$(asked | grep -cxF -e "$2")"
}
