package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// readmeMain is what a reader has around the README's program. Its clock jumps two
// minutes before the rows are read, so that the window closes at once.
const readmeMain = `package main

import (
	"context"
	"fmt"
	"log"
	"sync/atomic"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
)

func main() {
	ctx := context.Background()
	var now atomic.Int64
	now.Store(1615280405000000) // 2021-03-09 09:00:05
	clock := func() types.Time { return types.Time(now.Load()) }
PROGRAM
}
`

// TestReadmeProgram compiles and runs the ten lines of the README as they stand
// there, with a clock of its own and a body for the loop.
func TestReadmeProgram(t *testing.T) {
	var program string
	for _, b := range blocks(t, "../../README.md") {
		if b.info == "go" {
			program = b.text
		}
	}
	for _, change := range []struct{ from, to string }{
		{`millrace.Open("", nil)`, `millrace.Open("", &millrace.Options{Now: clock})`},
		{"for rec,", "if err != nil {\nlog.Fatal(err)\n}\nnow.Add(120e6)\nfor rec,"},
		{"{ ... }", "{\nif err != nil {\nlog.Fatal(err)\n}\nfmt.Println(rec.NumRows(), rec.Column(0), rec.Column(1), rec.Column(2), rec.Column(3))\nbreak\n}\nfmt.Println(db.Close())"},
	} {
		if strings.Count(program, change.from) != 1 {
			t.Fatalf("the README's program has no %s", change.from)
		}
		program = strings.Replace(program, change.from, change.to, 1)
	}
	path := filepath.Join(t.TempDir(), "main.go")
	write(t, path, strings.Replace(readmeMain, "PROGRAM", program, 1))
	out, err := exec.Command("go", "run", path).CombinedOutput()
	if want := "1 [1615280460000000] [\"home\"] [1] [180]\n<nil>\n"; /* 09:01:00, the end of the window */ err != nil || string(out) != want {
		t.Errorf("%v\n%s\nnot\n%s", err, out, want)
	}
}

// TestReadmeSQL runs the README's script over a file like the one it names, with
// a line that does not fit.
func TestReadmeSQL(t *testing.T) {
	ran := 0
	for _, b := range blocks(t, "../../README.md") {
		if b.info != "sql" {
			continue
		}
		ran++
		path := scriptIn(t, b.text, "trades.csv", "at,sym,px\n2021-03-09 09:00:00,A,10\n2021-03-09 09:14:59,A,11\n2021-03-09 09:15:00,A,1\n2021-03-09 09:16:00,B,many\n")
		out, errs, err := call("run", "--format", "csv", path)
		want := "ROWTIME,SYM,N,MEAN\n2021-03-09 09:15:00.000,A,2,10.5\n2021-03-09 09:30:00.000,A,1,1\n"
		if err != nil || out != want || errs != "query 1: rows left out: 1; the first: CoercionError: column PX: \"many\" is not a number (byte 22)\n" {
			t.Errorf("README.md:%d: %v\n%s%s", b.line, err, out, errs)
		}
	}
	if ran != 1 {
		t.Errorf("the README has %d SQL blocks", ran)
	}
	// Files that the README names are there.
	for _, name := range []string{"examples/flights.sql", "docs/sql.md", "docs/cli.md", "docs/performance.md", "doc.go", "sql/testdata", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"} {
		if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
			t.Error(err)
		}
	}
}
