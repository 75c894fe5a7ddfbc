package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-sql/millrace"
)

// typist is a terminal of a test: lines with the prompts they are typed at. A line
// `^C` gives up what is typed.
type typist struct {
	t       *testing.T
	lines   []string
	prompts []string
}

func (y *typist) line(_ context.Context, prompt string) (string, error) {
	y.prompts = append(y.prompts, prompt)
	if len(y.lines) == 0 {
		return "", io.EOF
	}
	l := y.lines[0]
	y.lines = y.lines[1:]
	if l == "^C" {
		return "", errGivenUp
	}
	return l, nil
}

// safeBuffer is what a session prints while a test looks at it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newSession is a session on a database in memory that prints everything into one
// buffer, as a terminal does.
func newSession(t *testing.T) (*session, *safeBuffer) {
	t.Helper()
	db, err := millrace.Open("", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	out := &safeBuffer{}
	p, err := newPrinter("table", out)
	if err != nil {
		t.Fatal(err)
	}
	return &session{db: db, printer: p, rows: out, log: out, errs: out, interactive: true}, out
}

// typing runs an interactive session to the end of its lines.
func typing(t *testing.T, s *session, lines ...string) *typist {
	t.Helper()
	y := &typist{t: t, lines: lines}
	if err := s.run(t.Context(), "input", y); err != nil {
		t.Fatal(err)
	}
	return y
}

func TestSession(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"a statement over lines", []string{"VALUES (1),", " (2)", ";"}, "┌────────┐\n│ EXPR$0 │\n├────────┤\n│      1 │\n│      2 │\n└────────┘\n2 rows\n"},
		{"two on a line", []string{`\format csv`, "VALUES (1); VALUES (2);"}, "EXPR$0\n1\nEXPR$0\n2\n"},
		{"counts", []string{"CREATE STREAM s (a INTEGER) WITH ('connector'='stream');", "INSERT INTO s VALUES (1), (2);", "INSERT INTO s SELECT 1 / a FROM (VALUES (0)) AS t(a);"}, "ok\nok, 2 rows\nok, 0 rows, rejected: 1; error_stream has them\n"},
		{"goes on after an error", []string{`\format csv`, "VALUES (1);", "VALUES (", "  nope); VALUES (2);"},
			"EXPR$0\n1\ninput:2:3: no column NOPE\n  nope); VALUES (2);\n  ^\nEXPR$0\n2\n"},
		{"an error behind another statement", []string{`\format csv`, "VALUES (1); VALUES (x);"}, "EXPR$0\n1\ninput:1:21: no column X\nVALUES (1); VALUES (x);\n                    ^\n"},
		{"hint", []string{"SELCT 1;"}, "input:1:1: unexpected SELCT\nSELCT 1;\n^\nhint: did you mean SELECT?\n"},
		{"given up", []string{"VALUES (nope", "^C", `\format csv`, "VALUES (3);"}, "EXPR$0\n3\n"},
		{"rows left out", []string{`\format csv`, "SELECT 4 / a AS q FROM (VALUES (0), (2)) AS t(a);"}, "Q\n2\nrows left out: 1; the first: DivideByZero: division by zero\n"},
		{"half a statement at the end", []string{"VALUES (1)"}, ""},
		{"a backslash inside a text", []string{`\format csv`, "VALUES ('a", `\q');`}, "EXPR$0\n\"a\n\\q\"\n"},
		{"quit", []string{`\q`, "VALUES (1);"}, ""},
		{"commands", []string{`\format`, `\format xml`, `\nope`, `\timng`, `\i`, `\q now`}, "the format is table\nformat \"xml\" is not known: table, csv, ndjson\nno command \\nope; \\? lists them\nno command \\timng; did you mean \\timing?\n\\i needs an argument: \\i FILE\n\\q takes no argument\n"},
		{"describe", []string{`\format csv`, "CREATE STREAM s (a INTEGER NOT NULL);", `\d s`, `\d t;`}, "ok\ncolumn,type,null,kind\nA,INTEGER,no,column\nROWTIME,TIMESTAMP,no,pseudo-column\nno stream, table or view T; did you mean S?\n"},
		{"a failure outside", []string{"CREATE TABLE t (a INTEGER) WITH ('connector'='file', 'path'='/nowhere.csv');"}, "input:1:1: file /nowhere.csv does not exist\nCREATE TABLE t (a INTEGER) WITH ('connector'='file', 'path'='/nowhere.csv');\n^\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, out := newSession(t)
			typing(t, s, tt.lines...)
			if got := out.String(); got != tt.want {
				t.Errorf("prints\n%s\nnot\n%s", got, tt.want)
			}
		})
	}
}

