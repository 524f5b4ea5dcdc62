# Who may include whom: your own folder, or one further left in this order. "cost" and "message"
# stand side by side, as do "view" and "print"; neither includes the other.

BEGIN {
	order = "base config json journal cost,message index model query collect explorer " \
		"draw term widget view,print command main"
	n = split(order, steps, " ")
	for (i = 1; i <= n; i++) {
		m = split(steps[i], beside, ",")
		for (j = 1; j <= m; j++)
			rank[beside[j]] = i
	}
	# Where each layer lives; explorer and main are files at the top of their room.
	core_rank = rank["explorer"]
}

function report(reason)
{
	print FILENAME ":" FNR ": " reason
}

# The layer of a path below the repository ("core/base/buf.h"), or "" if it belongs to none.
function layer_of(path,    part, count)
{
	count = split(path, part, "/")
	if (part[1] == "core" && count == 2)
		return part[2] ~ /^explorer(_[a-z]+)*\.[ch]$/ ? "explorer" : ""
	if (part[1] == "tui" && count == 2)
		return "main"
	if (!(part[2] in rank) || part[2] == "explorer" || part[2] == "main")
		return ""
	if ((part[1] == "core") != (rank[part[2]] <= core_rank))
		return ""
	return part[2]
}

function exists(path,    line, rc)
{
	if (!(path in known)) {
		rc = (getline line < path)
		close(path)
		known[path] = rc >= 0
	}
	return known[path]
}

# The file of ours that an include means, or "".
function resolve(name,    dir)
{
	dir = FILENAME
	sub(/[^\/]*$/, "", dir)
	if (exists(dir name))
		return dir name
	if (exists("core/" name))
		return "core/" name
	if (exists("tui/" name))
		return "tui/" name
	return ""
}

# The screen a file of tui/view belongs to: traces.c, traces_list.c and traces/list.c are one.
# "view" is what all of them share.
function screen_of(path)
{
	sub(/^tui\/view\//, "", path)
	sub(/[\/_.].*$/, "", path)
	return path
}

function check_ours(name, target,    to)
{
	if (name ~ /\.\.\//) {
		report("includes \"" name "\": say it from the room's top, without ..")
		return
	}
	to = layer_of(target)
	if (to == "") {
		report("includes \"" target "\", which is in no layer")
		return
	}
	if (to == layer) {
		if (to == "view" && screen_of(target) != screen && screen_of(target) != "view")
			report("a view includes another view: \"" name "\"")
		return
	}
	if (rank[to] == rank[layer])
		report(layer " includes " to ", which stands beside it: \"" name "\"")
	else if (rank[to] > rank[layer])
		report(layer " includes " to ", which is further right: \"" name "\"")
}

function check_system(name)
{
	if (name ~ /^(ncursesw?\/)?(n?curses|term|termcap|panel|menu|form|eti|unctrl|term_entry)\.h$/ ||
	    name ~ /^ncursesw?\//) {
		if (FILENAME !~ /^tui\/term\/[^\/]*\.c$/)
			report("includes <" name ">: curses belongs to one .c file of tui/term")
		else if (curses_file != "" && curses_file != FILENAME)
			report("includes <" name ">: curses already belongs to " curses_file)
		else
			curses_file = FILENAME
	}
	if (name ~ /^uv(\/.*)?(\.h)?$/ && FILENAME !~ /^core\/base\/loop(_[a-z]+)?\.[ch]$/ &&
	    FILENAME !~ /^core\/collect\//)
		report("includes <" name ">: libuv belongs to core/base/loop*.[ch] and core/collect")
	if (name == "microhttpd.h" && FILENAME !~ /^core\/collect\//)
		report("includes <" name ">: libmicrohttpd belongs to core/collect")
}

FNR == 1 {
	layer = layer_of(FILENAME)
	screen = layer == "view" ? screen_of(FILENAME) : ""
	if (layer == "")
		report("in no layer: the folder is not in the order of " \
		       "tests/lint/layers.awk, or is in the wrong room")
}

layer != "" && /^[ \t]*#[ \t]*include/ {
	name = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
	quote = substr(name, 1, 1)
	name = substr(name, 2)
	if (quote != "\"" && quote != "<") {
		report("includes what a macro says")
		next
	}
	sub(/[">].*$/, "", name)
	target = resolve(name)
	if (target != "" && (quote == "\"" || name ~ /\//))
		check_ours(name, target)
	else
		check_system(name)
	if (target == "" && quote == "\"")
		report("includes \"" name "\", which is not a file of ours")
}
