package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerify: a good directory has no problems; a table of the lake that lost a
// file, and a file that is no database, have.
func TestVerify(t *testing.T) {
	script := scriptIn(t, `
		CREATE STREAM t (id INTEGER, name VARCHAR(8)) WITH ('connector'='file', 'path'='t.csv');
		CREATE STREAM kept (id INTEGER) WITH ('connector'='stream');
		CREATE TABLE landed (id INTEGER) WITH ('connector'='lake', 'location'='landed');
		CREATE PUMP p AS INSERT INTO kept SELECT STREAM id FROM t;
		CREATE PUMP l AS INSERT INTO landed SELECT STREAM id FROM t;`, "t.csv", "id,name\n1,a\n2,b\n")
	data := filepath.Join(t.TempDir(), "data")
	if _, errs, err := call("run", "-q", "--data", data, script); err != nil {
		t.Fatal(err, errs)
	}
	out, errs, err := call("verify", data)
	if err != nil || out != "" || !strings.Contains(errs, "2 records; ") || !strings.Contains(errs, "no problems; 0 leftovers") {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(script), "landed", "*.parquet"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	out, _, err = call("verify", data)
	if err == nil || !strings.Contains(out, "the file is missing, with 2 rows") || !strings.Contains(err.Error(), "1 problem") {
		t.Errorf("without a file of the table: %v\n%s", err, out)
	}
	if _, _, err := call("verify", filepath.Dir(script)); err == nil || !strings.Contains(err.Error(), "no database in it") {
		t.Errorf("a folder without a database: %v", err)
	}
}
