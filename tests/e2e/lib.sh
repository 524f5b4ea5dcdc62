# What the end-to-end scripts of the printing commands share: running, comparing, making events.
# A script sources this, states what it expects, and ends with `verdict`.

set -u
: "${TRACEHOG:?the program to test}" "${BUILD:?its build folder}"
CHECK=$BUILD/tests/e2e_check
D=$(mktemp -d) || exit 1
trap 'rm -rf "$D"' EXIT
FAILED=0

fail()
{
	FAILED=$((FAILED + 1))
	printf 'FAILED: %s\n' "$*"
}

verdict()
{
	[ "$FAILED" = 0 ] && exit 0
	echo "$FAILED failed"
	exit 1
}

# Runs the program; its output is in $D/out and $D/err, its exit code in $CODE.
run()
{
	RAN="tracehog $*"
	timeout 60 "$TRACEHOG" "$@" >"$D/out" 2>"$D/err" </dev/null
	CODE=$?
}

# exits CODE ARG...: runs the program and expects an exit code.
exits()
{
	local expected=$1
	shift
	run "$@"
	[ "$CODE" = "$expected" ] && return
	fail "$RAN: exit $CODE, not $expected"
	head -c 600 "$D/err"
}

# equal WHAT EXPECTED GOT
equal()
{
	[ "$2" = "$3" ] || fail "$1: expected <$2>, got <$3>"
}

# json PATH VALUE: what stands at a path of the output; several lines where a path has asterisks.
json()
{
	equal "$RAN: $1" "$2" "$("$CHECK" json "$1" <"$D/out")"
}

# at PATH: the value there.
at()
{
	"$CHECK" json "$1" <"$D/out"
}

valid_json()
{
	local why
	why=$("$CHECK" json <"$D/out") || fail "$RAN: no JSON: $why"
}

out_has()
{
	grep -qF -e "$1" "$D/out" || fail "$RAN: output lacks <$1>"
}

out_lacks()
{
	! grep -qF -e "$1" "$D/out" || fail "$RAN: output has <$1>"
}

err_has()
{
	grep -qF -e "$1" "$D/err" || fail "$RAN: stderr lacks <$1>: $(head -c 300 "$D/err")"
}

quiet()
{
	[ ! -s "$D/err" ] || fail "$RAN: stderr has $(head -c 300 "$D/err")"
}

# A failure says so in lines of our own, and nothing else.
explained()
{
	[ -s "$D/err" ] || fail "$RAN: no word on stderr"
	! grep -qv '^tracehog: ' "$D/err" || fail "$RAN: stderr: $(head -c 300 "$D/err")"
}

lines()
{
	equal "$RAN: lines" "$1" "$(wc -l <"$D/out" | tr -d ' ')"
}

# clean [ascii]: neither stdout nor stderr act on a terminal.
clean()
{
	local file why
	for file in out err; do
		why=$("$CHECK" clean "$@" <"$D/$file") || fail "$RAN: $file: $why"
	done
}

# event KIND UUID TRACE TIME [MORE]: a line; MORE are members of properties, with a comma first.
event()
{
	printf '{"uuid":"%s","event":"$ai_%s","distinct_id":"ann","timestamp":"%s",' "$2" "$1" "$4"
	printf '"properties":{"$ai_trace_id":"%s"%s}}\n' "$3" "${5:-}"
}

# uuid N: a canonical one.
uuid()
{
	printf '00000000-0000-4000-8000-%012d' "$1"
}
