package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
)

func runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run APP.sql",
		Short: "Run a script to its end",
		Long: "Run a script in stages: pumps and streaming SELECTs together, then each crawler, query or\n" +
			"INSERT over finite relations. Rows of SELECTs go to standard output, everything else to\n" +
			"standard error. Without --data everything but files is in memory.\n\n" +
			"With --put STREAM=FILE each line of a file, a pipe or, as -, standard input becomes a record\n" +
			"of a stored stream while the first stage runs: it goes on until they end or it is interrupted,\n" +
			"which takes a checkpoint and is no error.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("script %s: %w", args[0], cause(err))
			}
			return run(cmd, script{path: args[0], text: string(text)}, o)
		},
	}
	c.Flags().StringVar(&o.data, "data", "", "data directory; made if it does not exist")
	c.Flags().StringVar(&o.format, "format", "table", "of rows: table, csv or ndjson")
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but rows and errors")
	c.Flags().BoolVar(&o.again, "again", false, "repeat INSERTs that were already done on the data directory")
	c.Flags().StringArrayVar(&o.puts, "put", nil, "STREAM=FILE: put the lines of a file, or of - for standard input, into a stored stream; may be repeated")
	c.Flags().StringVar(&o.key, "key", "", "with --put: a member of each record, a JSON object, whose value is the partition key")
	c.Flags().StringVar(&o.receipts, "receipts", "", "with --put: a file for stream, shard, sequence number and arrival of each durable record")
	c.Flags().StringVar(&o.memory, "memory", "2GiB", "bound of the state of windows, joins and sorts together")
	c.Flags().DurationVar(&o.checkpoint, "checkpoint", 10*time.Second, "time between checkpoints")
	c.Flags().StringVar(&o.log, "log", "", "log what happens in the background to standard error: debug, info, warn or error")
	return c
}

// runOptions is the flags of run.
type runOptions struct {
	data, format, key, receipts, memory, log string
	quiet, again                             bool
	puts                                     []string
	checkpoint                               time.Duration
}

func run(cmd *cobra.Command, s script, o runOptions) (err error) {
	out := cmd.OutOrStdout()
	p, err := newPrinter(o.format, out)
	if err != nil {
		return err
	}
	memory, err := types.ParseSize(o.memory)
	if err != nil {
		return fmt.Errorf("--memory: %w", err)
	}
	logger, err := newLogger(o.log, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	producers, done, err := o.producers(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	db, err := millrace.Open(o.data, &millrace.Options{MemoryBudget: memory, CheckpointEvery: o.checkpoint, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log := cmd.ErrOrStderr()
	if o.quiet {
		log = io.Discard
	}
	bar := newProgress(log)
	summary, err := db.Run(cmd.Context(), s.text, &millrace.RunOptions{
		Path: s.path, Again: o.again, Producers: producers, Together: p.together(), Progress: bar.show,
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
	if byInterrupt(cmd.Context(), err) {
		if len(producers) > 0 {
			return nil // that is how such a run ends
		}
		return interrupted(o.data)
	}
	if err != nil {
		return s.show(cmd.ErrOrStderr(), err)
	}
	return nil
}

// newLogger is a log of JSON lines; nil for no level.
func newLogger(level string, w io.Writer) (*slog.Logger, error) {
	if level == "" {
		return nil, nil
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log is %q, not debug, info, warn or error", level)
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
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
