# Every way in: the same events plain, compressed, piped and as standard input are the same; folders, several sources, what is
# cut, endless or waits for ever.
. e2e/lib.sh

export XDG_CACHE_HOME=$D/cache
DAY=2026-03-01T10

events() # FROM TO
{
	local i
	for i in $(seq "$1" "$2"); do
		event generation "$(uuid "$i")" "t$((i % 7))" "$(printf '%s:%02d:00Z' $DAY $((i % 60)))" \
			",\"\$ai_model\":\"m\",\"\$ai_input_tokens\":$i,\"\$ai_output_tokens\":2,\"\$ai_total_cost_usd\":0.001"
	done
}

# What must not depend on the way: all but how the source was made up.
sums()
{
	"$CHECK" json events <"$D/out"
	"$CHECK" json tokens <"$D/out"
	"$CHECK" json cost <"$D/out"
	"$CHECK" json traces <"$D/out"
	"$CHECK" json source/lines <"$D/out"
	"$CHECK" json source/bad_lines <"$D/out"
	"$CHECK" json source/bytes <"$D/out"
}

same() # WHAT
{
	equal "$1: exit" 0 "$CODE"
	equal "$1: sums" "$EXPECTED" "$(sums)"
	quiet
}

# piped FILE ARG...: the program with its standard input a pipe.
piped()
{
	local file=$1
	shift
	RAN="cat $file | tracehog $*"
	cat "$file" | timeout 20 "$TRACEHOG" "$@" >"$D/out" 2>"$D/err"
	CODE=${PIPESTATUS[1]}
}

ways()
{
	events 1 300 >"$D/x.ndjson"
	run stats "$D/x.ndjson" --json
	json events/generation 300
	EXPECTED=$(sums)
	gzip -c "$D/x.ndjson" >"$D/x.ndjson.gz"
	run stats "$D/x.ndjson.gz" --json
	same gzip
	run stats -v "$D/x.ndjson.gz"
	out_has "in a temporary journal, made of"
	# By its bytes, not by its name.
	cp "$D/x.ndjson.gz" "$D/named.ndjson"
	run stats "$D/named.ndjson" --json
	same 'gzip under another name'
	head -c 9000 "$D/x.ndjson" | gzip >"$D/two.gz"
	tail -c +9001 "$D/x.ndjson" | gzip >>"$D/two.gz"
	run stats "$D/two.gz" --json
	same 'two members'
	piped "$D/x.ndjson" stats - --json
	same pipe
	piped "$D/x.ndjson.gz" stats - --json
	same 'gzip through a pipe'
	timeout 60 "$TRACEHOG" stats - --json <"$D/x.ndjson" >"$D/out" 2>"$D/err"
	CODE=$?
	same 'a file as standard input'
	timeout 60 "$TRACEHOG" stats - --json <"$D/x.ndjson.gz" >"$D/out" 2>"$D/err"
	CODE=$?
	same 'gzip as standard input'
	mkfifo "$D/fifo"
	cat "$D/x.ndjson" >"$D/fifo" &
	run stats "$D/fifo" --json
	same 'a named pipe'
	wait
	rm "$D/fifo"
	command -v zstd >/dev/null || return
	zstd -q "$D/x.ndjson" -o "$D/x.ndjson.zst"
	run stats "$D/x.ndjson.zst" --json
	same zstd
	piped "$D/x.ndjson.zst" stats - --json
	same 'zstd through a pipe'
}

# What is shown of a single event is read again, from the temporary journal.
payloads()
{
	local source expected
	run show "$(uuid 7)" "$D/x.ndjson" --json
	expected=$(cat "$D/out")
	for source in "$D/x.ndjson.gz" -; do
		piped "$D/x.ndjson" show "$(uuid 7)" "$source" --json
		equal "$RAN" "$expected" "$(cat "$D/out")"
	done
	piped "$D/x.ndjson" tail - --no-follow
	lines 300
	# A pipe that has ended brings nothing more: nothing is waited for.
	piped "$D/x.ndjson" tail -
	equal "$RAN: exit" 0 "$CODE"
	lines 300
	exits 2 stats - -
	explained
	equal 'what is left in the cache' '' "$(find "$D/cache" -type f)"
	equal 'its mode' 700 "$(stat -c %a "$D/cache/tracehog")"
}

