#!/bin/bash
# A lint that cannot fail is no lint: plants violations in a small tree of its own and looks
# whether each is found at its line, and whether clean code passes.
LINT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(mktemp -d) || exit 1
trap 'rm -rf "$TREE"' EXIT
bad=0

plant() # FILE, its text on stdin
{
	mkdir -p "$TREE/$(dirname "$1")"
	cat >"$TREE/$1"
}

clean_tree()
{
	rm -rf "$TREE"
	mkdir -p "$TREE"
	cp "$LINT_DIR/../../.clang-format" "$LINT_DIR/../../.clang-tidy" "$TREE/"
	printf '/* strcpy(a, b) in a comment */\nint buf_size(void);\n' | plant core/base/buf.h
	printf '#include "base/buf.h"\n\n#include <uv.h>\n' | plant core/base/loop.c
	printf '#include "explorer.h"\n\n#include "base/buf.h"\n' | plant core/explorer.c
	printf '#include "base/buf.h"\n' | plant core/explorer.h
	printf '#include <curses.h>\n#include <term.h>\n' | plant tui/term/screen.c
	printf '#include "view/view.h"\n' | plant tui/view/list.h
	printf '#include "view/list.h"\n#include "view/list_row.h"\n' | plant tui/view/list.c
	printf '#include "explorer.h"\n' | plant tui/view/list_row.h
	printf '#include "explorer.h"\n' | plant tui/view/view.h
	printf '#include "view/list.h"\n' | plant tui/main.c
	cat <<'END' | plant core/base/buf.c
#include "base/buf.h"

static const char *const names[] = {
	"strcpy(", /* sprintf( { */
	"{",
};

int buf_size(void)
{
	return names[0][0] == '{' ? (int)sizeof(names[1]) : '"';
}
END
}

lint() # NAME
{
	env -u BUILD ROOT="$TREE" ${LINT_BUILD:+BUILD="$LINT_BUILD"} bash "$LINT_DIR/$1.sh" 2>&1
}

passes() # NAME
{
	local out rc
	out=$(lint "$1")
	rc=$?
	[ $rc -eq 77 ] && return
	if [ $rc -ne 0 ] || [ -n "$out" ]; then
		echo "$1.sh does not let clean code pass: $out"
		bad=1
	fi
}

finds() # NAME WHAT-IT-SAYS
{
	local out rc
	out=$(lint "$1")
	rc=$?
	[ $rc -eq 77 ] && return
	if [ $rc -ne 1 ] || ! grep -qF -- "$2" <<<"$out"; then
		echo "$1.sh misses \"$2\" and says (exit $rc): $out"
		bad=1
	fi
}

# misplaced FILE TEXT FINDING: the file is added, must be found, and goes again.
misplaced()
{
	local had=
	[ -e "$TREE/$1" ] && had=$(cat "$TREE/$1")
	printf '%b' "$2" | plant "$1"
	finds layers "$1:$3"
	rm "$TREE/$1"
	[ -z "$had" ] || printf '%s\n' "$had" | plant "$1"
}

test_layers()
{
	passes layers
	misplaced core/base/a.c '#include "base/buf.h"\n#include "explorer.h"\n' \
		'2: base includes explorer, which is further right'
	printf 'int x;\n' | plant core/cost/cost.h
	misplaced core/message/a.c '#include "cost/cost.h"\n' \
		'1: message includes cost, which stands beside it'
	misplaced core/base/b.c '#  include <cost/cost.h>\n' '1: base includes cost'
	printf 'int x;\n' | plant tui/widget/tree.h
	misplaced tui/draw/a.c '\n#include "widget/tree.h"\n' '2: draw includes widget'
	misplaced core/explorer.c '#include "widget/tree.h"\n' '1: explorer includes widget'
	misplaced tui/widget/a.c '#include "view/view.h"\n' '1: widget includes view'
	misplaced tui/view/a.c '#include "view/list.h"\n' '1: a view includes another view'
	misplaced tui/print/a.c '#include "view/view.h"\n' '1: print includes view, which stands beside'
	misplaced tui/view/a.c '#include "list.h"\n' '1: a view includes another view'
	misplaced core/base/a.c '#include "../cost/cost.h"\n' '1: includes "../cost/cost.h": say it'
	misplaced core/base/a.c '#include "nowhere.h"\n' '1: includes "nowhere.h", which is not'
	misplaced core/attic/a.c 'int x;\n' '1: in no layer'
	misplaced core/widget/a.c 'int x;\n' '1: in no layer'
	misplaced tui/json/a.c 'int x;\n' '1: in no layer'
	misplaced core/other.c 'int x;\n' '1: in no layer'
	misplaced core/base/a.c '#include <uv.h>\n' '1: includes <uv.h>'
	misplaced core/journal/a.c '#include <microhttpd.h>\n' '1: includes <microhttpd.h>'
	misplaced tui/view/a.c '#include <ncursesw/curses.h>\n' '1: includes <ncursesw/curses.h>'
	misplaced core/base/a.c '#include <curses.h>\n' '1: includes <curses.h>'
	misplaced tui/term/second.c '#include <ncurses.h>\n' '1: includes <ncurses.h>: curses already'
	misplaced tui/term/screen.h '#include <term.h>\n' '1: includes <term.h>'
	passes layers
}

