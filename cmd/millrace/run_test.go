package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const people = "id,name,note\r\n1,\"Anna \"\"A\"\"\",\"a, b\"\r\n2,,\"\"\r\n3,\"two\nlines\",größer\r\n"

const peopleTable = "CREATE TABLE t (id INTEGER, name VARCHAR(16), note VARCHAR(16)) WITH ('connector'='file', 'path'='people.csv');\n"

// scriptIn writes a script into a folder of its own, beside the files it reads.
func scriptIn(t *testing.T, sql string, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "people.csv"), people)
	for i := 0; i < len(files); i += 2 {
		write(t, filepath.Join(dir, files[i]), files[i+1])
	}
	path := filepath.Join(dir, "app.sql")
	write(t, path, sql)
	return path
}

func TestRunFormats(t *testing.T) {
	finite := peopleTable + "SELECT * FROM t;\nSELECT id, name FROM t WHERE id > 5;\n"
	streams := "CREATE STREAM s (n INTEGER, v VARCHAR(4));\nINSERT INTO s VALUES (1, ''), (2, NULL);\nSELECT STREAM n, v FROM s;\n"
	tests := []struct{ name, sql, format, want string }{
		{"table", finite, "table", `
┌────┬────────────┬────────┐
│ ID │ NAME       │ NOTE   │
├────┼────────────┼────────┤
│  1 │ Anna "A"   │ a, b   │
│  2 │ NULL       │        │
│  3 │ two\nlines │ größer │
└────┴────────────┴────────┘
3 rows
┌────┬──────┐
│ ID │ NAME │
├────┼──────┤
└────┴──────┘
0 rows
`},
		{"csv", finite, "csv", `
ID,NAME,NOTE
1,"Anna ""A""","a, b"
2,,""
3,"two
lines",größer
ID,NAME
`},
		{"ndjson", finite, "ndjson", `
{"ID":1,"NAME":"Anna \"A\"","NOTE":"a, b"}
{"ID":2,"NAME":null,"NOTE":""}
{"ID":3,"NAME":"two\nlines","NOTE":"größer"}
`},
		{"one row", "VALUES (1);", "table", "\n┌────────┐\n│ EXPR$0 │\n├────────┤\n│      1 │\n└────────┘\n1 row\n"},
		{"live table", strings.Replace(streams, "(1, ''), ", "", 1), "table", "\n       N  V\n--------  ----\n       2  NULL\n"},
		{"live table without rows", "CREATE STREAM s (n INTEGER);\nSELECT STREAM n FROM s;", "table", "\n       N\n--------\n"},
		{"live csv", streams, "csv", "\nN,V\n1,\"\"\n2,\n"},
		{"live ndjson", streams, "ndjson", "\n{\"N\":1,\"V\":\"\"}\n{\"N\":2,\"V\":null}\n"},
		{"nothing", "-- only a comment\n;;", "csv", "\n"},
		{"empty", "", "table", "\n"},
		{"byte order mark", "\ufeffVALUES (1)", "csv", "\nEXPR$0\n1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, errs, err := call("run", "--format", tt.format, scriptIn(t, tt.sql))
			if err != nil || errs != "" {
				t.Fatalf("%v; standard error %q", err, errs)
			}
			if want := tt.want[1:]; out != want {
				t.Errorf("prints\n%s\nnot\n%s", out, want)
			}
		})
	}
}

func TestRunTwoStreamingSelects(t *testing.T) {
	path := scriptIn(t, "CREATE STREAM s (n INTEGER);\nINSERT INTO s VALUES (1);\nSELECT STREAM n FROM s;\n\tSELECT STREAM n + 1 AS m FROM s;\n")
	for _, format := range []string{"table", "csv"} {
		out, errs, err := call("run", "--format", format, path)
		want := path + ":4:2: two streaming SELECTs run at the same time here: their rows would mix\n" +
			"\tSELECT STREAM n + 1 AS m FROM s;\n\t^\nhint: the format ndjson tells them apart\n"
		if err == nil || out != "" || errs != want {
			t.Errorf("%s: %v\n%s%s\nnot\n%s", format, err, out, errs, want)
		}
	}
	out, errs, err := call("run", "--format", "ndjson", path)
	if err != nil || errs != "" {
		t.Fatal(err, errs)
	}
	a, b := `{"_query":1,"N":1}`+"\n", `{"_query":2,"M":2}`+"\n"
	if out != a+b && out != b+a {
		t.Errorf("prints\n%s", out)
	}
}

// account is a script whose pump rejects one record of four and filters another.
const account = `CREATE STREAM t (id INTEGER, name VARCHAR(8)) WITH ('connector'='file', 'path'='t.csv');
CREATE STREAM kept (id INTEGER, name VARCHAR(8)) WITH ('connector'='stream');
CREATE PUMP p AS INSERT INTO kept SELECT STREAM * FROM t WHERE id <> 2;
SELECT * FROM kept;
`

