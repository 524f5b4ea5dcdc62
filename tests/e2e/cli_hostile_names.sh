# What means harm in names: of files and folders, of sources and settings, of themes, and of events on their way through the
# capture endpoint. Nothing of it reaches standard output or standard error raw, in any locale.
. e2e/lib_capture.sh

EVENTS=$D/events.ndjson
"$BUILD/tests/e2e_hostile_events" >"$EVENTS" || exit 1
NAME=$(printf '\033[31mPWNED\033]0;x\007\n\302\233\342\200\256\377%%s%%n')
unset NO_COLOR CLICOLOR
mkdir -p "$XDG_CONFIG_HOME/tracehog/themes"
CONFIG=$XDG_CONFIG_HOME/tracehog/config

config()
{
	printf "$@" >"$CONFIG"
	chmod 600 "$CONFIG"
}

# words ARG...: runs it in both locales; whatever its exit code, what it says is clean.
words()
{
	run "$@"
	clean
	[ "$CODE" -lt 128 ] || fail "$RAN: exit $CODE"
	LC_ALL=C run "$@"
	clean ascii
}

files()
{
	local command dir=$D/$NAME
	mkdir "$dir"
	{ cat data/hostile.ndjson && echo '{"bad'; } >"$dir/$NAME.ndjson"
	gzip -c <data/real_events.ndjson >"$dir/$NAME.gz"
	for command in 'stats -v' 'ls traces' 'show last' 'tree last' 'tail --no-follow'; do
		words $command "$dir/$NAME.ndjson"
		words $command "$dir"
		words $command "$dir/$NAME.gz"
		words $command "$dir/missing$NAME"
	done
	run stats "$dir/$NAME.ndjson" --json
	valid_json
	clean
	ln -s "$dir/$NAME.loop" "$dir/$NAME.loop"
	words stats "$dir/$NAME.loop"
	words "$dir/$NAME.ndjson"
	words stats --config "$dir/$NAME.ndjson" "$EVENTS"
	words capture --journal "$dir/$NAME.ndjson"
}

settings()
{
	local line
	for line in "theme = $NAME" "$NAME = 1" "[$NAME]" "color = $NAME" "keep = $NAME" "[x]\nsource = $NAME" \
		"allow_host = $NAME" "listen = $NAME" "[x]\nsource = posthog:$NAME" "[x]\nkey_file = $NAME"; do
		config '%b\n' "$(printf %s "$line" | tr '\n' ' ')"
		words ls traces "$EVENTS"
		words --print-config
		words stats x
	done
	rm "$CONFIG"
	printf 'text = %s\n' "$NAME" >"$XDG_CONFIG_HOME/tracehog/themes/bad.theme"
	words ls traces "$EVENTS" --theme bad --color=always
	words ls traces "$EVENTS" --theme "$NAME" --color=256
	words ls traces "posthog:$NAME"
	words ls traces "$EVENTS" --host "$NAME"
	words run -- "$D/$NAME.program"
}

# The lines of `capture`, and the error of a request that cannot be taken.
captured()
{
	capture lines --listen 127.0.0.1:0 --journal "$D/journal"
	listening lines
	# No request that can be taken, and each event by itself.
	post /batch/ --data-binary @data/hostile.ndjson >"$D/status"
	sed 's/"event":"[^"]*"/"event":"$ai_generation"/' "$EVENTS" | while IFS= read -r line; do
		printf '%s\n' "$line" | post /i/v0/e/ --data-binary @- >>"$D/status"
	done
	kill -INT "$PID"
	wait "$PID" 2>/dev/null
	for stream in lines lines.err; do
		"$CHECK" clean <"$D/$stream" >"$D/why" || fail "capture, $stream: $(cat "$D/why")"
		! grep -q PWNED "$D/$stream" || grep -q '\\x1B\|\\u{' "$D/$stream" || fail "capture, $stream: not spelled out"
	done
	[ "$(wc -l <"$D/lines")" -gt 10 ] || fail "capture printed $(wc -l <"$D/lines") lines"
}

files
settings
captured
verdict
