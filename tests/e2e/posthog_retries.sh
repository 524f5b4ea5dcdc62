# What PostHog may answer better a second time is asked once more, and only once.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"

# What is tried once more.
once_more()
{
	local at what code
	for at in '*' p; do
		for what in 500 502 html504 close cut 429; do
			code=4
			[ $what != 429 ] || code=5
			fault "$at:$what" $code ''
			# A connection in use that dies at once is opened anew by libcurl.
			if [ "$at:$what" = '*:close' ]; then tries 3 close; else tries 2 $what; fi
		done
	done
	fault '*:429+1' 5 'throttled'
	tries 2 429+1
	# Longer than a command waits.
	fault '*:429+300' 5 'throttled'
	tries 1 429+300
}

# One failure, then all is well: nobody hears of it.
healed()
{
	local at what
	exits 0 ls traces --json "$EVENTS"
	grep -vE '"(start_time|wall_s)"' "$D/out" >"$D/of_file"
	for at in 1 2; do
		for what in 500 429+1 close cut html504; do
			standin --fault $at:$what
			forget
			asks 0 ls traces posthog: --json
			quiet
			grep -vE '"(start_time|wall_s)"' "$D/out" | cmp -s - "$D/of_file" || fail "fault $at:$what: other rows"
			mannerly
		done
	done
}

once_more
healed
verdict
