# The config file, the options for PostHog, and what a SOURCE may be called.
. e2e/lib.sh

FILE=data/real_events.ndjson
export XDG_CONFIG_HOME=$D/config XDG_STATE_HOME=$D/state
CONFIG=$XDG_CONFIG_HOME/tracehog/config
unset TRACEHOG_POSTHOG_KEY POSTHOG_PERSONAL_API_KEY TRACEHOG_POSTHOG_LIVE_HOST NO_COLOR CLICOLOR
mkdir -p "${CONFIG%/*}" "$D/traces"
cp $FILE "$D/traces/a.ndjson"

config()
{
	printf "$@" >"$CONFIG"
	chmod 600 "$CONFIG"
}

# setting NAME VALUE ORIGIN: a line of --print-config, the first of that name.
setting()
{
	equal "$RAN: $1" "$2|$3" "$(sed -n "s/^$1 *= \(.*\)  # \(.*\)\$/\1|\2/p" "$D/out" | sed 's/ *|/|/' | head -1)"
}

mistakes()
{
	config 'theme = mono\ncolour = 16\n'
	exits 2 ls traces $FILE
	explained
	err_has "$CONFIG:2: colour: no such setting: did you mean color"
	config '\nkeep = much\n'
	exits 2 stats $FILE
	explained
	err_has "$CONFIG:2: keep: much is no SIZE,AGE"
	exits 0 --version
	exits 0 --help
	config '[x]\nsource = a\nkey_file = phx_SECRET\n'
	exits 2 ls traces
	explained
	! grep -q SECRET "$D/err" || fail "$RAN: repeats the key"
	config 'theme = mono\n'
	chmod 622 "$CONFIG"
	exits 6 ls traces $FILE
	err_has 'chmod go-w'
	rm "$CONFIG"
	exits 0 ls traces $FILE
	exits 6 ls traces --config "$D/missing" $FILE
	explained
	exits 6 ls traces --config= $FILE
	explained
}

# Command line, environment, config, default: in this order.
origins()
{
	config 'color = 16\nkeep = 1G,2d\nallow_origin = https://a\nallow_origin = https://b\n'
	exits 0 --print-config
	quiet
	clean
	setting theme default default
	setting color 16 "$CONFIG:1"
	setting keep 1G,2d "$CONFIG:2"
	setting journal "$XDG_STATE_HOME/tracehog/journal" default
	setting allow_origin https://a "$CONFIG:3"
	out_has https://b
	setting allow_host '' 'not set'
	setting host https://us.posthog.com default
	NO_COLOR=1 run --print-config --theme mono --keep=2G,0 --allow-origin https://c --host https://eu.posthog.com
	setting color never 'environment: NO_COLOR'
	setting theme mono 'command line'
	setting keep 2G,0 'command line'
	setting allow_origin https://c 'command line'
	setting host https://eu.posthog.com 'command line'
	out_lacks https://b
	CLICOLOR=0 run capture --print-config --color 256 --allow-host a --allow-host b
	setting color 256 'command line'
	setting allow_host a 'command line'
	equal 'both names' 2 "$(grep -c '^allow_host .*command line' "$D/out")"
	cp "$CONFIG" "$D/other"
	exits 0 ls --print-config --config "$D/other"
	setting color 16 "$D/other:1"
}