func TestRunSummary(t *testing.T) {
	path := scriptIn(t, account, "t.csv", "id,name\n1,a\n2,b\nx,c\n4,d\n")
	out, errs, err := call("run", "--format", "csv", path)
	if err != nil || out != "ID,NAME\n1,a\n4,d\n" {
		t.Errorf("%v; prints\n%s", err, out)
	}
	for _, want := range []string{
		"│ pump │ in │ out │ filtered │ late │ rejected │ waiting │ rows/s │",
		"│ P    │  4 │   2 │        1 │    0 │        1 │       0 │",
		"rows rejected: 1; SELECT ERROR_NAME, MESSAGE, STREAM_NAME, SEQUENCE_NUMBER FROM error_stream shows them\n",
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("standard error\n%s\nlacks\n%s", errs, want)
		}
	}
	out, errs, err = call("run", "--format", "csv", "--quiet", path)
	if err != nil || errs != "" || out != "ID,NAME\n1,a\n4,d\n" {
		t.Errorf("quiet: %v; %q; prints\n%s", err, errs, out)
	}
}

func TestRunTwiceOnOneDataDirectory(t *testing.T) {
	path := scriptIn(t, account+"INSERT INTO kept VALUES (9, 'z');\nSELECT COUNT(*) AS n FROM kept;\n", "t.csv", "id,name\n1,a\nx,c\n")
	data := filepath.Join(t.TempDir(), "made", "data")
	for i, want := range []string{"ID,NAME\n1,a\nN\n2\n", "ID,NAME\n1,a\n9,z\nN\n2\n"} {
		out, errs, err := call("run", "--format", "csv", "--data", data, path)
		if err != nil || out != want {
			t.Errorf("run %d: %v; prints\n%s\n%s", i+1, err, out, errs)
		}
		if done := "line 5: INSERT INTO KEPT was already done on this data directory\n"; strings.Contains(errs, done) != (i == 1) {
			t.Errorf("run %d says\n%s", i+1, errs)
		}
	}
	// The file has grown, and the INSERT is wanted once more.
	write(t, filepath.Join(filepath.Dir(path), "t.csv"), "id,name\n1,a\nx,c\n5,e\n")
	out, _, err := call("run", "--format", "csv", "--again", "--data", data, path)
	if want := "ID,NAME\n1,a\n9,z\n5,e\nN\n4\n"; err != nil || out != want {
		t.Errorf("grown: %v; prints\n%s", err, out)
	}
	out, errs, err := call("query", "--format", "csv", "--data", data, "SELECT ERROR_NAME, SEQUENCE_NUMBER FROM error_stream")
	if want := "ERROR_NAME,SEQUENCE_NUMBER\nCoercionError,line 3\n"; err != nil || out != want || errs != "" {
		t.Errorf("query: %v %s; prints\n%s", err, errs, out)
	}
	// Another file in its place is an error, and what is there stays.
	write(t, filepath.Join(filepath.Dir(path), "t.csv"), "id,name\n7,other\n8,lines\n9,here\n")
	if _, errs, err := call("run", "--data", data, path); err == nil || !strings.Contains(err.Error()+errs, "it is not the one that was read before") {
		t.Errorf("replaced: %v %s", err, errs)
	}
}

func TestMistakes(t *testing.T) {
	long := "VALUES ('" + strings.Repeat("x", 400) + "', nope, '" + strings.Repeat("y", 400) + "')"
	tests := []struct{ name, sql, want string }{
		{"column", peopleTable + "SELECT id,\n\tnmae FROM t;", ":3:2: no column NMAE\n\tnmae FROM t;\n\t^\nhint: did you mean NAME?\n"},
		{"behind tabs and Unicode", "VALUES ('größe',\t'é',\tnope)", ":1:23: no column NOPE\nVALUES ('größe',\t'é',\tnope)\n                \t    \t^\n"},
		{"behind wide and combining characters", "VALUES ('日本', 'e\u0301', nope)", ":1:21: no column NOPE\nVALUES ('日本', 'e\u0301', nope)\n                     ^\n"},
		{"CRLF", "VALUES (1);\r\nVALUES (nope);\r\n", ":2:9: no column NOPE\nVALUES (nope);\n        ^\n"},
		{"end of the script", "SELECT", ":1:7: unexpected end of statement\nSELECT\n      ^\n"},
		{"a long line", long, ":1:413: no column NOPE\n..." + strings.Repeat("x", 117) + "', nope, '" + strings.Repeat("y", 73) + "...\n" + strings.Repeat(" ", 123) + "^\n"},
		{"literal", "VALUES (DATE '2021-02-30')", ":1:9: DATE '2021-02-30' has a field out of range\nVALUES (DATE '2021-02-30')\n        ^\nhint: the form is DATE 'yyyy-MM-dd'\n"},
		{"number", "VALUES (99999999999999999999)", ":1:9: 99999999999999999999 does not fit BIGINT\nVALUES (99999999999999999999)\n        ^\n"},
		{"option", "CREATE STREAM s (a INTEGER)\n  WITH ('connector'='stream', 'shard'='2');", ":2:31: connector stream has no option 'shard'; its options are stream, shards, start, format, partition_key, columns, row_path, column_delimiter, row_delimiter\n  WITH ('connector'='stream', 'shard'='2');\n" + strings.Repeat(" ", 30) + "^\n"},
		{"crawler option", "CREATE CRAWLER c WITH ('path'='.', 'x'='y');", ":1:36: a crawler has no option 'x'; its options are path, database, table_prefix, partition_types\nCREATE CRAWLER c WITH ('path'='.', 'x'='y');\n                                   ^\n"},
		{"a circle", "CREATE STREAM s (a INTEGER);\nCREATE PUMP p AS INSERT INTO s SELECT STREAM a FROM s;", ":2:1: rows of S would come back to it: the script would never end\nCREATE PUMP p AS INSERT INTO s SELECT STREAM a FROM s;\n^\nhint: write to another stream\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := scriptIn(t, tt.sql)
			out, errs, err := call("run", path)
			if err == nil || out != "" || errs != path+tt.want {
				t.Errorf("%v\n%q\nnot\n%q", err, errs, path+tt.want)
			}
		})
	}
}

