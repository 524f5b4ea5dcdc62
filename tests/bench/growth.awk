# growth.awk: lines "EVENTS SECONDS CPU-SECONDS PEAK-KB" as a table, a row a number of events, in the
# order of their first line: medians, and by how much they are more than those of the first.
# Needs -v baseline (kB).

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

!($1 in runs) { order[++sizes] = $1 }

{
	n = ++runs[$1]
	wall[$1, n] = $2
	processor[$1, n] = $3
	heap[$1, n] = $4 - baseline
}

function median(values, size,    i, list)
{
	for (i = 1; i <= runs[size]; i++)
		list[i] = values[size, i]
	return middle(list, runs[size])
}

END {
	printf "%10s %6s %9s %7s %9s %7s %9s %7s %9s\n", "events", "times", "s", "factor", "CPU s",
		"factor", "heap MB", "factor", "B/event"
	for (i = 1; i <= sizes; i++) {
		size = order[i]
		s = median(wall, size)
		c = median(processor, size)
		h = median(heap, size)
		if (i == 1) {
			first_s = s
			first_c = c
			first_h = h
		}
		printf "%10d %6.0f %9.3f %7.2f %9.3f %7.2f %9.1f %7.2f %9.0f\n", size,
			size / order[1], s, s / first_s, c, c / first_c, h / 1024, h / first_h,
			h * 1024 / size
	}
	print "heap: the peak, less that of a run on one event."
}
