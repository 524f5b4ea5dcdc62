# Sources that are no plain files, on a terminal: whatever is waited for or never ends, a key quits, at once and with the terminal
# as it was; memory stays bounded.
. e2e/lib_tmux.sh
export XDG_CACHE_HOME=$D/cache
mkdir "$D/folder"
trace alpha 10 >"$D/folder/a.ndjson"
mkfifo "$D/fifo"

# quits KEYS...: with what is open.
quits()
{
	keys "$@"
	wait_prompt
	wait_for started
	equal "after $*: what is left in the cache" '' "$(find "$D/cache" -type f)"
}

# A pipe that nobody writes to.
terminal 80 24
for end in q Q 'C-c C-c'; do
	explore "$D/fifo"
	wait_for 'Traces'
	quits $end
done

# One that somebody does, and goes on; both ends outlive the other.
explore "$D/fifo"
wait_for 'Traces'
exec 3>"$D/fifo"
trace alpha 10 >&3
wait_for '1 trace '
trace beta 11 >&3
wait_for '2 traces'
quits C-c C-c
exec 3>&-
explore "$D/fifo"
wait_for 'Traces'
trace gamma 12 >"$D/fifo"
wait_for '1 trace '
text 0
wait_for 'read, then it ended'
quits Q

# Without an end.
rss()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(program)/status"
}
taken()
{
	screen | grep -o '[0-9.]* [MG]B read' | head -1
}
explore /dev/zero
wait_for 'Traces'
text 0
waits 'what is read' eval '[ -n "$(taken)" ]'
first=$(taken)
waits 'more is read' eval '[ -n "$(taken)" ] && [ "$(taken)" != "$first" ]'
[ "$(rss)" -lt $((1500 * 1024)) ] || fail "/dev/zero: $(rss) kB"
quits Q

# A folder that leads into itself, with what cannot be opened; the rest is there.
ln -s . "$D/folder/self"
ln -s ../folder "$D/folder/again"
ln -s loop.ndjson "$D/folder/loop.ndjson"
mkfifo "$D/folder/pipe.ndjson"
explore "$D/folder"
wait_for '1 trace '
quits Q
wait_for 'Too many levels of symbolic links'
wait_for 'not a regular file'

# None of these opens a screen.
refused()
{
	shell "clear; $TRACEHOG $1; echo exit \$?"
	wait_for "$2"
	wait_for 'exit 6'
}
mkdir "$D/locked"
cp "$D/folder/a.ndjson" "$D/locked/b.ndjson"
chmod 0 "$D/locked/b.ndjson"
refused "$D/folder/loop.ndjson" 'Too many levels of symbolic links'
refused "$(find "$D" -type s | head -1)" 'a socket, not a regular file'
[ -r "$D/locked/b.ndjson" ] || refused "$D/locked/b.ndjson" 'Permission denied'
[ -r "$D/locked/b.ndjson" ] || refused "$D/locked" 'Permission denied'
verdict