test_core_without_curses()
{
	local build=$TREE/build
	mkdir -p "$build"
	printf 'int endwin(void);\nint f(void);\nint f(void) { return endwin(); }\n' >"$build/a.c"
	printf 'int beep(void);\nint g(void);\nint g(void) { return beep(); }\n' >"$build/b.c"
	printf 'int beep(void);\nint beep(void) { return 1; }\n' >"$build/c.c"
	(cd "$build" && ${CC:-cc} -c a.c b.c c.c && ar rc libcore.a b.o c.o) || bad=1
	LINT_BUILD=$build passes layers
	(cd "$build" && ar rc libcore.a a.o) || bad=1
	LINT_BUILD=$build finds layers "libcore.a:1: a.o: needs endwin of curses"
	rm -rf "$build"
	LINT_BUILD=$build finds layers "libcore.a:1: not built"
}

lines() # COUNT
{
	local i
	for ((i = 0; i < $1; i++)); do
		printf '\tx++;\n'
	done
}

test_banned()
{
	local name
	passes banned
	for name in strcpy strcat sprintf vsprintf strtok atoi sscanf gets alloca; do
		printf 'void f(void)\n{\n\t/* */ (void)%s(a);\n}\n' "$name" | plant core/base/a.c
		finds banned "core/base/a.c:3: banned: $name"
	done
	printf '#define COPY strcpy\n' | plant core/base/a.c
	finds banned "core/base/a.c:1: banned: strcpy"
	printf 'int f(void)\n{\n\treturn snprintf(a) + my_atoi(a) + io->gets(a);\n}\n' |
		plant core/base/a.c
	passes banned
	printf '/* one\n * TODO: two\n */\n' | plant tests/unit/test_a.c
	finds banned "tests/unit/test_a.c:2: unfinished work"
	printf '// FIXME\n' | plant tests/unit/test_a.c
	finds banned "tests/unit/test_a.c:1: unfinished work"
	rm "$TREE/tests/unit/test_a.c"
	lines 601 | plant tui/view/a.h
	finds banned "tui/view/a.h:601: a file of more than 600 lines"
	lines 600 | plant tui/view/a.h
	passes banned
	{ printf 'int f(void)\n{\n'; lines 59; printf '}\n'; } | plant core/base/a.c
	passes banned
	{ printf '\nint f(void)\n{\n'; lines 60; printf '}\n'; } | plant core/base/a.c
	finds banned "core/base/a.c:3: a function of 61 lines"
	{ printf 'static int f(int x) {\n\tif (x) {\n\t}\n'; lines 60; printf '}\n'; } |
		plant core/base/a.c
	finds banned "core/base/a.c:1: a function of 63 lines"
	{ printf 'static const int t[] = {\n'; lines 80; printf '};\n'; } | plant core/base/a.c
	passes banned
	rm "$TREE/core/base/a.c" "$TREE/tui/view/a.h"
}

test_format()
{
	passes format
	printf 'int f(void);\nint  g(void);\n' | plant tui/view/a.h
	finds format "tui/view/a.h:2: not as clang-format has it"
	printf 'int  g(void);\n' | plant tests/bench/a.h
	rm "$TREE/tui/view/a.h"
	passes format
}

test_tidy()
{
	LINT_BUILD=$TREE/build
	mkdir -p "$LINT_BUILD"
	cat >"$LINT_BUILD/compile_commands.json" <<END
[ { "directory": "$TREE", "command": "cc -Icore -c core/base/buf.c",
    "file": "$TREE/core/base/buf.c"
  },
  { "directory": "$TREE", "command": "cc -Icore -c core/base/a.c",
    "file": "$TREE/core/base/a.c"
  } ]
END
	passes tidy
	printf 'int f(int a);\nint f(int a)\n{\n\tif (a = 1)\n\t\treturn 2;\n\treturn 3;\n}\n' |
		plant core/base/a.c
	finds tidy "core/base/a.c:4:"
	finds tidy "core/base/a.c:4:"
	printf 'int f(int a);\nint f(int a)\n{\n\treturn a;\n}\n' | plant core/base/a.c
	passes tidy
}

clean_tree
test_layers
test_core_without_curses
test_banned
test_format
test_tidy
exit $bad
