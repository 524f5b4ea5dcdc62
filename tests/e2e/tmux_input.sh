# What comes from the terminal but is no key never acts as keys: late halves of sequences, replies, pastes.
. e2e/lib_tmux.sh
FILE=$D/some.ndjson
some_traces >"$FILE"

bytes()
{
	T send-keys -t it -H $*
}

terminal 80 24
explore "$FILE"
wait_cursor gamma
keys j
wait_cursor beta

# Up, its rest late: later than a lone Esc would wait.
bytes 1b
sleep 0.2
bytes 5b 41
wait_cursor gamma
keys j
wait_cursor beta
for byte in 1b 5b 42; do
	bytes $byte
	sleep 0.02
done
wait_cursor alpha

# Replies to questions that nobody asked any more: a colour, a device's attributes, a string without end yet.
bytes 1b 5d 31 31 3b 72 67 62 3a 51 51 51 51 07
bytes 1b 5b 3f 36 32 3b 51 63
bytes 1b 50 3e 7c 51 51 51
sleep 0.2
bytes 51 1b 5c
keys k
wait_cursor beta

printf 'q\nQ\n:quit\n/gamma\n' >"$D/paste"
T load-buffer -b it "$D/paste"
T paste-buffer -p -r -b it -t it
keys j
wait_cursor alpha
# In a prompt it is text, on one line.
text /
wait_for /
T paste-buffer -p -r -b it -t it
wait_for '/q Q :quit /gamma'
keys Escape
wait_gone ':quit'
wait_cursor alpha
text Q
wait_prompt
verdict
