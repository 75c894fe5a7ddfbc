package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace"
)

// varying is what differs from run to run.
var varying = regexp.MustCompile(`in [0-9.]+ s, \d+ records/s`)

func steady(s string) string {
	return varying.ReplaceAllString(arrival.ReplaceAllString(s, "T"), "in T s")
}

// TestCommandPage types docs/cli.md: its files and commands, in order, in one
// folder.
func TestCommandPage(t *testing.T) {
	list := blocks(t, "../../docs/cli.md")
	t.Chdir(t.TempDir())
	ran := 0
	for _, b := range list {
		kind, name, _ := strings.Cut(b.info, " ")
		got := b.text
		switch kind {
		case "sql", "ndjson":
			write(t, name, b.text)
		case "console":
			got = console(t, b.text)
			ran++
		case "session":
			got = transcript(t, b.text)
			ran++
		default:
			t.Errorf("docs/cli.md:%d: a block of %q is run by nobody", b.line, b.info)
		}
		if steady(got) != steady(b.text) {
			t.Errorf("docs/cli.md:%d: prints\n%s\nnot\n%s", b.line, got, b.text)
		}
	}
	if ran < 8 {
		t.Errorf("the page has %d examples", ran)
	}
}

// console runs the commands of a block, what stands behind `$ `, and gives the
// block as it should be: standard output, then standard error, then the error.
func console(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	for l := range strings.Lines(text) {
		command, is := strings.CutPrefix(l, "$ millrace")
		if !is {
			continue
		}
		command, file, redirected := strings.Cut(strings.TrimSpace(command), " < ")
		in := ""
		if redirected {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in = string(b)
		}
		o, e, err := callWith(context.Background(), in, words(command)...)
		out.WriteString(l + o)
		if place := regexp.MustCompile(`(?m)^\S+:\d+:\d+: `).FindStringIndex(e); err != nil && place != nil {
			e = e[:place[0]] + "error: " + e[place[0]:]
		} else if err != nil {
			e += "error: " + err.Error() + "\n"
		}
		out.WriteString(e)
	}
	return out.String()
}

// words cuts a command line, with single quotes as a shell has them.
func words(command string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(command, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// transcriber is a terminal that shows what is typed on it.
type transcriber struct {
	lines []string
	out   *safeBuffer
}

func (y *transcriber) line(_ context.Context, prompt string) (string, error) {
	if len(y.lines) == 0 {
		return `\q`, nil
	}
	l := y.lines[0]
	y.lines = y.lines[1:]
	_, err := y.out.Write([]byte(prompt + l + "\n"))
	return l, err
}

// transcript types what stands behind the prompts of a block in a session on the
// page's data directory, and gives what the screen shows.
func transcript(t *testing.T, text string) string {
	t.Helper()
	db, err := millrace.Open(filepath.Join(".", "data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	out := &safeBuffer{}
	p, err := newPrinter("table", out)
	if err != nil {
		t.Fatal(err)
	}
	y := &transcriber{out: out}
	for l := range strings.Lines(text) {
		for _, prompt := range []string{prompt, promptMore} {
			if typed, is := strings.CutPrefix(l, prompt); is {
				y.lines = append(y.lines, strings.TrimSuffix(typed, "\n"))
			}
		}
	}
	s := &session{db: db, printer: p, rows: out, log: out, errs: out, interactive: true}
	if err := s.run(t.Context(), "input", y); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCommandPageLists: the page has every command, option and backslash command.
func TestCommandPageLists(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	has := func(text string) {
		if !strings.Contains(string(page), text) {
			t.Errorf("docs/cli.md does not have %s", text)
		}
	}
	for _, b := range backslashes() {
		has("`" + b.name)
	}
	root := command()
	for _, c := range root.Commands() {
		has("`millrace " + c.Name() + " ")
		for _, name := range []string{"data", "format", "quiet", "again", "key", "partition-key", "batch", "receipts", "start", "shard", "limit", "create"} {
			if c.Flags().Lookup(name) != nil {
				has("`--" + name)
			}
		}
	}
}
