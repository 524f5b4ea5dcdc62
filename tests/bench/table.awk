# table.awk: lines "ROUND PROGRAM SECONDS USER SYSTEM PEAK-KB" as a table, a row a program in the
# order of their first run. Needs -v bytes, events, baseline (kB), threads.
#
# The host's speed changes by the minute, so a ratio is taken within a round, and its median shown.

function middle(list, count,    i, j, value)
{
	for (i = 2; i <= count; i++) {
		value = list[i]
		for (j = i - 1; j > 0 && list[j] > value; j--)
			list[j + 1] = list[j]
		list[j + 1] = value
	}
	return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
}

function label(program)
{
	if (program == "wc")
		return "wc -l"
	if (program == "tracehog")
		return "tracehog stats --json"
	if (program == "lnav")
		return "lnav -n -q -c ':goto 0'"
	return program " (" threads " threads)"
}

!($2 in runs) { order[++programs] = $2 }

{
	n = ++runs[$2]
	round[$2, n] = $1
	wall[$2, n] = $3
	at[$2, $1] = $3
	processor[$2, n] = $4 + $5
	if ($6 > peak[$2])
		peak[$2] = $6
}

# What ran in one round only is set against the median.
function ratio(program,    i, ratios, count)
{
	if (runs[program] == 1)
		return median["tracehog"] / median[program]
	for (i = 1; i <= runs[program]; i++)
		if (("tracehog", round[program, i]) in at)
			ratios[++count] = at["tracehog", round[program, i]] / wall[program, i]
	return count ? middle(ratios, count) : 0
}

function row(program,    i, n, seconds, cpu, spread)
{
	n = runs[program]
	for (i = 1; i <= n; i++) {
		seconds[i] = wall[program, i]
		cpu[i] = processor[program, i]
	}
	median[program] = middle(seconds, n)
	spread = n == 1 ? "one run" : sprintf("%.3f-%.3f", seconds[1], seconds[n])
	return sprintf("%-24s %8.3f  %15s %8.3f %8.0f %8.1f", label(program), median[program],
		       spread, middle(cpu, n), bytes / median[program] / 1e6, peak[program] / 1024)
}

END {
	printf "%-24s %8s  %15s %8s %8s %8s %8s\n", "whole process, warm", "median s", "min-max s",
		"CPU s", "MB/s", "peak MB", "ratio"
	for (i = 1; i <= programs; i++)
		rows[i] = row(order[i])
	for (i = 1; i <= programs; i++)
		printf "%s %8s\n", rows[i],
			"tracehog" in runs ? sprintf("%.2f", ratio(order[i])) : "-"
	print "ratio: tracehog's wall time by the program's, median of the rounds;" \
	      " below 1: tracehog is faster."
	print "peak: as the system counts it; the parsers map the file and have it in theirs."
	if ("tracehog" in runs)
		printf "tracehog maps nothing: its peak less the %.1f MB it takes for one event" \
		       " is %.0f bytes an event, read buffers included.\n", baseline / 1024,
			(peak["tracehog"] - baseline) * 1024 / events
}
