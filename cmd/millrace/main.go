// Command millrace runs streaming SQL: scripts, single queries, plans. It is a
// thin user of the package at the root of the module.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A later signal ends the process at once. Not the one right behind the first:
	// wrappers signal the process and then its group.
	context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, stop) })
	root := command()
	if err := root.ExecuteContext(ctx); err != nil {
		var shown *shownError
		if !errors.As(err, &shown) {
			fmt.Fprintln(os.Stderr, "millrace:", err)
		}
		os.Exit(1)
	}
}

// shownError has been printed with its source line already.
type shownError struct{ error }

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "millrace",
		Short:         "Streaming SQL over files, streams and Parquet, in one binary",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(runCommand(), queryCommand(), explainCommand(), putCommand(), getCommand(), tailCommand())
	return root
}
