package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

func discoverCommand() *cobra.Command {
	var format, name string
	c := &cobra.Command{
		Use:   "discover FILE",
		Short: "Write the CREATE STREAM that reads a file",
		Long: "Look at the beginning of a file of JSON lines or delimited text and print a CREATE STREAM\n" +
			"that reads it, ready to run. Nested objects of one and two levels become columns with paths,\n" +
			"arrays are text. What a sample shows is no promise: look at the types before you rely on them.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sql, err := millrace.Discover(args[0], format, name)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), sql)
			return err
		},
	}
	c.Flags().StringVar(&format, "format", "", "json or csv, where it is not to be found out")
	c.Flags().StringVar(&name, "name", "", "the stream's name; else that of the file")
	return c
}
