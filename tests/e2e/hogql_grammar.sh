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
const parse = (text) => JSON.parse(parser.parseSelect(text))
const bodies = readFileSync('bodies', 'utf8').trim().split('\n').map((line) => JSON.parse(line))
let failed = 0

// A parser that takes everything would prove nothing.
if (!parse('SELECT FROM WHERE').error) failed = bodies.length
for (const { name, query } of bodies) {
	const tree = parse(query.query)
	const bad = tree.error ? tree.message : tree.node !== 'SelectQuery' ? `a ${tree.node}` : ''

	console.log(`${name}: ${bad || 'parses'}`)
	if (bad) failed++
}
process.exit(failed ? 1 : 0)
END
node parse.mjs
