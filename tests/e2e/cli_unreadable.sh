# A payload that cannot be read any more: a file that is cut off after it was loaded and before a call in it is shown. What is
# loaded after it, a pipe, holds the program between the two; how much it has read says when the file is loaded.
. e2e/lib.sh

[ -r /proc/self/io ] || exit 77 # only Linux tells
DAY=2026-03-01T10:00
FILE=$D/calls.ndjson
ASK='"$ai_provider":"openai","$ai_model":"m","$ai_input":"hi"'
{
	event generation "$(uuid 1)" talk "$DAY:01Z" ",$ASK"
	event generation "$(uuid 2)" talk "$DAY:02Z" ",$ASK"
	# Longer than all else that the program reads to start.
	event generation "$(uuid 3)" talk "$DAY:03Z" ",\"\$ai_output_choices\":\"$(head -c 100000 /dev/zero | tr '\0' x)\""
} >"$D/some"
for i in {1..80}; do
	cat "$D/some"
done >"$D/all"
SIZE=$(($(wc -c <"$D/all")))

# cut_off ARG...: runs the program on a file that loses its end while it is loaded.
cut_off()
{
	local pid
	RAN="tracehog $*"
	cp "$D/all" "$FILE"
	rm -f "$D/pipe"
	mkfifo "$D/pipe"
	"$TRACEHOG" "$@" "$FILE" "$D/pipe" >"$D/out" 2>"$D/err" </dev/null &
	pid=$!
	exec 9>"$D/pipe"
	until [ "$(sed -n 's/^rchar: //p' "/proc/$pid/io")" -ge "$SIZE" ]; do
		kill -0 "$pid" || break
	done
	: >"$FILE"
	exec 9>&-
	wait "$pid"
	CODE=$?
}

# unreadable ARG...: it exits with 6, and says which file it is, in one of the two ways in which that is noticed.
unreadable()
{
	cut_off "$@"
	equal "$RAN: exit" 6 "$CODE"
	case $(cat "$D/err") in
	"tracehog: ends before what was read earlier: $FILE") ;;
	"tracehog: the file has changed since it was loaded: $FILE") ;;
	*) fail "$RAN: says $(cat "$D/err")" ;;
	esac
}

unreadable show "$(uuid 1)"
unreadable show "$(uuid 1)" --json
unreadable show "$(uuid 1)" --md
unreadable show talk --plain
unreadable replay "$(uuid 1)"
unreadable diff "$(uuid 1)" "$(uuid 2)"
unreadable diff "$(uuid 2)" --previous

# What the file still says without it.
cut_off show talk --json
equal 'a trace without its texts' 0 "$CODE"
json trace_id talk
verdict
