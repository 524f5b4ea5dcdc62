# ./dev chooses a package manager and tells it what is missing. The managers, pkg-config and all that ./dev looks for are
# stand-ins in a PATH of their own; nothing is installed and nothing is built.
. e2e/lib.sh

DEV=$PWD/../dev
# A library that the build is about to ask for is among them.
LIBRARIES="libzstd $(sed -n 's/.*pkg_check_modules(.* IMPORTED_TARGET \([a-z0-9-]*\).*/\1/p' ../CMakeLists.txt |
	grep -vx libzstd)"
COMMANDS='cc cmake ninja pkg-config tmux curl xz python3 clang-format clang-tidy'
MANAGERS='apt-get dnf pacman apk zypper brew'
BUILDING='cc cmake ninja pkg-config libuv libcjson libcurl libmicrohttpd zlib libzstd libxxhash libutf8proc libpcre2-8 md4c ncursesw'
TESTING='cmocka tmux curl xz python3 clang-format clang-tidy'

# stand_in NAME: a program that does what stdin says.
stand_in()
{
	{ echo '#!/bin/sh' && cat; } >"$D/bin/$1" && chmod +x "$D/bin/$1"
}

# machine [MANAGER]: root on one that has nothing but a shell, its tools, and a manager, which fails.
machine()
{
	local tool
	rm -rf "${D:?}/bin" "$D/there" "$D/log" "$D/checkout"
	mkdir "$D/bin" "$D/there" "$D/checkout"
	cp "$DEV" "$D/checkout/dev"
	for tool in bash sh env sed grep cat mktemp rm tr dirname ls true; do
		ln -s "$(type -P $tool)" "$D/bin/$tool"
	done
	echo 'echo 0' | stand_in id
	for tool in dpkg rpm; do
		echo 'exit 1' | stand_in $tool
	done
	[ $# = 0 ] || manager "$1" 'exit 1'
}

# manager NAME THEN: keeps its arguments; says nothing is installed; Homebrew's says where it is.
manager()
{
	stand_in "$1" <<-END
		case "\$*" in
		--prefix) echo $D/brew && exit ;;
		-Qq* | 'info -e'* | list*) exit 1 ;;
		esac
		echo "$1 \$*" >>$D/log
		$2
	END
}

# there NAME...: what the machine has.
there()
{
	local name
	for name in "$@"; do
		case $name in
		pkg-config) echo "[ -e $D/there/\$2 ]" | stand_in pkg-config ;;
		lib* | zlib | md4c | ncursesw | cmocka) : >"$D/there/$name" ;;
		*) echo 'exit 0' | stand_in "$name" ;;
		esac
	done
}

# dev CODE ARG...: runs it and expects an exit code.
dev()
{
	local expected=$1
	shift
	RAN="./dev $*"
	(PATH=$D/bin exec "$D/bin/bash" "$D/checkout/dev" "$@") >"$D/out" 2>"$D/err" </dev/null
	equal "$RAN: exit" "$expected" $?
}

asked()
{
	equal "$1" "$2" "$(head -1 "$D/log" 2>/dev/null)"
}

# first_line MANAGER PACKAGES: what the manager of a bare machine is told; the packages with one space between them.
first_line()
{
	asked "${1%% *}" "$1 $(tr -s '\t\n ' ' ' <<<"$2" | sed 's/^ //; s/ $//')"
}

command_lines()
{
	machine apt-get
	dev 1 test
	first_line 'apt-get -q -y install --no-install-recommends' '
		gcc libc6-dev cmake ninja-build pkg-config libuv1-dev libcjson-dev libcurl4-openssl-dev libmicrohttpd-dev
		zlib1g-dev libzstd-dev libxxhash-dev libutf8proc-dev libpcre2-dev libmd4c-dev libncurses-dev libcmocka-dev
		tmux curl xz-utils python3 clang-format clang-tidy'
	machine dnf
	dev 1 test
	first_line 'dnf -y --setopt=install_weak_deps=False install' '
		gcc cmake ninja-build pkgconf-pkg-config libuv-devel cjson-devel libcurl-devel libmicrohttpd-devel zlib-devel
		libzstd-devel xxhash-devel utf8proc-devel pcre2-devel md4c-devel ncurses-devel libcmocka-devel
		tmux curl xz python3 clang-tools-extra libasan libubsan'
	machine pacman
	dev 1 test
	first_line 'pacman -S --needed --noconfirm' '
		gcc cmake ninja pkgconf libuv cjson curl libmicrohttpd zlib zstd xxhash libutf8proc pcre2 md4c ncurses cmocka
		tmux xz python clang'
	machine apk
	dev 1 test
	first_line 'apk add' '
		gcc musl-dev cmake samurai pkgconf libuv-dev cjson-dev curl-dev libmicrohttpd-dev zlib-dev zstd-dev xxhash-dev
		utf8proc-dev pcre2-dev md4c-dev ncurses-dev cmocka-dev tmux curl xz python3 clang-extra-tools'
	machine zypper
	dev 1 test
	first_line 'zypper --non-interactive install --no-recommends' '
		gcc cmake ninja pkg-config libuv-devel cJSON-devel libcurl-devel libmicrohttpd-devel zlib-devel libzstd-devel
		xxhash-devel utf8proc-devel pcre2-devel md4c-devel ncurses-devel libcmocka-devel tmux curl xz python3 clang-tools'
	# A compiler is not Homebrew's to bring.
	machine brew
	dev 1 test
	asked 'brew without a compiler' ''
	err_has 'brew has no package for them: cc (on macOS "xcode-select --install"'
	there cc
	dev 1 test
	first_line 'brew install' '
		cmake ninja pkgconf libuv cjson curl libmicrohttpd zlib zstd xxhash utf8proc pcre2 md4c ncurses cmocka tmux xz python3
		clang-format llvm'
}

