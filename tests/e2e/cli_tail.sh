# `tracehog tail`: what is there, then what comes.
. e2e/lib.sh

FILE=$D/grow.ndjson

# more FROM TO: appends events of these numbers.
more()
{
	local i
	for i in $(seq "$1" "$2"); do
		event generation "$(uuid "$i")" "trace-$i" 2026-03-01T10:00:00Z
	done >>"$FILE"
}

# until TEXT: waits for a line with it in $D/out.
until_out()
{
	local i
	for i in $(seq 200); do
		grep -qF -e "$1" "$D/out" 2>/dev/null && return
		sleep 0.1
	done
	fail "$RAN: never printed <$1>"
}

# follow ARG...: in the background; its number is $FOLLOWER. A shell's own background jobs ignore Ctrl-C, hence `env`.
follow()
{
	RAN="tracehog tail $*"
	: >"$D/out"
	env --default-signal=INT "$TRACEHOG" tail "$@" >"$D/out" 2>"$D/err" </dev/null &
	FOLLOWER=$!
}

# ends SIGNAL: sends it and expects 130.
ends()
{
	kill -"$1" "$FOLLOWER"
	wait "$FOLLOWER"
	equal "$RAN: exit after $1" 130 $?
}

all_there()
{
	more 1 25
	exits 0 tail --no-follow "$FILE"
	quiet
	lines 25
	clean
	equal "$RAN: order" "$(seq 1 25)" "$(sed 's/.*trace-\([0-9]*\).*/\1/' "$D/out")"
	exits 0 tail --no-follow --json "$FILE"
	lines 25
	"$CHECK" jsonl trace_id <"$D/out" >"$D/ids" || fail "$RAN: no JSON lines"
	equal "$RAN: order" "$(seq -f 'trace-%g' 1 25)" "$(cat "$D/ids")"
	cp "$D/out" "$D/json"
	exits 0 tail --no-follow --jsonl "$FILE"
	cmp -s "$D/out" "$D/json" || fail "$RAN: differs from --json"
	exits 7 tail --no-follow "$FILE" --fail-if any
}

# The last ten, then each line as soon as it is complete, whether its newline is there or not.
following()
{
	follow "$FILE"
	until_out trace-25
	lines 10
	equal 'first of the last ten' trace-16 "$(head -1 "$D/out" | grep -o 'trace-[0-9]*')"
	more 26 26
	until_out trace-26
	event generation "$(uuid 27)" trace-27 2026-03-01T10:00:00Z >"$D/line"
	head -c 60 "$D/line" >>"$FILE"
	sleep 0.3
	tail -c +61 "$D/line" >>"$FILE"
	until_out trace-27
	printf 'not json\n\n' >>"$FILE"
	more 28 40
	until_out trace-40
	lines 25
	ends INT
	follow "$FILE" --json
	until_out trace-40
	lines 10
	more 41 41
	until_out trace-41
	"$CHECK" jsonl uuid <"$D/out" >/dev/null || fail "$RAN: no JSON lines"
	ends TERM
}

# A file that is empty at first, and two at once.
from_nothing()
{
	FILE=$D/new.ndjson
	: >"$FILE"
	follow "$FILE" "$D/grow.ndjson"
	until_out trace-41
	more 100 101
	until_out trace-101
	ends INT
}

# said TEXT: waits for a line with it on stderr.
said()
{
	local i
	for i in $(seq 200); do
		grep -qF -e "$1" "$D/err" && return
		sleep 0.1
	done
	fail "$RAN: never said <$1>"
}

# A file that is not there yet, is truncated, rotated, deleted and comes back: every line once, and what happened is said.
changing()
{
	FILE=$D/changes.ndjson
	follow "$FILE"
	said 'not there yet: waited for'
	more 201 215
	until_out trace-215
	said 'there since'
	: >"$FILE"
	said 'truncated at'
	more 216 217
	until_out trace-217
	mv "$FILE" "$FILE.1"
	FILE=$FILE.1
	more 218 218
	FILE=$D/changes.ndjson
	more 219 219
	until_out trace-219
	said 'replaced at'
	rm "$FILE"
	said 'deleted or renamed at'
	more 220 220
	until_out trace-220
	ends INT
	lines 20
	equal "$RAN: order" "$(seq 201 220)" "$(sed 's/.*trace-\([0-9]*\).*/\1/' "$D/out")"
	clean
}

troubles()
{
	: >"$D/none.ndjson"
	exits 1 tail --no-follow "$D/none.ndjson"
	exits 6 tail --no-follow "$D/missing"
	explained
	exits 6 tail --no-follow "$D/grow.ndjson" "$D/missing"
	[ -s "$D/out" ] || fail "$RAN: the rest is not shown"
	timeout 20 "$TRACEHOG" tail "$D/grow.ndjson" >/dev/full 2>"$D/err" </dev/null
	equal 'tail to a full disk' 6 $?
	"$TRACEHOG" tail --no-follow "$D/grow.ndjson" 2>"$D/err" </dev/null | head -1 >"$D/out"
	RAN='tail into head'
	lines 1
	quiet
}

all_there
following
from_nothing
changing
troubles
verdict
