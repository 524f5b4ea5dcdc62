# Whatever PostHog, or what stands in its place, answers: the exit code, a clean sentence, the rows that are known.
# What is tried again is in posthog_retries.sh, what takes long to end in posthog_slow.sh.
. e2e/lib_posthog.sh

recent data/real_events.ndjson >"$EVENTS"

# What is not tried again, whichever request it is.
final()
{
	local at
	for at in 1 2 '*' p; do
		fault $at:400 2 'refuses the query'
		tries 1 400
		fault $at:403 3 'query:read'
		tries 1 403
		fault $at:404 4 'no such project'
		tries 1 404
		fault $at:401 3 'not accept the key'
		tries 1 401
		fault $at:html200 4 'web page'
		tries 1 html200
		fault $at:elsewhere 4 ''
		tries 1 elsewhere
		fault $at:endless 4 'too big'
		tries 1 endless
		fault $at:senseless 4 'broken JSON'
		tries 1 senseless
	done
}

# A command of events, and one of a trace.
others()
{
	local what
	for what in 'stats --json' 'ls generations --json' 'tail --no-follow --json'; do
		standin --fault '*:400'
		forget
		asks 2 $what posthog:
		explained
		standin --fault '*:403'
		forget
		asks 3 $what posthog:
		explained
	done
	for what in show tree; do
		for code in 3:403 4:404 5:429+99 4:html200; do
			standin --fault "*:${code#*:}"
			forget
			asks "${code%%:*}" $what trace_id_here posthog:
			explained
			clean
			secret
		done
	done
	# An unknown kind of question or an unknown table is no failure.
	standin --fault 2:400
	forget
	asks 0 show trace_id_here posthog: --json
	quiet
}

# Nobody there, or somebody else.
elsewhere()
{
	local url
	standin
	forget
	url=$HOST
	exits 4 ls traces posthog: --host "https://${url#http://}"
	explained
	clean
	exits 4 ls traces posthog: --host https://nowhere.invalid
	explained
	for url in http://nowhere.invalid http://10.0.0.1 ftp://localhost 'http://a b' https:// https://user:secret@localhost; do
		exits 2 ls traces posthog: --host "$url"
		explained
		clean
	done
	gone
	exits 4 ls traces posthog: --host "$HOST"
	explained
	exits 4 ls traces posthog:12 --host "$HOST"
	explained
}

keys()
{
	standin
	forget
	TRACEHOG_POSTHOG_KEY=phx_another asks 3 ls traces posthog:
	explained
	err_has 'not accept the key'
	! grep -rqF phx_another "$D/out" "$D/err" "$LOG" || fail "$RAN: the key is there"
	TRACEHOG_POSTHOG_KEY= asks 3 ls traces posthog:
	explained
	err_has TRACEHOG_POSTHOG_KEY
	TRACEHOG_POSTHOG_KEY=phc_project asks 3 ls traces posthog:
	explained
	! grep -qF phc_project "$D/err" || fail "$RAN: the key is there"
	TRACEHOG_POSTHOG_KEY= POSTHOG_PERSONAL_API_KEY=$KEY asks 0 ls traces posthog:
	for word in "--key=$KEY" "--key $KEY" "posthog:$KEY"; do
		asks 2 ls traces posthog: $word
		explained
		secret
	done
	for word in posthog:0 posthog:x posthog:99999999999 'posthog:1 --project 2'; do
		asks 2 ls traces $word
		explained
	done
	asks 4 ls traces posthog:13
	explained
}

final
others
elsewhere
keys
verdict
