# Several sources in one command: what is listed is what each has, told apart by name; trouble of one leaves the rest; names
# that are wrong are told.
. e2e/lib_sources.sh
several

ids()
{
	at '*/trace_id' | tr -d '"' | sort | xargs
}

of()
{
	grep -o "\"source\":\"$1\"" "$D/out" | wc -l | tr -d ' '
}

lists()
{
	exits 0 ls traces prod dev --json
	quiet
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3 prod-1 prod-2 prod-3 prod-4' "$(ids)"
	exits 0 ls traces prod dev "$D/local.ndjson" --jsonl
	quiet
	equal "$RAN: of prod" 4 "$(of prod)"
	equal "$RAN: of dev" 3 "$(of dev)"
	equal "$RAN: of both" 1 "$(of prod+dev)"
	equal "$RAN: of the file" 2 "$(of local)"
	exits 0 ls traces prod dev
	out_has 'SRC'
	exits 0 ls traces prod
	out_lacks 'SRC'
	exits 0 ls traces prod --jsonl
	out_lacks '"source"'
	exits 0 ls sessions prod dev "$D/local.ndjson" --jsonl
	equal "$RAN" 'dev local prod prod+dev' "$(grep -o '"source":"[^"]*"' "$D/out" | cut -d '"' -f 4 | sort | xargs)"
	exits 0 ls generations dev "$D/local.ndjson" --jsonl
	equal "$RAN: of dev" 4 "$(of dev)"
	equal "$RAN: of the file" 2 "$(of local)"
}

filters()
{
	exits 0 ls traces prod dev -f source:dev --json
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3' "$(ids)"
	exits 0 ls traces prod dev -f -source:dev --json
	equal "$RAN" 'prod-1 prod-2 prod-3 prod-4' "$(ids)"
	exits 1 ls traces prod dev -f source:pr0d
	# A name is whole, unless there is none of that name.
	exits 0 ls traces prod "$D/local.ndjson" -f source:loc --json
	equal "$RAN" 'local-1 local-2' "$(ids)"
	exits 0 ls generations "$D/local.ndjson" "$D/dev.ndjson" -f 'source:ndjson' --json
	equal "$RAN: all" 6 "$(at '*/uuid' | wc -l | tr -d ' ')"
}

# The same uuid counts once; each cache has what its project has, also where another source had it first.
counts()
{
	exits 0 stats prod dev --json
	json events/generation 8
	json source/duplicates 1
	exits 0 stats "$D/prod.ndjson" "$D/dev.ndjson" --json
	json events/generation 8
	json source/duplicates 1
	exits 0 tail prod dev "$D/local.ndjson" --no-follow --json
	mv "$D/out" "$D/of_posthog"
	exits 0 tail "$D/prod.ndjson" "$D/dev.ndjson" "$D/local.ndjson" --no-follow --json
	equal "$RAN" "$(wc -l <"$D/out")" "$(wc -l <"$D/of_posthog")"
	exits 0 stats prod --json
	json events/generation 5
	exits 0 stats dev --json
	json events/generation 4
}

things()
{
	exits 0 show dev-2 prod dev --json
	quiet
	json trace_id dev-2
	json url "$(sed -n 's/^listening on //p' "$D/dev.up")/project/13/ai-observability/traces/dev-2"
	exits 0 tree prod-3 dev prod
	out_has prod
	exits 0 show local-1 prod "$D/local.ndjson" --json
	json trace_id local-1
	exits 1 show nothing-1 prod dev
	# What was found is shown, whatever became of the others; who is known to have it is asked alone.
	exits 0 show dev-1 dead dev --json
	quiet
	forget
	exits 0 show dev-1 dead dev --json
	json trace_id dev-1
	err_has 'dead: 127.0.0.1: no answer'
}

troubles()
{
	exits 4 ls traces prod dead dev --json
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3 prod-1 prod-2 prod-3 prod-4' "$(ids)"
	err_has 'dead: 127.0.0.1: no answer'
	explained
	exits 3 ls traces nokey dev --json
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3' "$(ids)"
	err_has 'nokey: no personal API key'
	exits 6 ls traces "$D/absent/file" dev --json
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3' "$(ids)"
	exits 4 stats dead "$D/local.ndjson" --json
	json events/generation 2
}

# One that has a key of its own uses that; the environment's is for the others.
keys()
{
	TRACEHOG_POSTHOG_KEY=$(cat "$D/prod.key") exits 0 ls traces prod dev --json
	named bare 'source = posthog:' "host = $(sed -n 's/^listening on //p' "$D/prod.up")"
	TRACEHOG_POSTHOG_KEY=$(cat "$D/prod.key") exits 0 ls traces bare dev --json
	equal "$RAN" 'both-1 dev-1 dev-2 dev-3 prod-1 prod-2 prod-3 prod-4' "$(ids)"
	keys_are_secret
}

names()
{
	local arguments
	exits 2 ls traces prod devs
	err_has 'devs: neither a file nor a source of the config: did you mean dev?'
	exits 2 ls traces prod prod
	err_has 'prod: named twice'
	for arguments in 'posthog:1 posthog:2 --project 1' 'prod dev --host https://a.example' 'journal: prod journal:' \
		'- prod -' 'posthog:14 dead --host http://127.0.0.1:1'; do
		exits 2 ls traces $arguments
		explained
		exits 2 $arguments
		explained
	done
	# A file may be named twice; a folder is the same however it is written.
	exits 0 ls traces "$D/local.ndjson" "$D/./local.ndjson"
	exits 2 ls traces "$D" "$D/."
	err_has 'the same as'
	exits 2 ls traces "$D" "journal:$D" "$D/"
	# Without a near name it is a file that is not there.
	exits 6 ls traces completely-other
	# More than are told apart.
	for i in $(seq 40); do
		calls "file$i" 1 $((1000 + i)) >"$D/file$i.ndjson"
	done
	exits 0 ls traces "$D"/file*.ndjson --jsonl
	lines 40
	equal "$RAN: others" 9 "$(of others)"
}

lists
filters
counts
things
troubles
keys
names
verdict
