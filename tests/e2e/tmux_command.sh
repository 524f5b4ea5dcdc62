# The command that a list says prints it: below every user, session, model, tool and group it prints the same rows in the same order,
# whatever their names, and with a filter beside it.
. e2e/lib_tmux.sh
FILE=$D/names.ndjson

N=10
# sent USER SESSION KIND PROPERTIES: an event of the trace N.
sent()
{
	local session=
	[ -z "$2" ] || session=",\"\$ai_session_id\":$2"
	event "$3" "$(uuid "${#3}$N")" "t$N" "2026-03-01T10:$N:${#3}0Z" "$session$4" | sed "s;\"ann\";\"$1\";"
}

# call USER SESSION MODEL PROVIDER TOOL GROUP [MORE]: a trace of a call and a tool's span; all but the user as JSON.
call()
{
	N=$((N + 1))
	sent "$1" "$2" generation ",\"\$ai_model\":$3,\"\$ai_provider\":$4,\"\$groups\":{\"company\":$6}${7:-}"
	sent "$1" "$2" span ",\"\$ai_span_type\":\"tool\",\"\$ai_span_name\":$5,\"\$ai_latency\":0.$N${7:-}"
}
{
	call u_anna '"s-1"' '"gpt-5"' '"openai"' '"search"' '"acme"'
	call u_anna '"s-1"' '"gpt-5-mini"' '"openai"' '"search_orders"' '"acme corp"'
	call u_anna2 '"s-10"' '"gpt-5"' '"azure"' '"Search"' '"ACME"'
	call U_ANNA '"s/2"' '"GPT-5"' '""' '"it'"'"'s"' '"a/c.me"'
	call 'a b (c)' '"s \"3\""' '"o\\1"' '"openai"' '"a|b"' '12'
	call '日本' '' '"模型"' '"x-y"' '""' '"日本"'
	call nobody '' '"gpt-5"' '"openai"' '"search"' '"acme"' ',"$process_person_profile":false'
} >"$FILE"

copied()
{
	T show-buffer 2>/dev/null
}

has_buffer()
{
	[ -n "$(copied)" ]
}

# copy KEYS: what these keys copy.
copy()
{
	T delete-buffer 2>/dev/null
	text "$1"
	waits "something is copied by $1" has_buffer
	COPIED=$(copied)
}

# same WHAT ID: the list that is open and what its command prints.
same()
{
	local ids first rows
	copy yC
	case $COPIED in
	"tracehog ls "*) ;;
	*) fail "$1: no command: $COPIED" ;;
	esac
	ids=$(sh -c "\"\$TRACEHOG\"${COPIED#tracehog} --json" | "$CHECK" json "*/$2")
	WHAT="$1: $COPIED"
	keys g
	copy yi
	first=$COPIED
	keys G
	copy yi
	equal "$WHAT: first and last" "$(printf '%s\n' "$ids" | sed -n '1p;$p')" "$first
$COPIED"
	keys Escape
	rows=$(printf '%s\n' "$ids" | wc -l | tr -d ' ')
	waits "$WHAT: $rows rows" shows "/$rows "
}

# each LIST ROWS ID: every row of it, opened; of a session its traces.
each()
{
	local row open='keys Enter'
	[ "$1" != Sessions ] || open='text l'
	for row in $(seq "$2"); do
		text ":$row"
		keys Enter
		wait_cursor ''
		$open
		wait_for "$1 > "
		same "$1 $row" "$3"
		text q
		wait_gone "$1 > "
	done
}

terminal 160 24
export TRACEHOG
T set-option -s set-clipboard on
explore "$FILE"
wait_for '7 traces'
text 4
wait_for '6 users'
each Users 6 uuid
text 2
wait_for '4 sessions'
each Sessions 4 trace_id
text 8
wait_for '6 models'
each Models 6 uuid
text 9
wait_for '6 tools'
each Tools 6 uuid
text 4t
wait_for '6 groups'
each Groups 6 uuid
text Q
wait_prompt

# With a filter that a term cannot stand beside, and an order.
explore -f '"is:error OR name:s sort:latency-desc"' "$FILE"
wait_for 'traces'
text 9
wait_for 'tools'
each Tools 1 uuid
text Q
wait_prompt
verdict
