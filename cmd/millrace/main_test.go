package main

import (
	"bytes"
	"context"
	"os"
	"testing"
)

// call runs the command line in this process.
func call(args ...string) (out, errs string, err error) {
	var o, e bytes.Buffer
	c := command()
	c.SetArgs(args)
	c.SetOut(&o)
	c.SetErr(&e)
	err = c.ExecuteContext(context.Background())
	return o.String(), e.String(), err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
