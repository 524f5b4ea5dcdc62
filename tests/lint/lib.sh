# What the lint scripts share. A lint prints every violation as file:line: reason, below ROOT,
# and exits 1 if there was one. ROOT may be set to lint another tree (selftest.sh does).

set -u
LINT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=${ROOT:-$(cd "$LINT/../.." && pwd)}
cd "$ROOT" || exit 1
export LC_ALL=C

# The .c and .h files below the folders given, as relative paths.
c_files()
{
	local dir dirs=()
	for dir in "$@"; do
		[ -d "$dir" ] && dirs+=("$dir")
	done
	[ ${#dirs[@]} -gt 0 ] || return 0
	find "${dirs[@]}" -name '*.[ch]' -type f ! -path 'tests/bench/*' ! -path 'tests/data/*' | sort
}

# Runs awk program $1 over the files named on stdin; all of them in one awk, so that FNR counts.
awk_files()
{
	xargs -r awk -f "$LINT/blank.awk" -f "$1"
}

# Ends a lint: $1 is all it had to say.
verdict()
{
	[ -z "$1" ] && exit 0
	printf '%s\n' "$1"
	exit 1
}

# Prints the name of LLVM tool $1 of version 14, the one our layout is defined by; else fails.
llvm_tool()
{
	local name
	for name in "$1-14" "$1"; do
		if "$name" --version 2>/dev/null | grep -q 'version 14\.'; then
			echo "$name"
			return 0
		fi
	done
	return 1
}
