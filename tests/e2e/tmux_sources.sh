# Several sources on a terminal: which is which in the head line, in rows and in Sources; one more by its name, one hidden and shown
# again; one that does not answer beside one that does.
. e2e/lib_sources.sh
SOURCES=$D
several
named again 'source = posthog:12' "host = $(sed -n 's/^listening on //p' "$D/prod.up")" "key_file = $D/prod.key"
. e2e/lib_tmux.sh
trap 'T kill-server 2>/dev/null; end_all; rm -rf "$SOURCES"' EXIT

row_is()
{
	screen | grep -F -e "$1" | grep -qF -e "$2"
}

terminal 80 24
explore "prod $SOURCES/local.ndjson"
wait_for 'prod + local > Traces'
waits 'rows have their source' row_is prod-4 ' prod '
waits 'also those of the file' row_is local-2 ' local '
text ':source d'
keys Tab
wait_for ':source de'
keys C-u
text 'source dev'
keys Enter
wait_for 'dev is open'
waits 'its rows' row_is dev-3 ' dev '
wait_for 'prod + local + dev > Traces'
text ':source -dev'
keys Enter
wait_gone dev-3
wait_for '-source:dev'
text ':source dev'
keys Enter
wait_for dev-3
text ':source devs'
keys Enter
wait_for 'did you mean dev?'
text ":source $SOURCES/./local.ndjson"
keys Enter
wait_for 'it is open already'
text ':source again'
keys Enter
wait_for 'again: it is open already'
text ":source $SOURCES/nowhere"
keys Enter
wait_for 'no such file'
wait_gone '+ nowhere'
text ':source dead'
keys Enter
wait_for 'dead: 127.0.0.1: no answer'
waits 'the others stay' row_is dev-3 ' dev '
text 0
wait_for 'posthog:13 Acme agents'
wait_for 'local   2 events'
text Q
wait_prompt

EXPLORE_ENV='env NO_COLOR=1 LC_ALL=C'
terminal 160 48
explore 'prod dev'
wait_for 'prod + dev > Traces'
waits 'without colours' row_is dev-3 ' dev '
text Q
wait_prompt
terminal 40 10
explore 'dev prod'
waits 'on a small one' row_is dev-3 ' dev '
text Q
wait_prompt
D=$SOURCES keys_are_secret
verdict
