#!/bin/bash
# What opening, scrolling and closing a generation of 20 MB takes, and one of 200,000 lines, in the real program in a terminal:
# reader_probe says what is printed. It fails nothing: clocks of busy machines say little. The goals are a first screen 50 ms
# after the key, 5 ms a frame, at most 8 times the size while it is open, and all of it given back.
#
# From the environment: TRACEHOG (the binary).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tracehog=${TRACEHOG:-$here/../../build/release/tracehog}

[ -x "$tracehog" ] || { echo "reader.sh: there is no program $tracehog: build it, or set TRACEHOG" >&2; exit 77; }
command -v python3 >/dev/null || { echo "reader.sh: there is no python3" >&2; exit 77; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
HOME=$work XDG_CONFIG_HOME=$work XDG_STATE_HOME=$work XDG_CACHE_HOME=$work \
	"$here/reader_probe" "$tracehog" "$work"
