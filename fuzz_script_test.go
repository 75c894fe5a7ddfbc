package millrace

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dlclark/regexp2"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
)

// fuzzCatalog is what a fuzzed script finds: streams of all kinds, a table over a file,
// a view, a function, pumps between them.
const fuzzCatalog = `
CREATE STREAM k (id INTEGER, name VARCHAR(8), price DECIMAL(8, 2), x DOUBLE, seen TIMESTAMP) WITH ('connector'='stream', 'shards'='2');
CREATE STREAM e (id BIGINT, seen TIMESTAMP, WATERMARK FOR seen AS seen - INTERVAL '10' SECOND) WITH ('connector'='stream', 'format'='csv');
CREATE STREAM s (id INTEGER, name VARCHAR(8), x DOUBLE);
CREATE TABLE t (id INTEGER, name CHAR(6), born DATE, rings TIME, b BOOLEAN) WITH ('connector'='file', 'path'='t.csv');
CREATE VIEW v (id, label) AS SELECT id, UPPER(name) FROM t WHERE id > 1;
CREATE FUNCTION f (a INTEGER, b DOUBLE) RETURNS DOUBLE CONTAINS SQL RETURN a * b;
CREATE PUMP p AS INSERT INTO s SELECT STREAM id, name, f(id, x) FROM k;
CREATE PUMP q STOPPED AS INSERT INTO e SELECT STREAM COUNT(*), MAX(ROWTIME) FROM s GROUP BY name, STEP(s.ROWTIME BY INTERVAL '10' SECOND);`

var fuzzRecords = map[string][]string{
	"K": {`{"id":1,"name":"a","price":1.25,"x":0.5,"seen":"2021-03-09 07:05:09"}`, `{"id":2,"name":null,"price":-3}`, `{"id":"x"}`, `no record`, `{"id":3,"name":"ü😀","x":1e308}`},
	"E": {"1,2021-03-09 07:05:09", "2,2021-03-09 07:05:30", "3,2021-03-09 07:05:10", ","},
}

const fuzzTable = "id,name,born,rings,b\n1,one,2021-03-09,07:05:09,true\n2,,2020-02-29,,false\n3,three,,23:59:59.999,\n,,,,\nmany,x,y,z,w\n"

// FuzzScript runs any text that parses, statement by statement, on a small database:
// there is no panic, no goroutine (the bubble ends) and no memory is left, every
// statement ends when its context does, and every error has a place or a name.
func FuzzScript(f *testing.F) {
	for _, script := range fuzzSeeds(f) {
		f.Add(script)
	}
	files := fuzzFiles(f)
	f.Fuzz(func(t *testing.T, script string) {
		statements, err := parse.Parse(script)
		if err != nil {
			wantPlaced(t, script, positioned(err))
			return
		}
		if !confined(statements) {
			return
		}
		dir := t.TempDir()
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		stuck := time.AfterFunc(time.Minute, func() { panic("a statement goes on for a minute: " + script) })
		defer stuck.Stop()
		synctest.Test(t, func(t *testing.T) { fuzzScript(t, dir, script, statements) })
	})
}

// confined tells that statements reach only files below the working directory, few
// enough shards, and few enough statements to end soon.
func confined(statements []ast.Statement) bool {
	for _, s := range statements {
		var options []ast.Option
		switch s := s.(type) {
		case *ast.CreateStream:
			options = s.Options
		case *ast.CreateTable:
			options = s.Options
		case *ast.CreateCrawler:
			options = s.Options
		case *ast.Discover:
			options = append(s.Options, ast.Option{Value: s.Path})
		}
		for _, o := range options {
			if strings.Contains(o.Value, "..") || strings.HasPrefix(strings.TrimSpace(o.Value), "/") {
				return false
			}
			if n, err := strconv.Atoi(o.Value); err == nil && strings.EqualFold(o.Key, "shards") && n > 8 {
				return false
			}
		}
	}
	return len(statements) <= 100
}

