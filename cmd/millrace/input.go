package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/millrace-sql/millrace/sql/parse"
)

// lineReader is where the lines of a session come from: a terminal, standard
// input, a file, a test.
type lineReader interface {
	// line reads the next line, without its end. io.EOF is the end of the input,
	// errGivenUp says that the user gave up what was typed, ctx ends the waiting.
	line(ctx context.Context, prompt string) (string, error)
}

var errGivenUp = errors.New("given up")

// plainReader reads lines as they are.
type plainReader struct{ *bufio.Reader }

func newPlainReader(r io.Reader) plainReader { return plainReader{bufio.NewReader(r)} }

func (p plainReader) line(ctx context.Context, _ string) (string, error) {
	l, err := await(ctx, func() (string, error) { return p.ReadString('\n') })
	if errors.Is(err, io.EOF) && l != "" {
		err = nil
	}
	return strings.TrimRight(l, "\r\n"), err
}

// await calls a function that cannot be interrupted. When ctx ends first, the call
// is left alone: it ends with the process.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		l, err := read()
		done <- result{l, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// typed is the text of an input since the statement under way began.
type typed struct {
	path  string
	split parse.Splitter
	lines []string
	first int // number of lines[0]
}

func newTyped(path string) *typed { return &typed{path: path, first: 1} }

// add takes a line and returns the statements that end in it.
func (t *typed) add(line string) []parse.Piece {
	t.lines = append(t.lines, line)
	return t.split.Add(line + "\n")
}

// trim forgets the lines before the statement under way.
func (t *typed) trim() {
	n := min(t.split.Line()-t.first, len(t.lines))
	t.lines, t.first = t.lines[n:], t.first+n
}

// text is what is known of the input, for messages.
func (t *typed) text() script {
	return script{path: t.path, text: strings.Join(t.lines, "\n"), first: t.first}
}
