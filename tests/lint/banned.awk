# Banned calls (core and tui only), unfinished work, files and functions that are too long.

function report(file, line, reason)
{
	print file ":" line ": " reason
}

function end_file()
{
	if (file != "" && lines > 600)
		report(file, lines, "a file of more than 600 lines")
	start = 0
}

BEGIN {
	banned = "strcpy|strcat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atoll|atof|" \
		 "scanf|fscanf|sscanf|vsscanf|gets|alloca"
	call = "(^|[^A-Za-z0-9_.>])(" banned ")[ \t]*[(]"
	# A macro or a pointer could carry the name without calling it.
	bare = "(^|[^A-Za-z0-9_.>])(strcpy|strcat|sprintf|vsprintf|strtok|sscanf|alloca)($|[^A-Za-z0-9_])"
}

FNR == 1 {
	end_file()
	file = FILENAME
}

{
	lines = FNR
	code = blank($0)
}

file !~ /^tests\// && (code ~ call || code ~ bare) && code !~ /^#[ \t]*include/ {
	match(code, code ~ call ? call : bare)
	name = substr(code, RSTART, RLENGTH)
	gsub(/[^A-Za-z0-9_]/, "", name)
	report(file, FNR, "banned: " name)
}

/(^|[^A-Za-z0-9_])(TODO|FIXME)($|[^A-Za-z0-9_])/ {
	report(file, FNR, "unfinished work")
}

# clang-format puts a function's braces, and no others without a word before them, in column 1;
# the second form is there for code that it has not seen yet.
code ~ /^[{][ \t]*$/ || code ~ /^[A-Za-z_].*[)][ \t]*[{][ \t]*$/ {
	start = FNR
}

code ~ /^[}]/ {
	if (start && FNR - start > 60)
		report(file, start, "a function of " (FNR - start) " lines, more than 60")
	start = 0
}

END {
	end_file()
}