func fuzzScript(t *testing.T, dir, script string, statements []ast.Statement) {
	mem := newDirty()
	defer mem.AssertSize(t, 0)
	defer regexp2.StopTimeoutClock()
	db, err := Open("", &Options{Dir: dir, BatchRows: 3, Parallelism: 2, Mem: mem, MemoryBudget: 32 << 20, Functions: slices.Concat(everyFunction, scriptFunctions)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		// A pump that ended says so here; what it said is of the world it ran in.
		if err := db.Close(); err != nil {
			wantPlaced(t, script, err)
		}
	}()
	ctx := context.Background()
	if err := db.Exec(ctx, fuzzCatalog); err != nil {
		t.Fatal(err)
	}
	for stream, records := range fuzzRecords {
		for i, data := range records {
			if _, err := db.Stream(stream).Put(ctx, Record{PartitionKey: strconv.Itoa(i), Data: []byte(data)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, s := range statements {
		end := len(script)
		if i+1 < len(statements) {
			end = statements[i+1].Position().Offset
		}
		text := script[s.Position().Offset:end]
		if _, err := parse.ParseStatement(text); err != nil {
			t.Fatalf("%q of a script is by itself: %v", text, err)
		}
		fuzzStatement(t, db, text)
	}
}

// fuzzStatement runs a statement for as long as its context lets it.
func fuzzStatement(t *testing.T, db *DB, text string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	out, err := db.Do(ctx, text)
	if err != nil {
		wantPlaced(t, text, err)
		return
	}
	if out.Rows == nil {
		return
	}
	for range 200 {
		rec, err := out.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			wantPlaced(t, text, err)
			break
		}
		if rec.NumRows() == 0 {
			t.Errorf("%q: an empty batch", text)
		}
		rowLines(rec)
	}
	if err := out.Rows.Close(); err != nil {
		wantPlaced(t, text, err)
	}
}

// wantPlaced wants an error to have a place in the text, or a name.
func wantPlaced(t *testing.T, text string, err error) {
	t.Helper()
	for _, named := range []error{context.Canceled, context.DeadlineExceeded, exec.ErrMemory, exec.ErrFellBehind} {
		if errors.Is(err, named) {
			return
		}
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: an error without a place: %v", text, err)
	}
	lines := strings.Split(text, "\n")
	if e.Line < 1 || e.Column < 1 || e.Line > len(lines) || e.Msg == "" {
		t.Fatalf("%q: the place of %v", text, err)
	}
	if width := len([]rune(lines[e.Line-1])); e.Column > width+1 {
		t.Fatalf("%q: the column of %v is beyond %d", text, err, width)
	}
}

// fuzzBlocks visits what stands below each directive of the scripts, and the blocks of the
// page on SQL.
func fuzzBlocks(tb testing.TB, visit func(source, directive, text string)) {
	paths, err := filepath.Glob("sql/testdata/*/*.txt")
	if err != nil || len(paths) == 0 {
		tb.Fatal(paths, err)
	}
	for _, path := range append(paths, "docs/sql.md", "docs/functions.md") {
		raw, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		open, shut := "\n\n", "\n----\n"
		if strings.HasSuffix(path, ".md") {
			open, shut = "\n```", "\n```\n"
		}
		for _, part := range strings.Split(string(raw), open) {
			head, rest, _ := strings.Cut(part, "\n")
			body, _, found := strings.Cut(rest+"\n", shut)
			if found {
				visit(path, head, body)
			}
		}
	}
}

// fuzzSeeds are the statements of each script and page, and some over the catalog.
func fuzzSeeds(tb testing.TB) []string {
	var order []string
	scripts := map[string][]string{}
	fuzzBlocks(tb, func(source, directive, text string) {
		switch word, _, _ := strings.Cut(directive, " "); word {
		case "exec", "query", "watch", "run", "explain", "sql", "sql-error":
			if scripts[source] == nil {
				order = append(order, source)
			}
			scripts[source] = append(scripts[source], strings.TrimSuffix(strings.TrimSpace(text), ";"))
		}
	})
	var out []string
	for _, source := range order {
		// What does not parse as a whole is a test of an error: it stands alone.
		var whole []string
		for _, text := range scripts[source] {
			if _, err := parse.Parse(text); err != nil {
				out = append(out, text)
				continue
			}
			if whole = append(whole, text); len(whole) == 12 {
				out, whole = append(out, strings.Join(whole, ";\n")), nil
			}
		}
		out = append(out, strings.Join(whole, ";\n"))
	}
	return append(out,
		"SELECT STREAM ROWTIME, id, SHARD_ID FROM k LIMIT 2; SELECT STREAM * FROM s JOIN t ON s.id = t.id; SELECT * FROM e",
		"INSERT INTO k SELECT id, name, 1.5, 2e0, NULL FROM t; INSERT INTO s VALUES (1, 'a', 2e0); SELECT COUNT(*), SUM(x) FROM k GROUP BY name",
		"ALTER PUMP q START; ALTER PUMP p STOP; SHOW WHY q; EXPLAIN ANALYZE PUMP p; DROP STREAM s CASCADE; SELECT * FROM v",
		"CREATE OR REPLACE VIEW v AS SELECT STREAM id FROM k WHERE f(id, x) > (SELECT MAX(id) FROM t); SELECT STREAM * FROM v UNION ALL SELECT STREAM id FROM e",
		"CREATE OR REPLACE FUNCTION f (a INTEGER, b DOUBLE) RETURNS DOUBLE CONTAINS SQL RETURN b / a; VALUES (f(0, 1e0), HALF(1e0), SHOUT('x', 3))",
		"DISCOVER SCHEMA FROM 't.csv'; DISCOVER SCHEMA FROM k; CREATE CRAWLER c WITH ('path'='.'); RUN CRAWLER c; SHOW TABLES; SHOW PARTITIONS t",
		"CREATE TABLE l (id INTEGER, name VARCHAR) WITH ('connector'='lake', 'location'='l', 'partitioned_by'='name'); INSERT INTO l SELECT id, name FROM v, t; SELECT * FROM l WHERE name = 'x'",
		"SELECT name, GEO_MEAN(x), LONGEST(name), MEDIAN(id), TEXTS(name), ALL_ROWS(), NULLS(id) FROM k GROUP BY name; SELECT * FROM TABLE(WORDS(CURSOR(SELECT id, name FROM k))) AS w (a, b, c)",
		"SELECT STREAM LONGEST(word), TEXT_AT_GREATEST(CAST(\"number\" AS INTEGER), word) FROM TABLE(WORDS(CURSOR(SELECT STREAM id, name FROM s))) AS w GROUP BY FLOOR(w.ROWTIME TO SECOND)",
		"SELECT STREAM name, COUNT(*), MIN(x) FROM k GROUP BY name, FLOOR(k.ROWTIME TO SECOND) HAVING COUNT(*) > 0; SELECT id FROM t WHERE (id, name) NOT IN (SELECT id, label FROM v) ORDER BY 1 LIMIT 2 OFFSET 1",
	)
}

// fuzzFiles are the files that the seeds read.
func fuzzFiles(tb testing.TB) map[string]string {
	out := map[string]string{"t.csv": fuzzTable}
	fuzzBlocks(tb, func(_, directive, text string) {
		word, name, _ := strings.Cut(directive, " ")
		if (word == "file" || word == "csv") && name != "" && out[name] == "" {
			out[name] = text + "\n"
		}
	})
	return out
}
