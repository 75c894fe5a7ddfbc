package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// brokenPipe is an output that fails, and at that moment the user interrupts.
type brokenPipe struct{ interrupt context.CancelFunc }

func (b brokenPipe) Write([]byte) (int, error) {
	b.interrupt()
	return 0, errors.New("the pipe is broken")
}

// TestErrorsAtAnInterrupt: what goes wrong is told, also while everything ends
// because of an interrupt.
func TestErrorsAtAnInterrupt(t *testing.T) {
	data := recordsIn(t)
	file := filepath.Join(t.TempDir(), "in")
	write(t, file, "{\"a\":1}\n{\"a\":2}\n")
	script := scriptIn(t, "VALUES (1);")
	for _, args := range []string{
		"put s --receipts --data " + data + " " + file, "get s --data " + data, "tail s --start oldest --data " + data,
		"run -q " + script, "run -q --put s=" + file + " --data " + data + " " + script, "query VALUES(1)", data,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		c := command()
		c.SetOut(brokenPipe{cancel})
		c.SetErr(io.Discard)
		c.SetIn(strings.NewReader("VALUES (1);"))
		c.SetArgs(strings.Fields(args))
		if err := c.ExecuteContext(ctx); err == nil || !strings.Contains(err.Error(), "the pipe is broken") {
			t.Errorf("%s: %v", args, err)
		}
		cancel()
	}
}
