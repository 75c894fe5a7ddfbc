package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace"
)

// execute executes one statement and prints what it gives.
func (s *session) execute(ctx context.Context, sql string) error {
	out, err := s.db.Do(ctx, sql)
	if out.Rows != nil && err == nil {
		return s.print(ctx, out.Rows)
	}
	for _, n := range out.Notices {
		fmt.Fprintln(s.log, n)
	}
	if err != nil {
		return err
	}
	text := "ok"
	if out.Inserted > 0 || out.Rejected > 0 {
		text += ", " + count(out.Inserted, "row")
	}
	if out.Rejected > 0 {
		text += fmt.Sprintf(", rejected: %d; error_stream has them", out.Rejected)
	}
	_, err = fmt.Fprintln(s.log, text)
	return err
}

// print prints rows as they come. Rows of a stream that are stopped by the user
// are all that was wanted.
func (s *session) print(ctx context.Context, rows *millrace.Rows) error {
	n, err := s.printer.print(ctx, millrace.Result{Rows: rows, Query: 1})
	stopped := byInterrupt(ctx, err)
	if stopped {
		err = nil
	}
	err = errors.Join(err, rows.Close())
	if rows.Streaming() {
		fmt.Fprintln(s.log, count(n, "row"))
	}
	if left, first := rows.Rejected(); left > 0 {
		fmt.Fprintf(s.log, "rows left out: %d; the first: %s\n", left, first)
	}
	switch {
	case err != nil:
		return err
	case stopped && (!rows.Streaming() || !s.interactive):
		return ctx.Err()
	}
	return nil
}

// sql executes a statement that a backslash command stands for.
func (s *session) sql(ctx context.Context, format string, args ...any) error {
	ctx, stop := s.interruptible(ctx)
	defer stop()
	err := s.execute(ctx, fmt.Sprintf(format, args...))
	if e, ok := errors.AsType[*millrace.Error](err); ok {
		return errors.New(strings.TrimRight(e.Msg+"; "+e.Hint, "; ")) // it has no place in what was typed
	}
	return err
}
