package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/millrace-sql/millrace"
)

// shell is what the command does without a subcommand.
type shell struct {
	format        string
	create, quiet bool
}

func (sh *shell) flags(c *cobra.Command) {
	c.Flags().BoolVar(&sh.create, "create", false, "make the data directory if it does not exist")
	c.Flags().StringVar(&sh.format, "format", "table", "of rows: table, csv or ndjson")
	c.Flags().BoolVarP(&sh.quiet, "quiet", "q", false, "print nothing but rows and errors")
}

// run is a session on a terminal, or the script on standard input.
func (sh *shell) run(cmd *cobra.Command, args []string) (err error) {
	p, err := newPrinter(sh.format, cmd.OutOrStdout())
	if err != nil {
		return err
	}
	dir := ""
	if len(args) > 0 {
		dir = args[0]
	}
	db, err := sh.open(cmd, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &session{db: db, printer: p, rows: cmd.OutOrStdout(), log: cmd.ErrOrStderr(), errs: cmd.ErrOrStderr()}
	if sh.quiet {
		s.log = io.Discard
	}
	if dir != "" {
		// What was running when the directory was closed goes on; a pump that cannot is
		// seen in SHOW PUMPS, and must not keep anybody from mending it.
		if err := db.Resume(cmd.Context()); err != nil {
			fmt.Fprintf(s.log, "pumps were not resumed: %v\n", err)
		}
	}
	if isTerminal(cmd.InOrStdin()) && isTerminal(cmd.OutOrStdout()) {
		return sh.interactive(cmd.Context(), s, dir)
	}
	err = s.run(cmd.Context(), "stdin", newPlainReader(cmd.InOrStdin()))
	if byInterrupt(cmd.Context(), err) {
		return errInterrupted
	}
	return err
}

// open opens the directory of the session, which must be there unless it is to be
// made.
func (sh *shell) open(cmd *cobra.Command, dir string) (*millrace.DB, error) {
	if dir == "" || sh.create {
		return millrace.Open(dir, nil)
	}
	if _, err := os.Stat(dir); err != nil {
		if near := cmd.SuggestionsFor(dir); len(near) > 0 {
			return nil, fmt.Errorf("unknown command %q for %q\n\nDid you mean this?\n\t%s", dir, cmd.Name(), strings.Join(near, "\n\t"))
		}
		return nil, fmt.Errorf("data directory %s: %w; --create makes a new one", dir, cause(err))
	}
	switch is, err := millrace.Exists(dir); {
	case err != nil:
		return nil, err
	case !is:
		return nil, fmt.Errorf("data directory %s: there is no database in it; --create makes one", dir)
	}
	return millrace.Open(dir, nil)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// maxText is how wide a column of text may be on a terminal.
const maxText = 80

// interactive is a session on a terminal. An interrupt ends a statement there, so
// that of ctx, which would end the process, is left out of account.
func (sh *shell) interactive(ctx context.Context, s *session, dir string) error {
	ctx, stop := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	s.interactive, s.interrupts = true, interrupts
	s.printer.wrap = maxText
	t := newTerminal(s)
	defer t.close()
	s.history = t.remember
	where := "in memory"
	if dir != "" {
		where = "on " + dir
	}
	fmt.Fprintf(s.log, "Millrace %s. \\? lists the commands, Ctrl-D quits.\n", where)
	err := s.run(ctx, "input", t)
	if ctx.Err() != nil {
		return errors.New("terminated")
	}
	return err
}