logs()
{
	{
		head -2 "$D/x.ndjson"
		echo 'starting up'
		echo '[info] listening'
		tail -n +3 "$D/x.ndjson"
	} >"$D/mixed"
	piped "$D/mixed" stats - --json
	equal "$RAN: exit" 0 "$CODE"
	json events/generation 300
	json source/bad_lines 0
	exits 0 stats "$D/mixed" --json
	json source/bad_lines 2
	# A regular file on standard input is read in place, and still standard input.
	"$TRACEHOG" stats - --json <"$D/mixed" >"$D/out" 2>"$D/err"
	json events/generation 300
	json source/bad_lines 0
	json source/other_events 2
}

folders()
{
	mkdir -p "$D/in/b/c" "$D/in/.hidden"
	events 1 100 >"$D/in/a.ndjson"
	events 101 200 | gzip >"$D/in/b/one.jsonl.gz"
	events 201 300 >"$D/in/b/c/two.json"
	events 301 400 >"$D/in/.hidden/x.ndjson"
	events 401 500 >"$D/in/notes.txt"
	ln -s .. "$D/in/b/up"
	ln -s . "$D/in/b/c/self"
	ln -s a.ndjson "$D/in/link.ndjson"
	exits 0 stats "$D/in" --json
	json source/files 4
	json events/generation 300
	json source/duplicates 100
	quiet
	ln -s nowhere "$D/in/b/gone.ndjson"
	mkfifo "$D/in/b/pipe.ndjson"
	exits 6 stats "$D/in" --json
	json events/generation 300
	err_has 'gone.ndjson'
	err_has 'not a regular file'
	explained
	rm -r "$D/in/b"
	exits 0 stats "$D/in/a.ndjson" "$D/x.ndjson.gz" --json
	json source/files 2
	json events/generation 300
}

# More sources than descriptors are usual: each takes one, a compressed one two.
many()
{
	local i
	mkdir "$D/many"
	for i in $(seq 1 120); do
		head -1 "$D/x.ndjson" >"$D/many/$i.ndjson"
	done
	(
		FAILED=0
		ulimit -S -n 64
		exits 0 stats "$D/many" --json
		json source/files 120
		[ "$FAILED" = 0 ]
	) || FAILED=$((FAILED + 1))
}

# A closed segment of a journal.
segments()
{
	mkdir "$D/journal"
	events 1 100 | gzip >"$D/journal/20260101-000000.ndjson.gz"
	events 101 200 >"$D/journal/20260102-000000.ndjson"
	exits 0 stats "journal:$D/journal" --json
	json events/generation 200
}

cut()
{
	local size
	size=$(wc -c <"$D/x.ndjson.gz")
	head -c $((size / 2)) "$D/x.ndjson.gz" >"$D/cut.ndjson.gz"
	exits 6 stats "$D/cut.ndjson.gz" "$D/in/a.ndjson" --json
	explained
	err_has "cut at byte $((size / 2)): the gzip data ends in its middle"
	[ "$(at events/generation)" -gt 100 ] || fail "$RAN: nothing of what came before"
	printf '\377\376{\0}\0' >"$D/wide.ndjson"
	exits 6 stats "$D/wide.ndjson"
	err_has 'UTF-16'
	err_has 'wide.ndjson'
	printf '{\0"\0e\0' | gzip >"$D/wide.gz"
	exits 6 stats "$D/wide.gz"
	err_has 'UTF-16'
	XDG_CACHE_HOME=/dev/null exits 6 stats "$D/x.ndjson.gz"
	explained
	err_has XDG_CACHE_HOME
}

# Ends by its limits, in bounded memory and space.
endless()
{
	(
		FAILED=0
		# A sanitizer's shadow needs more than that alone.
		if (ulimit -v 3000000 && "$TRACEHOG" --version >/dev/null 2>&1); then
			ulimit -v 3000000
		fi
		exits 6 stats /dev/zero --json
		json source/bad_lines 1
		[ "$(at source/bytes)" -lt 300000000 ] || fail "$RAN: it kept $(at source/bytes) bytes"
		err_has 'over 8192 MiB'
		[ "$FAILED" = 0 ]
	) || FAILED=$((FAILED + 1))
}

# Nobody ever writes into it.
waiting()
{
	local pid
	mkfifo "$D/silent"
	"$TRACEHOG" stats "$D/silent" >"$D/out" 2>"$D/err" &
	pid=$!
	while ! ls -l "/proc/$pid/fd" 2>/dev/null | grep -q silent; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	kill -TERM "$pid"
	wait "$pid"
	equal 'a pipe without a writer: ended by' 143 $?
}

ways
payloads
logs
folders
many
segments
cut
endless
waiting
verdict