func TestSessionPrompts(t *testing.T) {
	s, _ := newSession(t)
	var history []string
	s.history = func(e string) { history = append(history, e) }
	y := typing(t, s, "", "-- nothing", "VALUES", "('a  b',", "  1);", "VALUES (1", "^C", `\timing`, "VALUES (1) -- one", ";")
	short := strings.NewReplacer(prompt, ">", promptMore, ".")
	if got := short.Replace(strings.Join(y.prompts, "")); got != ">>>..>.>>.>" {
		t.Errorf("prompts %s", got)
	}
	if got, want := strings.Join(history, "\n"), "VALUES ('a  b', 1);\n\\timing\nVALUES (1) -- one\n;"; got != want {
		t.Errorf("history\n%s\nnot\n%s", got, want)
	}
}

// waiter is a terminal that types its second line when it is told to.
type waiter struct {
	first string
	rest  chan string
}

func (w *waiter) line(ctx context.Context, _ string) (string, error) {
	if l := w.first; l != "" {
		w.first = ""
		return l, nil
	}
	select {
	case l, ok := <-w.rest:
		if !ok {
			return "", io.EOF
		}
		return l, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// TestSessionStreaming: rows of a stream show as they come; an interrupt ends the
// query and nothing else.
func TestSessionStreaming(t *testing.T) {
	s, out := newSession(t)
	interrupts := make(chan os.Signal, 1)
	s.interrupts = interrupts
	typing(t, s, "CREATE STREAM s (a INTEGER, name VARCHAR(8)) WITH ('connector'='stream');")
	w := &waiter{first: "SELECT STREAM 12 / a AS q, name FROM s;", rest: make(chan string)}
	ended := make(chan error)
	go func() { ended <- s.run(t.Context(), "input", w) }()
	shows := func(want string) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); !strings.HasSuffix(out.String(), want); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("prints\n%s\nwhich does not end in\n%s", out.String(), want)
			}
		}
	}
	put := func(data string) {
		t.Helper()
		if _, err := s.db.Stream("S").Put(t.Context(), millrace.Record{PartitionKey: "k", Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	shows("ok\n       Q  NAME\n--------  --------\n")
	put(`{"a":3,"name":"three"}`)
	shows("       4  three\n")
	put(`{"a":0}`)
	put(`{"a":-1}`)
	shows("     -12  NULL\n")
	interrupts <- os.Interrupt
	shows("2 rows\nrows left out: 1; the first: DivideByZero: division by zero\n")
	w.rest <- "INSERT INTO s SELECT STREAM a, name FROM s;"
	for !strings.HasSuffix(out.String(), "interrupted\n") { // one that comes before the statement is not for it
		select {
		case interrupts <- os.Interrupt:
		case <-time.After(time.Millisecond):
		}
	}
	w.rest <- `\format csv`
	w.rest <- "VALUES (5);"
	shows("EXPR$0\n5\n")
	close(w.rest)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSessionFiles(t *testing.T) {
	s, out := newSession(t)
	dir := t.TempDir()
	good, bad, loop, rows := filepath.Join(dir, "good.sql"), filepath.Join(dir, "bad.sql"), filepath.Join(dir, "loop.sql"), filepath.Join(dir, "rows.csv")
	write(t, good, "-- two\nVALUES (1);\n\\format ndjson\nVALUES (2);\n\\q\nVALUES (9);\n")
	write(t, bad, "VALUES (1);\n\n  VALUES (1 +\n nope);\nVALUES (3);\n")
	write(t, loop, `\i `+loop)
	typing(t, s, `\format csv`, `\i `+good, `\i `+bad, `\i `+loop, `\i gone`, `\format csv`, `\o `+rows, "VALUES (4);", `\o`, "VALUES (5);")
	want := "EXPR$0\n1\n{\"EXPR$0\":2}\n{\"EXPR$0\":1}\n" + bad + ":4:2: no column NOPE\n nope);\n ^\nfile " + loop +
		": more than 16 files include one another\nfile gone: no such file or directory\nEXPR$0\n5\n"
	if got := out.String(); got != want {
		t.Errorf("prints\n%s\nnot\n%s", got, want)
	}
	if got, err := os.ReadFile(rows); err != nil || string(got) != "EXPR$0\n4\n" {
		t.Errorf("%v %s", err, got)
	}
}

func TestSessionLists(t *testing.T) {
	s, out := newSession(t)
	typing(t, s, `\format csv`, "CREATE STREAM s (a INTEGER);", "CREATE PUMP p STOPPED AS INSERT INTO s SELECT STREAM a FROM s;", `\d`, `\timing`, "VALUES (1);", `\?`)
	for _, want := range []string{"streams:\nstream,connector", "\nS,in-application,,,", "tables:\ndatabase,table", "pumps:\npump,state,into", "\nP,stopped,S,", "timing is on\n", `\format [FORM]`, "Statements end with a semicolon."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("prints\n%s\nwithout %s", out.String(), want)
		}
	}
	if !regexp.MustCompile(`EXPR\$0\n1\ntime: [0-9.]+(µs|ms|s)\n`).MatchString(out.String()) {
		t.Errorf("no time in\n%s", out.String())
	}
}

func TestSessionCrawler(t *testing.T) {
	s, out := newSession(t)
	dir := t.TempDir()
	typing(t, s, `\format csv`, "CREATE TABLE sales (qty BIGINT) WITH ('connector'='lake', 'location'='"+dir+"/sales');", "INSERT INTO sales VALUES (3), (4);",
		"CREATE CRAWLER c WITH ('path'='"+dir+"', 'database'='shop');", "RUN CRAWLER c;", "SELECT SUM(qty) AS s FROM shop.sales;")
	got := out.String()
	if !strings.HasPrefix(got, "ok\nok, 2 rows\nok\ncrawler C: ") || !strings.HasSuffix(got, "ok\nS\n7\n") {
		t.Errorf("prints\n%s", got)
	}
}

// TestScriptOnStandardInput: the same statements without a terminal end at the
// first error.
func TestScriptOnStandardInput(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	in := "CREATE STREAM s (a INTEGER)\n  WITH ('connector'='stream');\nINSERT INTO s VALUES (1), (2);\n\\format csv\nSELECT COUNT(*) AS n FROM s"
	out, errs, err := callWith(t.Context(), in, data, "--create")
	if err != nil || out != "N\n2\n" || errs != "ok\nok, 2 rows\n" {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
	out, errs, err = callWith(t.Context(), "SELECT a FROM s;\n\n SELECT b\nFROM s; VALUES (1);", data, "--format", "ndjson", "-q")
	if err == nil || out != "{\"A\":1}\n{\"A\":2}\n" || errs != "stdin:3:9: no column B\n SELECT b\n        ^\nhint: did you mean A?\n" {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
	if _, _, err = callWith(t.Context(), `\nope`); err == nil || err.Error() != `no command \nope; \? lists them` {
		t.Error(err)
	}
	for _, tt := range []struct{ args, want string }{
		{data + "x", "data directory " + data + "x: no such file or directory; --create makes a new one"},
		{filepath.Dir(data), "data directory " + filepath.Dir(data) + ": there is no database in it; --create makes one"},
		{"qury", "unknown command \"qury\" for \"millrace\"\n\nDid you mean this?\n\tquery"},
	} {
		if _, _, err := call(tt.args); err == nil || err.Error() != tt.want {
			t.Errorf("%v\nnot %s", err, tt.want)
		}
	}
}

func TestComplete(t *testing.T) {
	s, _ := newSession(t)
	typing(t, s, `CREATE STREAM orders (item VARCHAR(8), qty INTEGER, "value" INTEGER) WITH ('connector'='stream');`, "CREATE STREAM other (item VARCHAR(8), shop INTEGER);",
		"CREATE FUNCTION knots (kmh DOUBLE) RETURNS DOUBLE RETURN kmh / 1.852;",
		`CREATE TABLE items (item VARCHAR(8)) WITH ('connector'='lake', 'location'='`+t.TempDir()+`');`)
	tests := []struct{ typed, line, want string }{
		{"", "SEL", "SELECT"}, {"", "sel", "select"}, {"", `\ti`, `\timing`}, {"", `\d or`, "orders"}, {"", `\format n`, "ndjson"},
		{"", "SELECT * FROM or", "orders"}, {"", "select * from o", "orders other"}, {"", "INSERT INTO IT", "ITEMS"},
		{"", "SELECT q", "qty quarter("}, {"", "SELECT CURRENT_D", "CURRENT_DATE"}, {"", "SELECT cou", "count( count_distinct_items_tumbling("}, {"", "SELECT kn", "knots("}, {"", "SELECT 'or", ""}, {"SELECT * FROM orders", "WHERE sho", "show"},
		{"SELECT * FROM other", "WHERE sho", "shop show"}, {"", "SELECT orders.q", "qty"}, {"", `SELECT orders.`, `"value" approximate_arrival_time item partition_key qty rowtime sequence_number shard_id`},
		{"SELECT * FROM other AS o, orders AS x", "WHERE x.q", "qty"}, {"SELECT *", "FROM default.i", "items"},
	}
	for _, tt := range tests {
		s.now = newTyped("input")
		if tt.typed != "" {
			s.now.add(tt.typed)
		}
		_, words, _ := s.complete(tt.line, len([]rune(tt.line)))
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s %s: %s, not %s", tt.typed, tt.line, got, tt.want)
		}
	}
	if head, words, tail := s.complete("SELECT qt FROM orders", 9); head != "SELECT " || strings.Join(words, " ") != "qty" || tail != " FROM orders" {
		t.Errorf("in the middle: %q %q %q", head, words, tail)
	}
}
