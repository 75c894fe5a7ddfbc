package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/millrace-sql/millrace/sql/plan"
)

// backslash is a command of a session.
type backslash struct {
	name, arg, doc string
	run            func(s *session, ctx context.Context, arg string) error
}

// backslashes is all of them; arg in brackets may be left out.
func backslashes() []backslash {
	show := func(sql string) func(*session, context.Context, string) error {
		return func(s *session, ctx context.Context, _ string) error { return s.sql(ctx, "%s", sql) }
	}
	return []backslash{
		{`\d`, "[NAME]", "the streams, tables and pumps, or the columns of one", (*session).describe},
		{`\streams`, "", "SHOW STREAMS", show("SHOW STREAMS")},
		{`\tables`, "", "SHOW TABLES", show("SHOW TABLES")},
		{`\pumps`, "", "SHOW PUMPS", show("SHOW PUMPS")},
		{`\functions`, "", "SHOW FUNCTIONS", show("SHOW FUNCTIONS")},
		{`\format`, "[FORM]", "of rows: table, csv or ndjson", (*session).setFormat},
		{`\timing`, "", "say how long each statement takes, or stop saying so", (*session).toggleTiming},
		{`\i`, "FILE", "run the statements of a file", (*session).include},
		{`\o`, "[FILE]", "write rows to a file, or to standard output again", (*session).output},
		{`\?`, "", "this list", (*session).help},
		{`\q`, "", "quit, or end the file; Ctrl-D quits, too", func(*session, context.Context, string) error { return errQuit }},
	}
}

// command runs one backslash command.
func (s *session) command(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(strings.TrimRight(line, "; \t"), " ")
	arg = strings.TrimSpace(arg)
	var names []string
	for _, b := range backslashes() {
		names = append(names, b.name)
		if b.name != name {
			continue
		}
		switch {
		case arg != "" && b.arg == "":
			return fmt.Errorf("%s takes no argument", name)
		case arg == "" && b.arg != "" && b.arg[0] != '[':
			return fmt.Errorf("%s needs an argument: %s %s", name, name, b.arg)
		}
		return b.run(s, ctx, arg)
	}
	hint := plan.Suggest(name, names)
	if hint == "" || len(name) < 3 {
		hint = `\? lists them`
	}
	return fmt.Errorf("no command %s; %s", name, hint)
}

func (s *session) describe(ctx context.Context, name string) error {
	if name != "" {
		return s.sql(ctx, "DESCRIBE %s", name)
	}
	for _, what := range []string{"STREAMS", "TABLES", "PUMPS"} {
		fmt.Fprintf(s.log, "%s:\n", strings.ToLower(what))
		if err := s.sql(ctx, "SHOW %s", what); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) setFormat(_ context.Context, name string) error {
	if name == "" {
		_, err := fmt.Fprintln(s.log, "the format is", s.printer.format)
		return err
	}
	return s.printer.setFormat(name)
}

func (s *session) toggleTiming(context.Context, string) error {
	s.timing = !s.timing
	_, err := fmt.Fprintln(s.log, "timing is", map[bool]string{true: "on", false: "off"}[s.timing])
	return err
}

// maxDepth is how many files may include one another.
const maxDepth = 16

func (s *session) include(ctx context.Context, path string) error {
	if s.depth == maxDepth {
		return fmt.Errorf("file %s: more than %d files include one another", path, maxDepth)
	}
	f, err := openInput(path)
	if err != nil {
		return err
	}
	s.depth++
	err = s.feed(ctx, path, newPlainReader(f), false)
	s.depth--
	if cerr := f.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("file %s: %w", path, cause(cerr))
	}
	switch {
	case errors.Is(err, errInterrupted) && s.interactive:
		return ctx.Err()
	case errors.Is(err, errQuit):
		return nil // the file, not the session
	}
	return err
}

func (s *session) output(_ context.Context, path string) error { return s.redirect(path) }

// redirect sends rows to a file, "" to where they went at first.
func (s *session) redirect(path string) error {
	var next *os.File
	if path != "" {
		var err error
		if next, err = os.Create(path); err != nil {
			return fmt.Errorf("file %s: %w", path, cause(err))
		}
		s.printer.out = bufio.NewWriter(next)
	} else {
		s.printer.out = bufio.NewWriter(s.rows)
	}
	old := s.file
	s.file = next
	if old == nil {
		return nil
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("file %s: %w", old.Name(), cause(err))
	}
	return nil
}

func (s *session) help(context.Context, string) error {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	t.SetStyle(style)
	for _, b := range backslashes() {
		t.AppendRow(table.Row{strings.TrimSpace(b.name + " " + b.arg), b.doc})
	}
	_, err := fmt.Fprintf(s.log, "Statements end with a semicolon. Ctrl-C stops a running query, or clears what is typed.\n%s\n", t.Render())
	return err
}
