# The HogQL that we send is HogQL by PostHog's own grammar: @posthog/hogql-parser, from npm. For development only, since it
# needs the network: TRACEHOG_NPM=1 runs it.
set -u
: "${BUILD:?the build folder}"
PARSER=@posthog/hogql-parser@1.3.87

skip()
{
	echo "skipped: $*"
	exit 77
}

[ "${TRACEHOG_NPM:-0}" = 1 ] || skip "TRACEHOG_NPM=1 fetches $PARSER from npm and runs it"
command -v npm >/dev/null && command -v node >/dev/null || skip 'there is no npm'
D=$(mktemp -d) || exit 1
trap 'rm -rf "$D"' EXIT
"$BUILD/tests/e2e_hogql_texts" >"$D/bodies" || exit 1
cd "$D" || exit 1
echo '{"type":"module"}' >package.json
npm install --no-audit --no-fund --ignore-scripts "$PARSER" >npm.log 2>&1 ||
	skip "npm is out of reach: $(tail -1 npm.log)"
cat >parse.mjs <<'END'
import { readFileSync } from 'node:fs'
import create from '@posthog/hogql-parser'

const parser = await create()
const bodies = readFileSync('bodies', 'utf8').trim().split('\n').map((line) => JSON.parse(line))
const isSelect = (text) => /^\s*SELECT\b/.test(text)

// Why it is no HogQL; '' if it is.
function wrong(text) {
	const tree = JSON.parse(isSelect(text) ? parser.parseSelect(text) : parser.parseExpr(text))

	if (tree.error) return tree.message
	return isSelect(text) && tree.node !== 'SelectQuery' ? `a ${tree.node}` : ''
}

// What stands within brackets, the innermost first, each with what was within it cut down to a 1, and then what is left. All
// of a text is HogQL if these are, and most texts share most of them: as a whole each takes the parser about a second.
const innermost = /\(((?:[^()']|'(?:[^'\\]|\\.)*')*)\)/
const open = (text) => text.replaceAll('<<', '(').replaceAll('>>', ')')
function parts(text) {
	const found = []

	for (let at; (at = innermost.exec(text)); ) {
		const inside = at[1], select = isSelect(inside)

		if (inside) found.push(open(select ? inside : `(${inside})`))
		text = text.slice(0, at.index) + (inside ? select ? '<<SELECT 1>>' : '<<1>>' : '<<>>') +
			text.slice(at.index + at[0].length)
	}
	return [...found, open(text)]
}

const names = new Set()
const parsed = new Map()
let failed = 0

// A parser that takes everything would prove nothing.
if (!wrong('SELECT FROM WHERE') || !wrong('(a, b c d)')) failed++
for (const { name, query } of bodies) {
	// The first of a name as a whole, too.
	const texts = names.has(name) ? parts(query.query) : [query.query, ...parts(query.query)]

	names.add(name)
	for (const text of texts) {
		if (!parsed.has(text)) parsed.set(text, wrong(text))
		if (!parsed.get(text)) continue
		console.log(`${name}: ${parsed.get(text)}: ${text}`)
		failed++
	}
}
console.log(`${bodies.length} texts, ${parsed.size} parts, ${failed} failed`)
process.exit(failed || !names.size ? 1 : 0)
END
node parse.mjs
