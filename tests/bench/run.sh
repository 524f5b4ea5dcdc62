#!/bin/bash
# Does the program count right, and how fast is it beside others on the same bytes?
#
#   run.sh            all of these, one after the other
#   run.sh --truth    do the totals agree with what was generated?
#   run.sh --load     whole processes that read all of it and print totals, beside others
#   run.sh --growth   time and memory for 1, 2, 4 and 8 times the events
#   run.sh --screen   the explorer in a terminal: when rows are there, how soon a key is answered
#                     while the file loads and afterwards, what it keeps in memory
#   run.sh --quick    a small truth check, for the tests
#
# A clock fails nothing, but wrong totals do: they are printed, and the exit status is 1.
#
# How to read it. The host's speed changes by the minute, so the programs run in turn, round after
# round, and only what stands in one table can be compared: ratios rather than seconds.
#   n1g     1 GB of events of about 11 kB, as chats and agents send them
#   s1m     1,000,000 events of about 600 bytes
#   load    "ratio" is tracehog's time by the other's, the median of the rounds
#   growth  "factor" is by the row with the fewest events: 2, 4, 8 are linear
#   screen  milliseconds since the start; "rows" is when rows of events stand on the screen, "all
#           read" when it has not changed any more for half a second. A key's times are from sending
#           it to the first and to the last byte of its answer (what comes later without a pause of
#           25 ms counts as well). RssAnon is what it keeps in memory of its own once all is read;
#           the bytes an event leave out what it keeps for one event.
#
# From the environment: TRACEHOG (the binary), BENCH_DATA (a folder for about 4 GB; what was generated
# there is used again), TRUTH_BYTES, TRUTH_EVENTS, TRUTH_SEEDS, LOAD_BYTES, LOAD_EVENTS,
# GROWTH_EVENTS, ROUNDS, THREADS (of the others; tracehog has its own number), and YYJSON, a
# checkout of github.com/ibireme/yyjson. Peers that are not there are left out.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tracehog=${TRACEHOG:-$root/build/release/tracehog}
data=${BENCH_DATA:-$root/build/bench}
yyjson=${YYJSON:-}
rounds=${ROUNDS:-5}
threads=${THREADS:-2}
wrong=0

die()
{
	echo "run.sh: $*" >&2
	exit 2
}

what=${1:-all}
case $what in
all | --truth | --load | --growth | --screen) ;;
--quick)
	: "${TRUTH_BYTES:=20m}" "${TRUTH_EVENTS:=40k}" "${TRUTH_SEEDS:=11}"
	;;
*) die "there is no option \"$what\": --truth, --load, --growth, --screen or --quick" ;;
esac

