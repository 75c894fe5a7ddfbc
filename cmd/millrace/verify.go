package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

// errProblems is the exit status of a verification that found something; the
// problems have been printed.
var errProblems = errors.New("the data directory has problems")

func verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify DIR",
		Short: "Check a data directory and its lake tables",
		Long: "Read every block of the log, every checkpoint, every definition and the files of the lake\n" +
			"tables defined in a data directory, and say what is damaged, missing or left over, and what\n" +
			"can be done. Nothing is changed. Exit status 1 if there is a problem; what crashes have left\n" +
			"is shown, and is none.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			problems, leftovers := 0, 0
			v, err := millrace.Verify(cmd.Context(), args[0], func(p millrace.Problem) {
				if p.Leftover {
					leftovers++
				} else {
					problems++
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n  %s\n  %s\n", p.Where, p.What, p.Repair)
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d streams with %d shards, %d blocks, %d records; %d checkpoints with %d chunks; "+
				"%d definitions, %d tables, %d partitions; %d lake tables; %.1f MB\n",
				v.Streams, v.Shards, v.Blocks, v.Records, v.Checkpoints, v.Chunks, v.Definitions, v.Tables, v.Partitions, v.LakeTables, float64(v.Bytes)/1e6)
			if problems > 0 {
				return fmt.Errorf("%w: %s", errProblems, count(int64(problems), "problem"))
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "no problems; %s of crashes, harmless\n", count(int64(leftovers), "leftover"))
			return err
		},
	}
}
