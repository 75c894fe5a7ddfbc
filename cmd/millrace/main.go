// Command millrace runs streaming SQL: scripts, single queries, plans, statements
// as they are typed; and it puts and gets records of streams. It is a thin user of
// the package at the root of the module.
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

// errInterrupted ends a statement or a command that the user stopped.
var errInterrupted = errors.New("interrupted")

// byInterrupt tells that an error is only what the end of ctx, the user's interrupt,
// has made of a call. Whatever else goes wrong at that moment is told.
func byInterrupt(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, errInterrupted))
}

// shownError has been printed with its source line already.
type shownError struct{ error }

func command() *cobra.Command {
	var sh shell
	root := &cobra.Command{
		Use:   "millrace [DIR]",
		Short: "Streaming SQL over files, streams and Parquet, in one binary",
		Long: "Streaming SQL over files, streams and Parquet, in one binary.\n\n" +
			"Without a command: statements typed on a terminal, or those of standard input one after the\n" +
			"other, in memory or on the data directory DIR.",
		Args:          cobra.MaximumNArgs(1),
		RunE:          sh.run,
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
	}
	sh.flags(root)
	root.AddCommand(runCommand(), queryCommand(), explainCommand(), putCommand(), getCommand(), tailCommand(), verifyCommand(), discoverCommand())
	return root
}