# Neither keys nor commands.
secrets()
{
	config '[p]\nsource = posthog:3\nkey_command = echo SECRET\nkey_file = /k\nlive_host = https://l\n'
	TRACEHOG_POSTHOG_KEY=phx_SECRET TRACEHOG_POSTHOG_LIVE_HOST=https://live.example run --print-config
	equal "$RAN: exit" 0 "$CODE"
	out_lacks SECRET
	out_has '# the personal API key is that of TRACEHOG_POSTHOG_KEY'
	setting key_file '' 'not set'
	setting live_host https://live.example 'environment: TRACEHOG_POSTHOG_LIVE_HOST'
	sed -n '/^\[p\]/,$p' "$D/out" >"$D/section"
	cp "$D/section" "$D/out"
	setting source posthog:3 "$CONFIG:2"
	setting key_command '(not shown)' "$CONFIG:3"
	setting key_file /k "$CONFIG:4"
	setting project '' 'not set'
	local word
	for word in 'ls traces phx_SECRET' 'show phx_SECRET' 'stats --host phx_SECRET' '--key=phx_SECRET' \
		'ls traces --limit phx_SECRET' 'ls traces https://phx_SECRET@us.posthog.com' 'tail posthog:phx_SECRET'; do
		exits 2 $word
		explained
		err_has 'personal API key on the command line'
		! grep -q SECRET "$D/err" "$D/out" || fail "$RAN: repeats the key"
	done
	exits 0 run --listen :0 --journal "$D/journal" -- sh -c 'test "$1" = phx_SECRET' sh phx_SECRET
}

names()
{
	config 'journal = %s\n[one]\nsource = %s\n[all]\nsource=%s\n[own]\nsource = journal:\n' \
		"$D/traces" "$PWD/$FILE" "$D/traces"
	exits 0 stats --json $FILE
	cp "$D/out" "$D/wanted"
	local source
	for source in one all own journal: ''; do
		exits 0 stats --json $source
		cmp -s "$D/out" "$D/wanted" || fail "$RAN: not the events of $FILE"
	done
	exits 0 all
	err_has 'ls traces'
	exits 6 other
	exits 6 ./one
	# It is for the local journal, but the config says it for every run.
	config 'listen = 127.0.0.1:0\nallow_host = a\n'
	exits 0 $FILE
	config 'listen = nowhere\n'
	exits 2 capture --journal "$D/journal"
	explained
}

# What is told before anything is sent.
posthog_usage()
{
	local arguments
	config '[p]\nsource = posthog:3\n[q]\nsource = posthog:\nproject = 4\nhost = ftp://x\n'
	for arguments in 'posthog:x' 'posthog:0' 'posthog:-1' 'posthog:4294967296' 'posthog:1 --project 2' 'p --project 2' \
		'posthog: posthog:' 'p posthog:3' 'p p' 'journal: journal:' 'pp' 'posthog:1 posthog:2 --project 1' 'q' 'posthog: --host ftp://x' 'posthog: --host=' \
		'posthog: --host us.posthog.com/x' 'posthog: --host http://us.posthog.com' 'posthog: --host https://a:b@c' \
		'posthog: --host https://c?d' 'posthog: --project 0' 'posthog: --project x' "$FILE --project 1" \
		"$FILE --host https://c" '--host https://c'; do
		exits 2 ls traces $arguments
		explained
		exits 2 $arguments
		explained
	done
	# The Cloud's own follows its host.
	TRACEHOG_POSTHOG_LIVE_HOST=http://elsewhere run ls traces posthog:
	equal "$RAN: exit" 3 "$CODE"
	TRACEHOG_POSTHOG_LIVE_HOST=http://elsewhere run ls traces posthog: --host https://c
	equal "$RAN: exit" 2 "$CODE"
	err_has TRACEHOG_POSTHOG_LIVE_HOST
	exits 2 capture --host https://c
	exits 0 ls traces --no-cache $FILE
}

# No key, and keys that are none.
posthog_keys()
{
	printf 'phx_SECRET\n' >"$D/key"
	chmod 640 "$D/key"
	config '[file]\nsource = posthog:\nkey_file = %s\n[command]\nsource = posthog:1\nkey_command = cat %s; exit 9\n' "$D/key" "$D/key"
	exits 3 ls traces posthog:
	err_has TRACEHOG_POSTHOG_KEY
	explained
	exits 3 stats file
	err_has 'chmod 600'
	exits 3 tail --no-follow command
	err_has 'status 9'
	! grep -q SECRET "$D/err" || fail "$RAN: repeats the key"
	TRACEHOG_POSTHOG_KEY=phc_SECRET run ls traces posthog:1
	equal "$RAN: exit" 3 "$CODE"
	err_has "project's key"
	explained
}

mistakes
origins
secrets
names
posthog_usage
posthog_keys
verdict
