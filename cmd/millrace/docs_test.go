package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/plan"
)

// block is a fenced block of a page: info is what stands behind the fence.
type block struct {
	info, text string
	line       int
}

// blocks cuts a Markdown page.
func blocks(t *testing.T, path string) []block {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	inside := false
	for i, line := range strings.Split(string(page), "\n") {
		fence, is := strings.CutPrefix(line, "```")
		switch {
		case is && !inside:
			out = append(out, block{info: fence, line: i + 1})
			inside = true
		case is:
			inside = false
		case inside:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// errorPlace is how every mistake in a script begins.
var errorPlace = regexp.MustCompile(`^\S+\.sql:\d+:\d+: (.*)`)

// TestPage runs docs/sql.md: its blocks, in order, on one data directory. A
// `text` block is what the block before it prints, an error as `error: message`.
func TestPage(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	list := blocks(t, "../../docs/sql.md")
	for i, b := range list {
		kind, name, _ := strings.Cut(b.info, " ")
		switch kind {
		case "csv":
			write(t, filepath.Join(dir, name), b.text)
		case "sql":
			want, checked := "", i+1 < len(list) && list[i+1].info == "text"
			if checked {
				want = list[i+1].text
			}
			path := filepath.Join(dir, fmt.Sprintf("line%d.sql", b.line))
			write(t, path, b.text)
			out, errs, err := call("run", "--quiet", "--format", "csv", "--data", data, path)
			if m := errorPlace.FindStringSubmatch(errs); err != nil && m != nil {
				out += "error: " + m[1] + "\n"
			}
			if checked && out != want {
				t.Errorf("docs/sql.md:%d: prints\n%s\nnot\n%s\n%s", b.line, out, want, errs)
			}
			if !strings.Contains(want, "error: ") && err != nil {
				t.Errorf("docs/sql.md:%d: %v\n%s", b.line, err, errs)
			}
		case "sql-error":
			for _, sql := range strings.Split(strings.TrimSpace(b.text), "\n") {
				path := filepath.Join(dir, "refused.sql")
				write(t, path, sql)
				_, errs, err := call("run", "--format", "ndjson", "--data", data, path)
				if m := errorPlace.FindStringSubmatch(errs); err == nil || m == nil {
					t.Errorf("%s: %v, want an error with its place; %s", sql, err, errs)
				}
			}
		case "text":
		default:
			t.Errorf("docs/sql.md:%d: a block of %q is run by nobody", b.line, b.info)
		}
	}
}

// TestPageListsAggregates: the page has every aggregate; the other functions are on a
// page that is made from their table.
func TestPageListsAggregates(t *testing.T) {
	page, err := os.ReadFile("../../docs/sql.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "| Aggregate |")
	section, _, _ = strings.Cut(section, "\n\n")
	for _, name := range plan.Aggregates() {
		if !strings.Contains(section, "`"+name+"(") {
			t.Errorf("docs/sql.md does not list %s", name)
		}
	}
}