[ -x "$tracehog" ] || die "there is no program $tracehog: build it, or set TRACEHOG"
command -v cc >/dev/null || die "there is no C compiler cc"
mkdir -p "$data/bin" "$data/home" || exit 2
data=$(cd "$data" && pwd)
bin=$data/bin
work=$(mktemp -d "$data/work.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT

# Nobody's settings and prices, and nothing written beside the data.
export HOME=$data/home LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME

cc -O2 -o "$bin/gen_events" "$here/gen_events.c" -lm || die "the generator does not build"

machine()
{
	local processor memory
	processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	memory=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
	echo "machine: $processor, $(nproc) CPUs, $memory GiB, Linux $(uname -r)," \
		"$(cc --version | head -n 1)"
	echo "program: $("$tracehog" --version 2>/dev/null | head -n 1)," \
		"checkout at $(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)"
}

# ---- truth -----------------------------------------------------------------

generate() # NAME ARG...
{
	local name=$1
	shift
	"$bin/gen_events" "$@" --truth "$data/$name.truth" >"$data/$name.ndjson" ||
		die "generating $name failed"
}

# What stands there from an earlier run is used again.
generate_once() # NAME ARG...
{
	local name=$1 made
	made="${*:2} $(cksum <"$here/gen_events.c")"
	[ "$(cat "$data/$name.made" 2>/dev/null)" = "$made" ] && [ -s "$data/$name.ndjson" ] && return
	rm -f "$data/$name.made"
	generate "$@"
	echo "$made" >"$data/$name.made"
}

truth_of() # NAME KEY
{
	sed -n "s/^  \"$2\": \([^,]*\),\$/\1/p" "$data/$1.truth"
}

# Says how a document of totals differs from the truth; false if it does.
agrees() # NAME STATS
{
	awk -f "$here/compare_truth.awk" "$data/$1.truth" "$2"
}

check_truth() # NAME GENERATOR-ARG...
{
	local name=$1 rc
	generate "$@"
	"$tracehog" stats --json "$data/$name.ndjson" >"$work/stats" </dev/null
	rc=$?
	if [ $rc -eq 0 ] && agrees "$name" "$work/stats" >"$work/mismatches"; then
		echo "ok    $name: $(truth_of "$name" events) events," \
			"$(truth_of "$name" bad_lines) bad lines"
		rm -f "$data/$name.ndjson" "$data/$name.truth"
		return
	fi
	wrong=1
	echo "WRONG $name (gen_events ${*:2}; kept as $data/$name.ndjson)"
	[ $rc -eq 0 ] || echo "      tracehog stats --json exits $rc"
	sed 's/^/      /' "$work/mismatches" 2>/dev/null
}

check_all_truths()
{
	local seed dirty
	for seed in ${TRUTH_SEEDS:-11 12 13}; do
		for dirty in "" --dirty; do
			check_truth "large-$seed${dirty#-}" --bytes "${TRUTH_BYTES:-50m}" \
				--seed "$seed" $dirty
			check_truth "small-$seed${dirty#-}" --small \
				--events "${TRUTH_EVENTS:-100k}" --seed "$seed" $dirty
		done
	done
}

# ---- load: the programs ----------------------------------------------------

leave_out() # NAME WHY
{
	echo "left out: $1 ($2)"
}

# Builds what can be built here, and says what is left out.
build_peers()
{
	local log=$work/log
	rm -f "$bin/parse_cmp" "$bin/parse_simdjson" "$bin/skim_limits"
	cc -O2 -o "$bin/measure" "$here/measure.c" || die "measure.c does not build"
	if [ -z "$yyjson" ]; then
		leave_out "yyjson, cJSON" "YYJSON names no checkout of github.com/ibireme/yyjson"
	else
		cc -O3 -pthread -I"$yyjson/src" -o "$bin/parse_cmp" "$here/parse_cmp.c" \
			"$yyjson/src/yyjson.c" -lcjson 2>"$log" ||
			leave_out "yyjson, cJSON" "does not build: $(head -n 1 "$log")"
	fi
	c++ -O3 -march=native -pthread -o "$bin/parse_simdjson" "$here/parse_simdjson.cc" \
		-lsimdjson 2>"$log" || leave_out simdjson "libsimdjson-dev is not there"
	cc -O3 -pthread -o "$bin/skim_limits" "$here/skim_limits.c" 2>"$log" ||
		leave_out "limits" "skim_limits.c is for x86"
	if command -v lnav >/dev/null; then
		mkdir -p "$data/lnav/formats/installed"
		cp "$here/lnav_posthog_ai.json" "$data/lnav/formats/installed/"
	else
		leave_out lnav "is not installed"
	fi
}

# Did the run that wrote $work/out answer the question?
answered() # NAME PROGRAM
{
	local name=$1
	case $2 in
	wc) [ "$(awk '{ print $1 }' "$work/out")" = "$(truth_of "$name" events)" ] ;;
	tracehog) agrees "$name" "$work/out" ;;
	lnav) true ;;
	*)
		grep -q " events=$(truth_of "$name" events) in=$(truth_of "$name" input_tokens)\
 out=$(truth_of "$name" output_tokens) err=$(truth_of "$name" errors) " "$work/out"
		;;
	esac
}

# One run; $work/runs gets a line "ROUND PROGRAM SECONDS USER SYSTEM PEAK-KB".
run() # NAME ROUND PROGRAM COMMAND...
{
	local name=$1 round=$2 program=$3
	shift 3
	if ! timeout 600 "$bin/measure" "$work/took" "$@" \
		>"$work/out" 2>"$work/err" </dev/null; then
		echo "FAILED $program on $name: $(head -n 1 "$work/err")"
	elif ! answered "$name" "$program" >"$work/mismatches"; then
		echo "WRONG  $program on $name"
		sed 's/^/      /' "$work/mismatches"
	else
		echo "$round $program $(cat "$work/took")" >>"$work/runs"
		return
	fi
	[ "$program" != tracehog ] || wrong=1
}

run_round() # NAME ROUND
{
	local file=$data/$1.ndjson
	run "$@" wc wc -l "$file"
	run "$@" tracehog "$tracehog" stats --json "$file"
	[ -x "$bin/parse_cmp" ] &&
		run "$@" yyjson "$bin/parse_cmp" "$file" "$threads" yyjson-insitu
	[ -x "$bin/parse_simdjson" ] &&
		run "$@" simdjson "$bin/parse_simdjson" "$file" "$threads"
	[ "$2" = 1 ] || return
	# These take ten times as long: once is enough.
	[ -x "$bin/parse_cmp" ] && run "$@" cJSON "$bin/parse_cmp" "$file" "$threads" cjson
	# Without -q it would print the whole log, and that takes most of its time.
	command -v lnav >/dev/null &&
		run "$@" lnav lnav -n -q -I "$data/lnav" -c ':goto 0' "$file"
}

# ---- load: the table -------------------------------------------------------

# What the program takes without events, in kB: its code, its libraries, its first buffers.
baseline()
{
	"$bin/gen_events" --small --events 1 >"$work/one.ndjson"
	"$bin/measure" "$work/took" "$tracehog" stats --json "$work/one.ndjson" \
		>/dev/null </dev/null
	awk '{ print $4 }' "$work/took"
}

table() # NAME
{
	awk -v bytes="$(truth_of "$1" bytes)" -v events="$(truth_of "$1" events)" \
		-v baseline="$(baseline)" -v threads="$threads" -f "$here/table.awk" "$work/runs"
}

