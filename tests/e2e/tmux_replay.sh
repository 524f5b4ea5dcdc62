# A call sent again from a real terminal: x, the editor, the answer beside the original, what differs; a stream that is stopped by
# Esc and by q; and that the key is on no screen, on no command line and in nothing that was written.
. e2e/lib_tmux.sh
. e2e/lib_provider.sh

trap 'tmux -L "$SOCKET" kill-server 2>/dev/null; provider_ends; rm -rf "$D"' EXIT
provider
mkdir "$D/tmp"
cat >"$D/editor" <<'EDITOR'
#!/bin/sh
cat "$1" >"$0.before"
stty raw -echo
sed -i s/six/nine/ "$1"
EDITOR
chmod +x "$D/editor"
EXPLORE_ENV="env TMPDIR=$D/tmp VISUAL= EDITOR=$D/editor OPENAI_API_KEY=\$(cat $D/key)"
printf %s "$PROVIDER_KEY" >"$D/key"

no_key()
{
	! screen | grep -qF "$PROVIDER_KEY" || fail 'the key is on the screen'
	! tr '\0' '\n' <"/proc/$(program)/cmdline" | grep -qF "$PROVIDER_KEY" || fail 'the key is on the command line'
}

terminal 120 40
explore "--base-url $AT/ok/v1 $CALLS"
wait_for 'six by seven'
text 3
wait_for '> Generations'
text G
wait_cursor '~$0.0029'
text x
wait_for "to $AT/ok/v1/chat/completions"
wait_for 'key: $OPENAI_API_KEY'
wait_for '"six by seven?"'
no_key
text e
wait_for 'It is 42.'
wait_for 'original  3.4s'
wait_for '812 in 96 out'
grep -qF 'six by seven?' "$D/editor.before" || fail 'the editor did not have the request'
grep -qF 'nine by seven?' "$HEARD" || fail 'what the editor left was not sent'
equal 'what is left of it' '' "$(ls "$D/tmp")"
no_key
text D
wait_for '-> sent again'
wait_for 'nine by seven?'
text q
wait_for 's send again'
text q
wait_cursor '~$0.0029'
text Q
wait_for 'shell>'

# A stream that is under way.
terminal 80 24
explore "--base-url $AT/slow/v1 $CALLS"
wait_for 'six by seven'
text 3
wait_for '> Generations'
text G
wait_cursor '~$0.0029'
text x
wait_for 's send'
text s
wait_for 'Esc stops it'
waits 'the text is there as it comes' eval 'screen | grep -qx "It is *"'
no_key
keys Escape
wait_for 'stopped: the call was taken back'
waits 'what came stays' eval 'screen | grep -qx "It is *"'
text s
wait_for 'Esc stops it'
text q
wait_cursor '~$0.0029'
text Q
wait_for 'shell>'
! grep -rqF "$PROVIDER_KEY" "$D/tmp" "$HOME" 2>/dev/null || fail 'the key was written somewhere'
verdict
