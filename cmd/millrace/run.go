package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

func runCommand() *cobra.Command {
	var data, format string
	var quiet, again bool
	c := &cobra.Command{
		Use:   "run APP.sql",
		Short: "Run a script to its end",
		Long: "Run a script in stages: pumps and streaming SELECTs together, then each crawler, query or\n" +
			"INSERT over finite relations. Rows of SELECTs go to standard output, everything else to\n" +
			"standard error. Without --data everything but files is in memory.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("script %s: %w", args[0], cause(err))
			}
			return run(cmd, script{path: args[0], text: string(text)}, data, format, quiet, again)
		},
	}
	c.Flags().StringVar(&data, "data", "", "data directory; made if it does not exist")
	c.Flags().StringVar(&format, "format", "table", "of rows: table, csv or ndjson")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "print nothing but rows and errors")
	c.Flags().BoolVar(&again, "again", false, "repeat INSERTs that were already done on the data directory")
	return c
}

func run(cmd *cobra.Command, s script, data, format string, quiet, again bool) (err error) {
	out := cmd.OutOrStdout()
	p, err := newPrinter(format, out)
	if err != nil {
		return err
	}
	db, err := millrace.Open(data, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log := cmd.ErrOrStderr()
	if quiet {
		log = io.Discard
	}
	bar := newProgress(log)
	summary, err := db.Run(cmd.Context(), s.text, &millrace.RunOptions{
		Path: s.path, Again: again, Together: p.together(), Progress: bar.show,
		Notice: func(line string) {
			bar.clear()
			fmt.Fprintln(log, line)
		},
		Result: func(ctx context.Context, r millrace.Result) error {
			bar.clear()
			_, err := p.print(ctx, r)
			return err
		},
	})
	bar.clear()
	if summary != nil {
		printSummary(log, summary)
	}
	if err != nil && cmd.Context().Err() != nil {
		return interrupted(data)
	}
	if err != nil {
		return s.show(cmd.ErrOrStderr(), err)
	}
	return nil
}

// interrupted says what a run that was stopped from outside leaves.
func interrupted(data string) error {
	if data == "" {
		return errors.New("interrupted")
	}
	return fmt.Errorf("interrupted; run it again with --data %s and it goes on", data)
}

// cause is an operating system error without the operation and path around it.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
