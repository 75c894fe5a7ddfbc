package pattern

// caret is the beginning of the text, in multi-line mode of a line.
func (t *translator) caret() {
	t.context = true
	switch {
	case !t.flags.multi:
		t.emit(`\A`)
	case t.flags.unix:
		t.slowOnly(`(?:\A|(?<=\n)(?!\z))`)
	default:
		t.slowOnly("(?:\\A|(?:(?<=[\n\u0085\u2028\u2029])|(?<=\r)(?!\n))(?!\\z))")
	}
}

func (t *translator) slowOnly(s string) {
	t.needSlow = true
	t.emits("(?:)", s)
}

// A line ends before \r\n as a whole, not inside it.
const (
	slowLineEnd = "(?:(?=[\n\r\u0085\u2028\u2029])|\\z)(?!(?<=\r)\n)"
	slowTextEnd = "(?:(?=(?:\r\n|[\n\r\u0085\u2028\u2029])?\\z)(?!(?<=\r)\n))"
)

func (t *translator) dollar() {
	switch {
	case t.flags.multi && t.flags.unix:
		t.slowOnly(`(?:(?=\n)|\z)`)
	case t.flags.multi:
		t.slowOnly("(?:" + slowLineEnd + ")")
	case t.flags.unix:
		t.lineEnd = true
		t.emits(`\z`, `(?=\n?\z)`)
	default:
		t.lineEnd = true
		t.emits(`\z`, slowTextEnd)
	}
}
