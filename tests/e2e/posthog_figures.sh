# What stats says of a PostHog range that is too large to be fetched: PostHog adds it up, and the sums are those of a file with the
# same events. --many makes it large.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"

# What PostHog does not know of, and what is only said of it: a trace's latency, what is no event's.
BUT='"(bytes|files|lines|bad_lines|other_events|duplicates|irregular|suspect|from)"|_s"|"(max|p[0-9]*)"|^ *},?$|"(source|generation|call|trace|latency_s)": \{'
LARGE='project tracehog:figures-events tracehog:figures tracehog:figures'

sums()
{
	local by
	same stats --json
	grep -q '"from": "server"' "$D/out" || fail "$RAN: does not say that it is PostHog's"
	asked_for "$LARGE"
	for by in model provider user session name tool status @lib '$groups.company'; do
		afresh
		same stats --by "$by" --json
		asked_for "$LARGE tracehog:figures"
	done
	afresh
	same stats --json -f 'model:gpt is:error,cached latency:>10ms'
	asked_for "$LARGE"
	mannerly
	secret
}

words()
{
	afresh
	asks 0 stats posthog:
	out_has 'from     server: PostHog added up what was not fetched'
	out_lacks 'source   '
	afresh
	asks 0 stats --by model posthog:
	out_has 'from server: PostHog added up what was not fetched'
	afresh
	asks 0 stats --by model posthog: --csv
	out_lacks 'from server'
}

# What it cannot judge is fetched, however much there is; what it cannot split is said.
limits()
{
	afresh
	BUT='"(bytes|lines|other_events)"' same stats --json -f 'cost:>0.001'
	asked_for 'project tracehog:events'
	afresh
	asks 2 stats --by "$(printf '@\xff')" posthog:
	err_has 'too much to fetch'
	err_has 'PostHog cannot split by'
	out_lacks '[a-z]'
}

# PostHog does not know the query: nothing is said that is not so.
refused()
{
	standin --many 1000000 --fault 2:400
	forget
	asks 2 stats posthog:
	err_has 'too much to fetch'
	out_lacks events
	standin --many 1000000 --fault 1:400
	forget
	BUT='"(bytes|lines|other_events)"' same stats --json
}

standin --many 1000000
sums
words
limits
refused
verdict
