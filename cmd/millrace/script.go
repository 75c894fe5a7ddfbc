package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/millrace-sql/millrace"
)

// script is SQL text and where it came from.
type script struct{ path, text string }

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
		b.WriteString(line + "\n")
		// Tabs stay tabs, so that the caret stands under its place.
		runes := []rune(line)
		for _, r := range runes[:max(0, min(e.Column-1, len(runes)))] {
			if r != '\t' {
				r = ' '
			}
			b.WriteRune(r)
		}
		b.WriteString("^\n")
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", e.Hint)
	}
	if _, werr := io.WriteString(w, b.String()); werr != nil {
		return errors.Join(err, werr)
	}
	return &shownError{err}
}

func (s script) line(n int) (string, bool) {
	lines := strings.Split(s.text, "\n")
	if n < 1 || n > len(lines) {
		return "", false
	}
	return strings.TrimRight(lines[n-1], "\r"), true
}