measure_load() # NAME GENERATOR-ARG...
{
	local name=$1 round
	generate_once "$@"
	echo
	echo "$name: gen_events ${*:2}: $(truth_of "$name" bytes) bytes," \
		"$(truth_of "$name" events) events"
	: >"$work/runs"
	cat "$data/$name.ndjson" >/dev/null
	for round in $(seq "$rounds"); do
		run_round "$name" "$round"
	done
	table "$name"
	[ -x "$bin/skim_limits" ] || return
	"$bin/skim_limits" "$data/$name.ndjson" "$threads" memchr stage1 skim |
		awk '/fresh-map/ { printf "limit in process: %-8s %s s %6s MB/s\n", $1, $4, $6 }'
}

# ---- growth ----------------------------------------------------------------

# $work/growth gets lines "EVENTS SECONDS CPU-SECONDS PEAK-KB".
grow() # EVENTS
{
	local name=grown-$1
	if ! "$bin/measure" "$work/took" "$tracehog" stats --json "$data/$name.ndjson" \
		>"$work/out" </dev/null || ! agrees "$name" "$work/out"; then
		echo "WRONG  tracehog on $name"
		wrong=1
		return
	fi
	awk -v events="$1" '{ print events, $1, $2 + $3, $4 }' "$work/took" >>"$work/growth"
}

measure_growth()
{
	local one=${GROWTH_EVENTS:-250000} round times
	: >"$work/growth"
	for times in 1 2 4 8; do
		generate "grown-$((one * times))" --small --events $((one * times)) --seed 4
	done
	for round in $(seq "$rounds"); do
		for times in 1 2 4 8; do
			grow $((one * times))
		done
	done
	rm -f "$data"/grown-*
	echo
	echo "growth: gen_events --small --seed 4, tracehog stats --json"
	awk -v baseline="$(baseline)" -f "$here/growth.awk" "$work/growth"
}

# ---- the explorer in a terminal --------------------------------------------

down='Down*12,PgDn*4'

# Keys are pressed as soon as READY stands on the screen, or only when all is quiet.
probe() # WHEN NAME ROUND PROGRAM READY COMMAND...
{
	local when=$1 out=$work/screen/$4.$1.$3.json quiet=20
	[ "$when" = early ] || quiet=500
	timeout 120 python3 "$here/tty_probe" --label "$4" --size 120x40 --idle 0 --keys "$down" \
		--quiet $quiet --ready "$5" -- "${@:6}" >"$out" 2>"$work/err" </dev/null ||
		echo "FAILED $4 on $2 ($when): $(tail -n 1 "$work/err")"
}

# A row of the list of traces begins with its time, one of lnav's log as well.
rows='(?m)^[ >!]*\d\d-\d\d \d\d:\d\d '
logged='ai_(generation|span|trace|embedding)'

probe_one() # NAME ROUND: what they keep for one event
{
	probe late "$@" tracehog-one "$rows" "$tracehog" "$work/one.ndjson"
	command -v lnav >/dev/null &&
		probe late "$@" lnav-one "$logged" lnav -q -I "$data/lnav" "$work/one.ndjson"
}

screen_round() # NAME ROUND
{
	local file=$data/$1.ndjson
	probe early "$@" tracehog "$rows" "$tracehog" "$file"
	probe late "$@" tracehog "$rows" "$tracehog" "$file"
	command -v less >/dev/null && probe late "$@" less '"uuid"' less -S "$file"
	# It takes ten times as long: once is enough.
	[ "$2" = 1 ] || return
	command -v lnav >/dev/null || return
	# Nothing of the log is there until all is read: the keys are pressed at the first frame.
	probe early "$@" lnav . lnav -q -I "$data/lnav" "$file"
	probe late "$@" lnav "$logged" lnav -q -I "$data/lnav" "$file"
}

measure_screen() # NAME GENERATOR-ARG...
{
	local name=$1 round
	generate_once "$@"
	"$bin/gen_events" --small --events 1 >"$work/one.ndjson"
	rm -rf "$work/screen"
	mkdir "$work/screen"
	cat "$data/$name.ndjson" >/dev/null
	probe_one "$name" 1
	for round in $(seq "$rounds"); do
		screen_round "$name" "$round"
	done
	echo
	echo "$name on a screen of 120x40: $(truth_of "$name" events) events"
	python3 "$here/screen_table.py" "$(truth_of "$name" events)" "$work"/screen/*.json
}

machine
case $what in all | --truth | --quick) check_all_truths ;; esac
case $what in
all | --load | --growth | --screen) build_peers ;;
esac
n1g=(n1g --bytes "${LOAD_BYTES:-1g}" --seed 1)
s1m=(s1m --small --events "${LOAD_EVENTS:-1m}" --seed 2)
case $what in
all | --load)
	measure_load "${n1g[@]}"
	measure_load "${s1m[@]}"
	;;
esac
case $what in all | --growth) measure_growth ;; esac
case $what in
all | --screen)
	if command -v python3 >/dev/null; then
		measure_screen "${n1g[@]}"
		measure_screen "${s1m[@]}"
	else
		leave_out "the screen" "python3 is not there"
	fi
	;;
esac
exit $wrong
