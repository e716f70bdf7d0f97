# SPDX-License-Identifier: MIT
# Lines "name program value", any order -> one row a name: median (least to
# most) of each program, in order of appearance, and first / second.
{
	if (!($1 in rows)) { rows[$1] = ++nrows; row[nrows] = $1 }
	if (!($2 in programs)) { programs[$2] = ++n; program[n] = $2 }
	values[$1, $2] = values[$1, $2] " " $3
}
function median(list, v, count, i, j, t) {
	count = split(list, v, " ")
	for (i = 2; i <= count; i++)
		for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
			t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
		}
	least = v[1]; most = v[count]
	return count ? v[int((count + 1) / 2)] : "-"
}
END {
	printf "%-14s", ""
	for (p = 1; p <= n; p++)
		printf " %-28s", program[p]
	print (n > 1 ? " ratio" : "")
	for (r = 1; r <= nrows; r++) {
		printf "%-14s", row[r]
		for (p = 1; p <= n; p++) {
			m[p] = median(values[row[r], program[p]])
			printf " %-28s", m[p] == "-" ? "-" : m[p] " (" least " to " most ")"
		}
		if (n > 1 && m[2] > 0)
			printf "  %.2f", m[1] / m[2]
		print ""
	}
}
