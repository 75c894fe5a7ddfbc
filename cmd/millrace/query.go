package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

func queryCommand() *cobra.Command {
	var data, format, file string
	c := &cobra.Command{
		Use:   "query ['SQL']",
		Short: "Run one statement that has rows",
		Long: "Run one SELECT, VALUES, SHOW, DESCRIBE or EXPLAIN. SELECT STREAM runs until it is\n" +
			"interrupted or has reached its LIMIT.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := statement(args, file)
			if err != nil {
				return err
			}
			return query(cmd, s, data, format)
		},
	}
	c.Flags().StringVar(&data, "data", "", "an existing data directory")
	c.Flags().StringVar(&format, "format", "table", "of rows: table, csv or ndjson")
	c.Flags().StringVarP(&file, "file", "f", "", "read the statement from a file")
	return c
}

func query(cmd *cobra.Command, s script, data, format string) (err error) {
	p, err := newPrinter(format, cmd.OutOrStdout())
	if err != nil {
		return err
	}
	db, err := openExisting(data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.Query(cmd.Context(), s.text)
	if err != nil {
		return s.show(cmd.ErrOrStderr(), err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	_, err = p.print(cmd.Context(), millrace.Result{Rows: rows, Query: 1})
	if n, first := rows.Rejected(); n > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "rows left out: %d; the first: %s\n", n, first)
	}
	if byInterrupt(cmd.Context(), err) {
		return nil // what came was wanted
	}
	return err
}

func explainCommand() *cobra.Command {
	var data, file string
	c := &cobra.Command{
		Use:   "explain ['SQL']",
		Short: "Show the plans of a statement or script without running it",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := statement(args, file)
			if err != nil {
				return err
			}
			db, err := openExisting(data)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			text, err := db.Explain(s.text, &millrace.RunOptions{Path: file})
			if err != nil {
				return s.show(cmd.ErrOrStderr(), err)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), text)
			return err
		},
	}
	c.Flags().StringVar(&data, "data", "", "an existing data directory")
	c.Flags().StringVarP(&file, "file", "f", "", "read the SQL from a file")
	return c
}

// statement is the SQL of the command line or of a file.
func statement(args []string, file string) (script, error) {
	switch {
	case file != "" && len(args) > 0:
		return script{}, errors.New("give SQL text or --file, not both")
	case file != "":
		text, err := os.ReadFile(file)
		if err != nil {
			return script{}, fmt.Errorf("file %s: %w", file, cause(err))
		}
		return script{path: file, text: string(text)}, nil
	case len(args) == 0:
		return script{}, errors.New("no SQL: give it as an argument or with --file")
	}
	return script{path: "query", text: args[0]}, nil
}

// openExisting opens a data directory that is there, or one in memory.
func openExisting(dir string) (*millrace.DB, error) {
	if dir != "" {
		if _, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("data directory %s: %w", dir, cause(err))
		}
		switch is, err := millrace.Exists(dir); {
		case err != nil:
			return nil, err
		case !is:
			return nil, fmt.Errorf("data directory %s: there is no database in it", dir)
		}
	}
	return millrace.Open(dir, nil)
}
