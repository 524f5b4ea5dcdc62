# `tracehog hogql`: what a person asks goes to PostHog as it is, and comes back as a table, as JSON and as what other programs
# read, with every value as it was sent; mistakes are shown where they are.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"

# query CODE QUERY ARG...
query()
{
	local expected=$1
	shift
	asks "$expected" hogql "$@"
}

# The caret on stderr, and the word above it.
points_at()
{
	equal "$RAN: points at" "$1" "$(awk '/^ *\^$/ { print substr(line, length($0)) } { line = $0 }' "$D/err" |
		cut -d ' ' -f 1)"
}

values()
{
	query 0 'SELECT kinds LIMIT 100' --json
	quiet
	clean
	valid_json
	json '*/value_2' "$(printf '%s\n' 1 2 3 4 5 6 7 8 18446744073709551615 10 | sed '/18446/i 9')"
	json 2/value 9007199254740993
	json 3/value 1.10
	json 1/value null
	json 5/value/1/0 a
	json 6/value/a/b c
	asked_for 'project tracehog:hogql'
	mannerly
	secret
	query 0 'SELECT kinds' --jsonl
	lines 11
	query 0 'SELECT kinds' --csv
	clean
	out_has 'kind,value,value_2'
	out_has "formula,'=1+1,18446744073709551615"
	out_has 'null,,2'
	out_has 'quotes,"a ""b"", c | d",10'
	query 0 'SELECT kinds' --tsv
	out_has 'list	[1,["a",null]]	6'
	query 0 'SELECT kinds' --md
	out_has '|---|---|---:|'
	out_has '| quotes | a "b", c \| d | 10 |'
	query 0 'SELECT kinds' --plain
	out_has 'value_2: 18446744073709551615'
	query 0 'SELECT kinds'
	clean
	out_has 'null     -  '
	out_has 'harmful  \x1B]0;title\x07\x1B[31mred\u{202E}'
}

counts()
{
	query 1 'SELECT 1 WHERE 0' --json
	quiet
	json '' '[0]'
	query 1 'SELECT 1 WHERE 0'
	lines 0
	query 0 'SELECT * FROM numbers(1000)' --csv
	lines 101
	err_has '100 rows, more on the server: add LIMIT'
	explained
	query 0 'SELECT * FROM numbers(1000)' --csv --limit 7
	lines 8
	query 0 'SELECT * FROM numbers(1000) LIMIT 1000' --csv
	lines 1001
	quiet
	query 0 'SELECT * FROM numbers(50000), columns(20) LIMIT 50000' --csv
	lines 50001
	equal 'the last line' 49999 "$(tail -1 "$D/out" | cut -d , -f 1)"
}

# From standard input, with and without a source; the query goes as it is, its line ends too.
inputs()
{
	printf 'SELECT\n  kinds\n' | timeout 60 "$TRACEHOG" hogql - --host "$HOST" --jsonl >"$D/out" 2>"$D/err"
	RAN='hogql -'
	lines 11
	printf 'SELECT kinds' | timeout 60 "$TRACEHOG" hogql posthog:12 --host "$HOST" --jsonl >"$D/out" 2>"$D/err"
	RAN='hogql posthog:12 <query'
	lines 11
	quiet
	query 0 'SELECT kinds' posthog:12 --jsonl
	lines 11
}

usage()
{
	exits 2 hogql
	err_has 'the query is empty'
	exits 2 hogql ''
	err_has 'the query is empty'
	exits 2 hogql 'SELECT 1' "$EVENTS"
	err_has 'no PostHog source'
	err_has 'posthog:PROJECT_ID'
	exits 2 hogql 'SELECT 1' journal:
	err_has 'no PostHog source'
	exits 2 hogql SELECT 1 posthog:
	err_has 'quote the query'
	explained
	TRACEHOG_POSTHOG_KEY= exits 3 hogql 'SELECT 1' posthog:
	explained
	exits 0 hogql --help
	out_has 'HogQL'
}

mistakes()
{
	query 2 'SELECT a FORM x'
	err_has 'PostHog refuses the query: Syntax error at line 1, column 9'
	points_at FORM
	clean
	# By columns, not by bytes.
	query 2 "SELECT 'wäre', '翻訳' FORM x"
	equal "$RAN: the caret" "$(printf '%24s^' '')" "$(tail -1 "$D/err")"
	query 2 "$(printf 'SELECT a,\n  b\nFORM x')"
	err_has 'line 3, column 0'
	points_at FORM
	query 2 'SELECT nothing'
	err_has 'Unable to resolve field: nothing'
	points_at nothing
	query 2 'SELECT something else'
	err_has 'the stand-in knows no such query'
	explained
	query 2 'SELECT failed'
	err_has 'Query exceeds the memory limit'
	query 2 'SELECT FORM' --json
	lines 0
	secret
}

# failing SPEC CODE SAYS TRIES
failing()
{
	standin --fault "$1"
	forget
	query "$2" 'SELECT kinds' --json
	RAN="hogql, fault $1"
	err_has "$3"
	explained
	clean
	lines 0
	tries "$4" "${1#*:}"
	mannerly
	secret
}

faults()
{
	failing '*:403' 3 'query:read' 1
	failing 'p:401' 3 'not accept the key' 1
	failing '*:404' 4 'no such project' 1
	failing '*:429+99' 5 'limits how much' 1
	failing '*:429+0' 5 'limits how much' 2
	failing '*:500' 4 'failed (500)' 2
	failing '*:cut' 4 '' 2
	failing '*:senseless' 4 'broken JSON' 1
	failing '*:html200' 4 'web page' 1
	failing '*:endless' 4 'too big' 1
	failing '*:bomb' 4 'too big' 1
	# What fails once is tried once more.
	standin --fault 1:500
	forget
	query 0 'SELECT kinds' --jsonl
	lines 11
	tries 1 500
}

standin
values
counts
inputs
usage
mistakes
faults
verdict
