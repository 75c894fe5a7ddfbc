package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDiscover: what is printed runs, and what cannot be made out is an error that
// shows it.
func TestDiscover(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "it's.txt")
	write(t, path, "a;b c\n1;x\n2;\n")
	out, errs, err := call("discover", path)
	if err != nil || errs != "" {
		t.Fatal(err, errs)
	}
	want := "CREATE STREAM it_s (\n  \"a\" INTEGER,\n  \"COL_bc\" VARCHAR(4)\n) WITH ('connector'='file', 'path'='" + strings.ReplaceAll(path, "'", "''") +
		"', 'format'='csv', 'column_delimiter'=';', 'header'='skip');\n"
	if out != want {
		t.Errorf("%s\nnot\n%s", out, want)
	}
	script := scriptIn(t, out+"SELECT STREAM a, COL_bc FROM it_s;")
	if out, errs, err := call("run", "--format", "csv", script); err != nil || out != "a,COL_bc\n1,x\n2,\n" {
		t.Errorf("%v %s\n%s", err, errs, out)
	}
	out, _, err = call("discover", path, "--format", "csv", "--name", "select")
	if err != nil || !strings.HasPrefix(out, `CREATE STREAM "select" (`) {
		t.Errorf("%v\n%s", err, out)
	}
	write(t, path, "words alone\n")
	for _, tt := range []struct{ args, want string }{
		{path, "file " + path + ": unable to detect a schema: neither JSON objects, one a line, nor text with one of the delimiters , ; tab |; the sample begins with \"words alone\""},
		{path + " --format json", "file " + path + ": unable to detect a schema: no JSON objects, one a line; the sample begins with \"words alone\""},
		{path + " --format xml", `option 'format' is "xml", not json or csv`},
		{dir, "file " + dir + ": is a directory"},
		{path + "2", "file " + path + "2: no such file or directory"},
	} {
		out, _, err := call(append([]string{"discover"}, strings.Fields(tt.args)...)...)
		if err == nil || err.Error() != tt.want || out != "" {
			t.Errorf("%s: %v\n%s", tt.args, err, out)
		}
	}
}
