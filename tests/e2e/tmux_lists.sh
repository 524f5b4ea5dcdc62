# What lists keep on disk: columns and bookmarks, over restarts, with modes, and beside another process; and the menus of a list.
. e2e/lib_tmux.sh
CONFIG=$D/config/tracehog/columns
KEPT=$D/state/tracehog/bookmarks
EXPLORE_ENV="env XDG_CONFIG_HOME=$D/config XDG_STATE_HOME=$D/state"
FILE=$D/some.ndjson
OTHER=$D/other.ndjson
some_traces >"$FILE"
{
	trace delta 20
	trace epsilon 21
	trace zeta 22
} >"$OTHER"

open_again()
{
	text Q
	wait_prompt
	explore "$1"
	wait_for '3 traces'
}

escape()
{
	keys Escape
	wait_gone "$1"
}

terminal 130 30
explore "$FILE"
wait_for '3 traces'

# Columns: one is hidden, and stays so until the list's own are wanted again.
text C
wait_for '[x] start_time'
keys Enter
wait_for '> [x] name'
escape '[x] name'
wait_gone 'TIME '
waits 'the choice is on disk' grep -qs '^traces = name,' "$CONFIG"
open_again "$FILE"
wait_for 'NAME '
lacks 'TIME ' || fail 'the hidden column is back'
text C
wait_for '[x] name'
keys G
wait_for 'own columns again'
keys Enter
escape 'own columns again'
wait_for 'TIME '

# A property of the row, read from the file.
text C
wait_for '[x] name'
keys G Up
wait_for '>     another property'
keys Enter
wait_for 'property ('
text '$ai_latency'
keys Enter
wait_for '> [x] @$ai_latency'
escape '[x] name'
wait_for '$ai_latency'
waits 'a value' eval 'screen | grep -q "gamma.* 1.5  *|\|gamma.* 1.5 "'

# Bookmarks: with a note, after a restart, and without its source.
keys g j
wait_cursor beta
text M
wait_for 'note'
text 'why is it so'
keys Enter
wait_for 'bookmarked'
keys k
waits 'a star' eval 'screen | grep -q "^\*.*beta"'
grep -qs 'why is it so' "$KEPT" || fail 'the bookmark is not on disk'
[ "$(stat -c %a "$KEPT")" = 600 ] || fail 'others can read the bookmarks'
open_again "$FILE"
waits 'a star' eval 'screen | grep -q "^\*.*beta"'
keys j
wait_for 'bookmarked: why is it so'
text "'"
wait_for '1 bookmark '
wait_cursor 'why is it so'
keys Enter
wait_for 'Bookmarks > beta'
open_again "$OTHER"
text "'"
wait_cursor 'not loaded here'
keys Enter
wait_for 'not loaded here: open the source'
text q
wait_cursor zeta

# Another process adds one meanwhile: neither is lost.
sed '$s/]$//' "$KEPT" >"$KEPT.new"
echo ', {"kind": "trace", "id": "elsewhere", "name": "theirs", "time": "2026-01-01T00:00:00Z"}]' >>"$KEPT.new"
mv "$KEPT.new" "$KEPT"
text M
wait_for 'note'
keys Enter
wait_for "bookmarked ("
text "'"
wait_for '3 bookmarks'
wait_for theirs
text X
wait_for '2 bookmarks'
[ "$(grep -c '"id"' "$KEPT")" = 2 ] || fail 'the bookmark is still on disk'
text u
wait_for '3 bookmarks'
[ "$(grep -c '"id"' "$KEPT")" = 3 ] || fail 'the bookmark is not on disk again'

# A file that is no list of bookmarks is told of, and left alone.
text Q
wait_prompt
echo 'no json' >"$KEPT"
explore "$FILE"
wait_for 'no list of bookmarks'
keys j
wait_gone 'no list of bookmarks'
text M
wait_for 'note'
keys Enter
wait_for 'no list of bookmarks'
grep -qx 'no json' "$KEPT" || fail 'a file that is no list of bookmarks was written over'

# Marks, values, and the other list of a view.
keys g Space Space
wait_for '2 marked'
keys Escape
wait_gone '2 marked'
text '#'
wait_for 'values in 3 rows'
keys Enter
wait_gone 'values in 3 rows'
text 3
wait_for '3 generations'
text t
wait_for '0 spans'
text t
wait_for '3 generations'
text 9
wait_for 'Tools'
verdict
