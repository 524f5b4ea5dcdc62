# A PostHog project on a real terminal: what the screens fetch and say, what is copied, what happens while PostHog is slow,
# refuses, is gone and comes back, and what the live stream brings.
. e2e/lib_posthog.sh
EVENTS_FOLDER=$D
. e2e/lib_tmux.sh
trap 'T kill-server 2>/dev/null; end_all; rm -rf "$EVENTS_FOLDER"' EXIT

TRACES=400
# Seven traces a session, of a call and a span each; every tenth call fails.
awk -v n=$TRACES 'BEGIN {
	for (i = 1; i <= n; i++) {
		ids = sprintf("\"$ai_trace_id\":\"trace-%03d\",\"$ai_session_id\":\"session-%02d\"", i, (i - 1) / 7)
		failed = i % 10 == 0 ? ",\"$ai_is_error\":true,\"$ai_error\":\"boom\"" : ""
		printf "{\"uuid\":\"00000000-0000-4001-8000-%012d\",\"event\":\"$ai_generation\",\"distinct_id\":\"ann\",\"timestamp\":\"\",\"properties\":{%s,\"$ai_parent_id\":\"span-%d\",\"$ai_span_name\":\"trace-%03d\",\"$ai_model\":\"gpt-5\",\"$ai_latency\":1,\"$ai_input\":\"question %d\",\"$ai_output_choices\":\"answer %d\"%s}}\n", i, ids, i, i, i, i, failed
		printf "{\"uuid\":\"00000000-0000-4002-8000-%012d\",\"event\":\"$ai_span\",\"distinct_id\":\"ann\",\"timestamp\":\"\",\"properties\":{%s,\"$ai_span_id\":\"span-%d\",\"$ai_span_name\":\"look_up\",\"$ai_latency\":2}}\n", i, ids, i
	}
}' >"$D/plain.ndjson"
recent "$D/plain.ndjson" >"$EVENTS"

pages()
{
	asked | grep -cx tracehog:traces
}

# The project on the terminal.
opens()
{
	explore "posthog: --host $HOST"
}

ends_at_once()
{
	text Q
	wait_prompt
}

logged()
{
	grep -qF -e "$1" "$LOG"
}

copied()
{
	T show-buffer 2>/dev/null
}

has_copied()
{
	[ "$(copied)" = "$1" ]
}

# ---- lists, a trace, a session ---------------------------------------------------------------------------------------
standin
terminal 80 24
opens
wait_for 'posthog:12 Acme agents > Traces'
wait_cursor trace-400
waits 'totals' logged '"tracehog:trace-totals"'
[ "$(pages)" -lt 4 ] || fail 'all pages were fetched before anybody looked'
all_listed()
{
	text G
	shows '400 traces'
}
waits 'the pages that the cursor comes to' all_listed
equal 'pages' 4 "$(pages)"
text g
wait_cursor trace-400

keys Enter
wait_for look_up
wait_for 'fetched '
equal 'traces opened' 1 "$(asked | grep -cx tracehog:trace)"
text q
wait_cursor trace-400

text yu
waits 'the link' has_copied "$HOST/project/12/ai-observability/traces/trace-400"
wait_for 'B link via tmux'

text 2
wait_for 'sessions'
wait_cursor ann
keys Enter
wait_for '[ Chat ]'
wait_for ' 1 turn '
text q
wait_gone '[ Chat ]'
text j
: >"$LOG"
keys Enter
wait_for '[ Chat ]'
wait_for ' 7 turns '
waits 'the events' shows 'answer 393'
equal 'a session and the events of all its traces' 'tracehog:traces tracehog:traces-ai-events' \
	"$(asked | grep -v -e tracehog:events -e totals | sort | xargs)"
text q
wait_gone '[ Chat ]'

# ---- a time -------------------------------------------------------------------------------------------------------------
text 1
text T
wait_for 'range (1h 7d today 2026-11-01..2026-11-05 all):'
text 7d
keys Enter
wait_for 'shown: '
wait_for ' to now'
wait_cursor trace-400
text yC
waits 'the command line' has_copied "tracehog ls traces posthog: --since 7d --host $HOST"
text '('
wait_for ' 0 traces'
text ')'
wait_cursor trace-400
text T
text nonsense
keys Enter
wait_for 'no range: 1h 7d today'
# Each prompt goes back to lines of its own.
text /
text needle
keys Enter
wait_for 'not found: needle'
text T
text n
keys Up
wait_for 'all): nonsense'
keys Escape
wait_gone 'all): nonsense'

# ---- what is made from events -------------------------------------------------------------------------------------------
text 3
wait_for 'of what was fetched (R fetches all)'
text R
wait_for '/400'
wait_gone 'R fetches all'
# Whatever was fetched last: the newest is at the end.
text 7
wait_cursor trace-400
ends_at_once
mannerly
secret

# ---- from the cache; gone and back ---------------------------------------------------------------------------------------
PORT=${HOST##*:}
opens
wait_for ' 400+ traces'
gone
text R
wait_for 'offline'
wait_for '127.0.0.1: no answer'
wait_cursor trace-400
keys Enter
wait_for look_up
text q
wait_cursor trace-400
standin --port "$PORT"
wait_gone '127.0.0.1: no answer'
wait_gone 'offline'
wait_for ' 400+ traces'
ends_at_once

# ---- slow, limited, refused ------------------------------------------------------------------------------------------------
forget # Traces and sessions are asked at once.
standin --fault 1:hang,2:hang
opens
waits 'the question' logged '"hang"'
wait_for '(Esc cancels)'
wait_for 'fetching ...'
text '?'
wait_for 'finds a key or a word'
text q
text 8
wait_for '> Models'
text 1
wait_for '> Traces'
keys Escape
wait_for 'cancelled: R fetches again'
waits 'PostHog is told' logged '"cancel"'
text R
wait_cursor trace-400
ends_at_once

forget
standin --fault 1:429+3
opens
wait_for 'rate limited, next in '
text '?'
wait_for 'finds a key or a word'
text q
wait_cursor trace-400
wait_gone 'rate limited'
ends_at_once

forget
standin
EXPLORE_ENV='env TRACEHOG_POSTHOG_KEY=phx_wrong' opens
wait_for 'PostHog does not accept the key'
wait_for "$HOST/settings/user-api-keys"
wait_for 'not allowed'
lacks 'fetching' || fail 'nothing can be fetched, and that is said to be'
ends_at_once
T resize-window -t it -x 40 -y 10
EXPLORE_ENV='env TRACEHOG_POSTHOG_KEY=phx_wrong LC_ALL=C' opens
wait_for 'PostHog does not accept the key'
screen | sed -n 3p | grep -q '~$' || fail 'the alarm is cut without a mark'
ends_at_once
T resize-window -t it -x 80 -y 24

# ---- the live stream -----------------------------------------------------------------------------------------------------
forget
: >"$D/live"
standin --live "$D/live"
EXPLORE_ENV="env TRACEHOG_POSTHOG_LIVE_HOST=$HOST" opens
wait_for ' stream '
wait_cursor trace-400
tail -n 1 "$EVENTS" | sed "s/trace-400/trace-new/; s/4002-8000/4003-8000/; s/look_up/just_now/
	s/\"timestamp\":\"[^\"]*\"/\"timestamp\":\"$(ago 0)\"/" >>"$D/live"
wait_for trace-new
text 7
wait_for just_now
text 0
wait_for 'what is new comes by the live stream'
wait_for ' requests '
ends_at_once
mannerly
secret
verdict