func TestOutsideMistakes(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.sql")
	notDir := filepath.Join(dir, "file")
	write(t, notDir, "no directory")
	script := scriptIn(t, "VALUES (1)")
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"no script", []string{"run", missing}, []string{"script " + missing + ": no such file or directory"}},
		{"script is a folder", []string{"run", dir}, []string{"script " + dir + ": is a directory"}},
		{"no arguments", []string{"run"}, []string{"accepts 1 arg(s), received 0"}},
		{"unknown command", []string{"runn"}, []string{`unknown command "runn" for "millrace"`}},
		{"unknown flag", []string{"run", "--formt", "csv", script}, []string{"unknown flag: --formt"}},
		{"format", []string{"run", "--format", "xml", script}, []string{`format "xml" is not known: table, csv, ndjson`}},
		{"data is a file", []string{"run", "--data", notDir, script}, []string{"data directory " + notDir}},
		{"query on no directory", []string{"query", "--data", filepath.Join(dir, "nope"), "VALUES (1)"}, []string{"data directory " + filepath.Join(dir, "nope") + ": no such file or directory"}},
		{"query without SQL", []string{"query"}, []string{"no SQL: give it as an argument or with --file"}},
		{"query twice", []string{"query", "-f", script, "VALUES (2)"}, []string{"give SQL text or --file, not both"}},
		{"query file", []string{"query", "-f", missing}, []string{"file " + missing + ": no such file or directory"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, errs, err := call(tt.args...)
			if err == nil || out != "" || errs != "" {
				t.Fatalf("%v; %q; %q", err, out, errs)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") && !strings.Contains(err.Error(), "Did you mean") {
					t.Errorf("%q is not one line with %q", err, want)
				}
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "nope")); err == nil {
		t.Error("query made the data directory")
	}
}

func TestMissingDataFile(t *testing.T) {
	path := scriptIn(t, "CREATE TABLE t (a INTEGER) WITH ('connector'='file', 'path'='gone.csv');")
	_, errs, err := call("run", path)
	want := path + ":1:1: file " + filepath.Join(filepath.Dir(path), "gone.csv")
	if err == nil || !strings.HasPrefix(errs, want) || strings.Count(errs, "\n") != 3 {
		t.Errorf("%v\n%s", err, errs)
	}
}

func TestQueryAndExplain(t *testing.T) {
	path := scriptIn(t, "SELECT a + 1 AS b\nFROM (VALUES (1), (2)) AS t(a);")
	for _, args := range [][]string{{"query", "--format", "csv", "-f", path}, {"query", "--format", "csv", "SELECT a + 1 AS b FROM (VALUES (1), (2)) AS t(a)"}} {
		if out, errs, err := call(args...); err != nil || out != "B\n2\n3\n" || errs != "" {
			t.Errorf("%v: %v %s\n%s", args, err, errs, out)
		}
	}
	out, errs, err := call("query", "--format", "csv", "SELECT 10 / a FROM (VALUES (0), (5), (0)) AS t(a)")
	if err != nil || out != "EXPR$0\n2\n" || errs != "rows left out: 2; the first: DivideByZero: division by zero\n" {
		t.Errorf("%v %s\n%s", err, errs, out)
	}
	if _, errs, err = call("query", "VALUES (nope)"); err == nil || !strings.HasPrefix(errs, "query:1:9: no column NOPE\nVALUES (nope)\n        ^\n") {
		t.Errorf("%v %s", err, errs)
	}
	if _, errs, err = call("query", "CREATE STREAM s (a INTEGER)"); err == nil || !strings.HasPrefix(errs, "query:1:1: this statement has no rows\n") {
		t.Errorf("%v %s", err, errs)
	}
	out, errs, err = call("explain", "-f", scriptIn(t, account, "t.csv", "id,name\n"))
	if err != nil || errs != "" || !strings.HasPrefix(out, "pump P\n") || strings.Count(out, "Scan") != 2 {
		t.Errorf("%v %s\n%s", err, errs, out)
	}
	if out, errs, err = call("explain", "-f", scriptIn(t, "VALUES (1);\nVALUES (nope);")); err == nil || out != "" || !strings.Contains(errs, "app.sql:2:9: no column NOPE") {
		t.Errorf("%v %s\n%s", err, errs, out)
	}
}
