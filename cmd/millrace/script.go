package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/millrace-sql/millrace"
)

// script is SQL text and where it came from. first is the number of its first
// line; 0 is 1.
type script struct {
	path, text string
	first      int
}

// show prints a mistake in the script as `PATH:LINE:COL: message`, with the
// source line, a caret under the place and the hint; other errors are returned
// as they are.
func (s script) show(w io.Writer, err error) error {
	var e *millrace.Error
	if !errors.As(err, &e) {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s\n", s.path, e.Line, e.Column, e.Msg)
	if line, ok := s.line(e.Line); ok {
		b.WriteString(excerpt([]rune(line), e.Column-1))
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", e.Hint)
	}
	if _, werr := io.WriteString(w, b.String()); werr != nil {
		return errors.Join(err, werr)
	}
	return &shownError{err}
}

// maxBefore and maxAfter bound what is shown of a long line around the place.
const (
	maxBefore = 120
	maxAfter  = 80
)

// excerpt is a source line with a caret under rune at, as a terminal shows it:
// tabs stay tabs, wide characters take two places, combining ones none.
func excerpt(line []rune, at int) string {
	at = max(0, min(at, len(line)))
	var text, under strings.Builder
	from, to := 0, len(line)
	if at > maxBefore {
		from = at - maxBefore
		text.WriteString("...")
		under.WriteString("   ")
	}
	if to > at+maxAfter {
		to = at + maxAfter
	}
	for i := from; i < to; i++ {
		r := line[i]
		if r != '\t' && !unicode.IsPrint(r) {
			r = '\uFFFD' // would move the cursor
		}
		text.WriteRune(r)
		switch {
		case i >= at:
		case r == '\t':
			under.WriteRune(r)
		default:
			under.WriteString(strings.Repeat(" ", width(string(r))))
		}
	}
	if to < len(line) {
		text.WriteString("...")
	}
	return text.String() + "\n" + under.String() + "^\n"
}

func (s script) line(n int) (string, bool) {
	lines := strings.Split(s.text, "\n")
	n -= max(s.first, 1) - 1
	if n < 1 || n > len(lines) {
		return "", false
	}
	return strings.TrimRight(lines[n-1], "\r"), true
}
