package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/plan"
)

var rewrite = flag.Bool("rewrite", false, "write docs/functions.md")

// TestFunctionExamples runs every example of the table of functions.
func TestFunctionExamples(t *testing.T) {
	for _, family := range plan.Families() {
		for _, f := range family.Functions {
			if len(f.Examples) == 0 || f.Doc == "" || !strings.HasPrefix(f.Usage, f.Name) {
				t.Errorf("%s has no example, Doc or Usage", f.Name)
			}
			for _, e := range f.Examples {
				out, errs, err := call("query", "--format", "csv", "VALUES ("+e.SQL+")")
				if err != nil || strings.Contains(errs, "left out") {
					t.Errorf("%s: %v %s", e.SQL, err, errs)
					continue
				}
				if got := oneValue(t, out); got != e.Result {
					t.Errorf("%s = %s, want %s", e.SQL, got, e.Result)
				}
			}
		}
	}
}

// oneValue is the one value of a CSV result: NULL and the empty string by their literals,
// a record as CSV.
func oneValue(t *testing.T, out string) string {
	t.Helper()
	_, value, _ := strings.Cut(out, "\n")
	switch value {
	case "\n":
		return "NULL"
	case "\"\"\n":
		return "''"
	}
	row, err := csv.NewReader(strings.NewReader(value)).Read()
	if err != nil || len(row) == 0 {
		t.Fatalf("%q is no value: %v", out, err)
	}
	return strings.Join(row, ",") // of several columns, the fields of a record
}

// TestFunctionsPage holds docs/functions.md against the table it is made from.
func TestFunctionsPage(t *testing.T) {
	const path = "../../docs/functions.md"
	want := functionsPage()
	if *rewrite {
		write(t, path, want)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/functions.md is not what the table of functions says: go test -run TestFunctionsPage ./cmd/millrace -rewrite")
	}
}

func functionsPage() string {
	var b strings.Builder
	b.WriteString("# Functions\n\nMade from the table of functions in sql/plan; `SHOW FUNCTIONS` prints the same. Every example here is run by the tests.\n" +
		"An argument that is NULL makes the result NULL unless it says otherwise. A value that cannot be computed rejects its row.\n")
	for _, family := range plan.Families() {
		fmt.Fprintf(&b, "\n## %s\n\n| Function | | Examples |\n|---|---|---|\n", family.Name)
		for _, f := range family.Functions {
			usage := code(f.Usage)
			if len(f.Synonyms) > 0 {
				usage += "; also " + code(strings.Join(f.Synonyms, ", "))
			}
			examples := make([]string, len(f.Examples))
			for i, e := range f.Examples {
				examples[i] = code(e.SQL) + " = " + code(e.Result)
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", usage, strings.ReplaceAll(f.Doc, "|", `\|`), strings.Join(examples, "<br>"))
		}
	}
	return b.String()
}

// code is text in a cell of a Markdown table.
func code(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }
