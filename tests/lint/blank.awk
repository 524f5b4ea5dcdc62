# blank(line): the line without what is in comments, strings and character constants, so that
# braces and names in what is left are code. To be called once for every line, in order: a block
# comment is remembered (until the file changes).

function blank(line,    out, i, n, c, two, quote)
{
	if (FNR == 1)
		blank_in_comment = 0
	out = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (blank_in_comment) {
			if (two == "*/") {
				blank_in_comment = 0
				i++
			}
		} else if (two == "/*") {
			blank_in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			quote = c
			for (i++; i <= n; i++) {
				c = substr(line, i, 1)
				if (c == "\\")
					i++
				else if (c == quote)
					break
			}
			out = out quote quote
		} else {
			out = out c
		}
	}
	return out
}