# Each list has a package for each thing that the build asks for, and for that alone.
complete_lists()
{
	local manager name
	for manager in $MANAGERS; do
		machine $manager
		# Its sanitizers are packages, and there.
		[ $manager = dnf ] && echo 'case "$*" in *libasan | *libubsan) exit 0 ;; esac; exit 1' | stand_in rpm
		there $LIBRARIES $COMMANDS
		for name in $LIBRARIES $COMMANDS; do
			[ $manager/$name = brew/cc ] && continue
			rm -f "$D/bin/$name" "$D/there/$name" "$D/log"
			dev 1 test
			grep -q "^$manager .*[a-z]" "$D/log" || fail "$manager: nothing for $name: $(cat "$D/err")"
			# Without pkg-config nobody knows of the libraries.
			[ $name = pkg-config ] || err_has "names them: $name."
			there $name
		done
	done
}

# What is there is not asked for; once all is, no manager is needed, nor called.
only_what_is_missing()
{
	machine apk
	there $BUILDING
	rm "$D/there/libzstd" "$D/bin/ninja"
	dev 1 build
	asked 'two missing' 'apk add samurai zstd-dev'
	machine apk
	there $BUILDING $TESTING
	dev 0 build
	asked 'nothing missing' ''
	machine
	there $BUILDING
	rm "$D/bin/ninja"
	there make
	dev 0 build
}

# A manager that installs what it is told once its lists are there: one question, and the build goes on.
fresh_machine()
{
	local manager
	for manager in $MANAGERS; do
		machine $manager
		there $BUILDING
		rm "$D/bin/cmake"
		manager $manager "case \"\$*\" in
			*install* | 'add '* | '-S '*) [ -e $D/lists ] || exit 1; $(type -P ln) -s $D/bin/true $D/bin/cmake ;;
			*) : >$D/lists ;;
		esac"
		rm -f "$D/lists"
		dev 0 build
		equal "$manager: calls" 3 "$(grep -c . "$D/log")"
		grep -qi "packages with $manager: cmake" "$D/out" || fail "$manager: not said: $(cat "$D/out")"
		rm "$D/log"
		dev 0 build
		asked "$manager again" ''
	done
}

nobody_to_ask()
{
	local name
	machine
	dev 1 test
	for name in $LIBRARIES $COMMANDS; do
		grep -q "[ :]${name}[ .]" "$D/err" || fail "$name is not among what is missing: $(cat "$D/err")"
	done
	err_has 'None of apt-get, dnf, pacman, apk, zypper and brew'
}

# Without root: through sudo, once; without sudo the command to run; Homebrew needs neither.
root()
{
	machine dnf
	there $BUILDING
	rm "$D/there/zlib"
	echo 'echo 1000' | stand_in id
	dev 1 build
	asked 'no sudo' ''
	err_has 'there is no sudo: run this as root, then try again: dnf -y --setopt=install_weak_deps=False install zlib-devel'
	stand_in sudo <<-END
		printf '%s' "\$1" >>$D/sudo
		exit 1
	END
	dev 1 build
	asked 'no password' ''
	err_has 'sudo failed: run this as root'
	equal 'asked without a terminal' '-n' "$(cat "$D/sudo")"
	echo "echo sudo >>$D/sudo; shift; exec \"\$@\"" | stand_in sudo
	: >"$D/sudo"
	manager dnf ": >$D/there/zlib"
	dev 0 build
	equal 'asked' sudo "$(cat "$D/sudo")"
	machine brew
	there $BUILDING
	rm "$D/there/libuv"
	echo 'echo 1000' | stand_in id
	manager brew ": >$D/there/libuv"
	dev 0 build
	asked 'brew without root' 'brew install libuv'
}

# not_packaged MANAGER WORDS PACKAGE: it says so in its own words.
not_packaged()
{
	machine "$1"
	there $BUILDING
	rm "$D/there/libcjson" "$D/there/libuv"
	manager "$1" "case \"\$*\" in *install* | 'add '* | '-S '*) echo \"$2\" >&2 && exit 1 ;; esac"
	dev 1 build
	out_has "${2//\\/}"
	err_has "$1 has no package of this name here: $3"
	! grep -q 'here:.* ' <<<"$(grep -o 'here: .*' "$D/err" | sed 's/here: //')" || fail "$1: another one: $(cat "$D/err")"
	err_has 'Needed are, as pkg-config or the shell names them: libuv libcjson.'
}

command_lines
complete_lists
only_what_is_missing
fresh_machine
nobody_to_ask
root
not_packaged apt-get 'E: Unable to locate package libcjson-dev' libcjson-dev
not_packaged dnf 'No match for argument: cjson-devel' cjson-devel
not_packaged pacman 'error: target not found: cjson' cjson
not_packaged apk '  cjson-dev (no such package):' cjson-dev
not_packaged zypper "No provider of 'cJSON-devel' found." cJSON-devel
not_packaged brew 'Warning: No available formula with the name \"cjson\".' cjson
verdict
