package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
)

// session executes statements and backslash commands line by line.
type session struct {
	db      *millrace.DB
	printer *printer
	rows    io.Writer // where \o goes back to
	file    *os.File  // of \o, or nil
	log     io.Writer // for everything but rows and errors
	errs    io.Writer
	timing  bool
	depth   int // of \i

	// interactive sessions go on after an error; interrupts then end a statement, and
	// history gets what was executed.
	interactive bool
	interrupts  <-chan os.Signal
	history     func(entry string)
	now         *typed // what is being typed, for completion
}

// errQuit ends the session without an error.
var errQuit = errors.New("quit")

const (
	prompt     = "millrace> "
	promptMore = "      ... "
)

// run reads the input to its end.
func (s *session) run(ctx context.Context, path string, in lineReader) error {
	err := s.feed(ctx, path, in, s.interactive)
	if errors.Is(err, errQuit) {
		err = nil
	}
	if s.file != nil {
		err = errors.Join(err, s.redirect(""))
	}
	return err
}

// feed executes what comes from an input. Unless it goes on, the first error ends
// it; errors in SQL have been shown then.
func (s *session) feed(ctx context.Context, path string, in lineReader, goOn bool) error {
	t := newTyped(path)
	for {
		if goOn {
			s.now = t
		}
		p := prompt
		if t.split.Pending() {
			p = promptMore
		}
		l, err := in.line(ctx, p)
		switch {
		case errors.Is(err, errGivenUp):
			t = newTyped(path)
			continue
		case errors.Is(err, io.EOF):
			// Who quits with a statement half typed does not want it; in a script the
			// last one may lack its semicolon.
			if rest, ok := t.split.Rest(); ok && !goOn {
				return s.statement(ctx, t.text(), rest)
			}
			return nil
		case err != nil:
			return err
		}
		if err := s.take(ctx, t, l, goOn); err != nil {
			return err
		}
		if t.trim(); goOn && !t.split.Pending() {
			t = newTyped(path)
		}
	}
}

// take executes what a line completes.
func (s *session) take(ctx context.Context, t *typed, l string, goOn bool) error {
	if !t.split.Pending() && strings.HasPrefix(strings.TrimSpace(l), `\`) {
		t.add("") // the number of the next line counts this one
		s.remember(l)
		err := s.command(ctx, strings.TrimSpace(l))
		var shown *shownError
		if err == nil || !goOn || errors.Is(err, errQuit) {
			return err
		}
		if !errors.As(err, &shown) {
			fmt.Fprintln(s.errs, err)
		}
		return ctx.Err()
	}
	pieces := t.add(l)
	if len(pieces) > 0 && !t.split.Pending() {
		s.remember(t.text().text)
	}
	for _, p := range pieces {
		err := s.statement(ctx, t.text(), p)
		var shown *shownError
		switch {
		case err == nil:
		case errors.Is(err, errInterrupted) && goOn && ctx.Err() == nil:
			return nil // and nothing of what was typed behind it
		case !goOn || !errors.As(err, &shown):
			return err
		}
	}
	return nil
}

// remember adds what was typed to the history, as one line where that means the
// same.
func (s *session) remember(text string) {
	if s.history == nil || strings.TrimSpace(text) == "" {
		return
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
		if strings.Contains(l, "--") || strings.Contains(l, "//") || strings.Count(l, "'")%2 > 0 {
			for _, l := range strings.Split(text, "\n") {
				s.history(l)
			}
			return
		}
	}
	s.history(strings.Join(lines, " "))
}

// statement executes one statement of an input. A mistake in it is shown.
func (s *session) statement(ctx context.Context, src script, p parse.Piece) error {
	own, stop := s.interruptible(ctx)
	defer stop()
	began := time.Now()
	err := s.execute(own, p.Text)
	if s.timing {
		fmt.Fprintf(s.log, "time: %s\n", time.Since(began).Round(time.Microsecond))
	}
	if byInterrupt(own, err) {
		if s.interactive {
			fmt.Fprintln(s.log, errInterrupted)
		}
		return errInterrupted
	}
	if err != nil {
		err = src.show(s.errs, placed(err, p.Pos))
		var shown *shownError
		if s.interactive && !errors.As(err, &shown) {
			fmt.Fprintln(s.errs, err)
			return &shownError{err}
		}
	}
	return err
}

// placed moves a mistake to where its statement is in the input.
func placed(err error, pos ast.Pos) error {
	e, ok := errors.AsType[*millrace.Error](err)
	if !ok {
		return err
	}
	moved := *e
	if moved.Line == 1 {
		moved.Column += pos.Col - 1
	}
	moved.Line += pos.Line - 1
	return &moved
}

// interruptible is a context that the next interrupt ends.
func (s *session) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	select {
	case <-s.interrupts: // meant for what ran before
	default:
	}
	go func() {
		select {
		case <-s.interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
