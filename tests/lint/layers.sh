#!/bin/bash
# The include rule (layers.awk), and that libcore.a of build folder BUILD needs nothing of curses.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# What the curses libraries define, one name a line; a few names at least if they are not found.
curses_names()
{
	local name path
	for name in ncursesw tinfo; do
		path=$(${CC:-cc} -print-file-name="lib$name.so" 2>/dev/null)
		# A linker script in the place of the library names the real one.
		for path in "$path" "${path%/*}/lib$name.so.6" "/lib/$(uname -m)-linux-gnu/lib$name.so.6"; do
			nm -D --defined-only "$path" 2>/dev/null
		done
	done | awk 'NF >= 3 { sub(/@.*/, "", $3); print $3 }'
	printf '%s\n' initscr newterm endwin stdscr wrefresh doupdate wadd_wch setcchar start_color \
		init_pair wgetch setupterm tigetstr tparm tputs
}

curses_in_core()
{
	local lib=$BUILD/libcore.a
	if [ ! -e "$lib" ]; then
		echo "$lib:1: not built"
		return
	fi
	# Undefined in one member and defined in another is ours, whatever its name.
	nm "$lib" 2>/dev/null | awk -v lib="$lib" '
		FNR == NR { curses[$1] = 1; next }
		NF == 1 && /:$/ { member = $1; next }
		$1 == "U" { needs[$2] = member; next }
		NF == 3 { ours[$3] = 1 }
		END {
			for (name in needs)
				if (name in curses && !(name in ours))
					print lib ":1: " needs[name] " needs " name " of curses"
		}' <(curses_names) -
}

found=$(c_files core tui | awk_files "$LINT/layers.awk")
if [ -n "${BUILD:-}" ]; then
	found+=${found:+$'\n'}$(curses_in_core)
fi
verdict "$(printf '%s' "$found" | sed '/^$/d')"
