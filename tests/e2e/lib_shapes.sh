# What the scripts about strange shapes share: the program that writes them (e2e/shapes.c), and how many make many. TRACEHOG_SLOW=1:
# as many as issues and promises name, in minutes; else hundreds of times fewer, in seconds.

command -v cc >/dev/null || exit 77
cc -O2 -o "$D/shapes" e2e/shapes.c || exit 1
if [ "${TRACEHOG_SLOW:-0}" = 1 ]; then
	MANY=1000000
	TRACES=100000
	SESSIONS=10000
	BLANK=104857600
else
	MANY=10000
	TRACES=5000
	SESSIONS=2000
	BLANK=2000000
fi

# shape NAME [N]: its file is $FILE.
shape()
{
	FILE=$D/$1.${2:-1}.ndjson
	"$D/shapes" "$@" >"$FILE" || fail "no shape $*"
}
