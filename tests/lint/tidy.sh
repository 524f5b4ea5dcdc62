#!/bin/bash
# clang-tidy 14 over every .c file that build folder BUILD compiles. With TIDY=quick the path-walking
# analyzer is left out. A file found clean is not looked at again until it, a header of ours that
# it includes, or the settings change (BUILD/tidy/ remembers).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tool=$(llvm_tool clang-tidy) || { echo "skipped: there is no clang-tidy 14"; exit 77; }
BUILD=$(cd "${BUILD:?the build folder, with its compile_commands.json}" && pwd) || exit 1
if [ ! -e "$BUILD/compile_commands.json" ]; then
	echo "$BUILD/compile_commands.json:1: missing"
	exit 1
fi
checks=
[ "${TIDY:-full}" = quick ] && checks=-clang-analyzer-\*
stamps=$BUILD/tidy
mkdir -p "$stamps"

# A hash of what the verdict on $1 depends on.
fingerprint()
{
	local deps
	deps=$(${CC:-cc} -MM -D_GNU_SOURCE -Icore -Itui "-I$BUILD/generated" "$1" 2>/dev/null |
		sed 's/^[^:]*://; s/\\$//')
	# Without a list of its headers, all of them count.
	[ -n "$deps" ] || deps="$1 $(c_files core tui | grep '\.h$')"
	# shellcheck disable=SC2086
	{ echo "$tool $checks"; cat .clang-tidy $deps; } 2>/dev/null | sha256sum | cut -c1-64
}

tidy_one()
{
	local stamp out rc
	stamp=$stamps/$(fingerprint "$1")
	[ -e "$stamp" ] && return 0
	out=$("$tool" -p "$BUILD" --quiet ${checks:+"--checks=$checks"} "$1" 2>"$stamp.err.$$")
	rc=$?
	if [ $rc -ne 0 ] || [ -n "$out" ]; then
		[ -n "$out" ] || out=$(cat "$stamp.err.$$")
		printf '%s\n' "${out:-$1:1: clang-tidy failed}" | sed "s|^$ROOT/||"
	else
		: >"$stamp"
	fi
	rm -f "$stamp.err.$$"
}

export -f c_files fingerprint tidy_one
export tool checks stamps BUILD ROOT
jobs=$(nproc 2>/dev/null || echo 2)
files=$(c_files core tui | grep '\.c$' | while read -r file; do
	grep -qF "/$file\"" "$BUILD/compile_commands.json" && echo "$file"
done)
[ -n "$files" ] || exit 0
verdict "$(printf '%s\n' "$files" | xargs -P "$jobs" -n 1 bash -c 'set -u; tidy_one "$1"' tidy)"
