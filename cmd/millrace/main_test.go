package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// call runs the command line in this process.
func call(args ...string) (out, errs string, err error) {
	return callWith(context.Background(), "", args...)
}

// callWith has standard input, too, and a context that stands for an interrupt.
func callWith(ctx context.Context, in string, args ...string) (out, errs string, err error) {
	var o, e bytes.Buffer
	c := command()
	c.SetIn(strings.NewReader(in))
	c.SetArgs(args)
	c.SetOut(&o)
	c.SetErr(&e)
	err = c.ExecuteContext(ctx)
	return o.String(), e.String(), err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
