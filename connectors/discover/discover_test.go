package discover

import (
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
)

// known is what the connector of the tests takes for granted.
func known(format string) bool { return format == "json" }

// TestText has files with the columns and options that are found.
func TestText(t *testing.T) {
	for _, c := range []struct {
		name, text string
		columns    string // of the statement, without quotes
		options    string // behind the path
		comment    string
	}{
		{"numbers", `{"a":1,"b":2147483648,"c":1.25,"d":1.5,"e":1e3,"f":-2147483648,"g":9223372036854775808,"h":1.12345}` + "\n" +
			`{"a":null,"b":-1,"c":0.10,"d":10.25,"e":5,"f":2147483647,"g":1,"h":2.12345}`,
			"a INTEGER, b BIGINT, c DECIMAL(18, 2), d DOUBLE, e DOUBLE, f INTEGER, g DOUBLE, h DOUBLE", "", ""},
		{"beyond DOUBLE", `{"a":1e999}`, "a VARCHAR", "", ""},
		{"texts", `{"a":"äöüß","b":"12345","c":"2021-01-02","d":"2021-01-02T03:04:05.123456Z","e":"TRUE","f":true,"g":"","h":"2021-02-30"}` + "\n" +
			`{"a":"x","b":"","c":"1999-12-31","d":"2021-01-02 03:04:05","e":"false","f":false,"g":"","h":"2021-02-03"}`,
			"a VARCHAR(4), b VARCHAR(8), c DATE, d TIMESTAMP, e BOOLEAN, f BOOLEAN, g VARCHAR(4), h VARCHAR(16)", "", ""},
		{"mixed kinds", `{"a":1,"b":true,"c":{"x":1},"d":"2021-01-02"}` + "\n" + `{"a":"x","b":1,"c":5,"d":"2021-01-02 03:04:05","e":null}`,
			"a VARCHAR(4), b VARCHAR(4), c VARCHAR(8), d VARCHAR(32), e VARCHAR", "", ""},
		{"nesting", `{"a":{"b":{"c":1,"d":{"e":1}}},"l":[1,{"x":2}],"o":{}}` + "\n" + `{"a":{"b":null,"f":"x"}}`,
			"a_b_c INTEGER, a_f VARCHAR(4), l VARCHAR(16), o VARCHAR(4)", "columns=a_b_c=$.a.b.c, a_f=$.a.f",
			"-- left out, nested deeper than two levels: $.a.b.d\n"},
		{"names", `{"YEAR":1,"load%":2,"##":3,"1st":4,"a b":5,"a.b":6,"COL_YEAR":7,"rowtime":8,"` + strings.Repeat("n", 101) + `":9,"":10,"größe":11,"x":{"y":12},"x_y":13}`,
			"COL_YEAR INTEGER, COL_load INTEGER, COL_2 INTEGER, COL_1st INTEGER, COL_ab INTEGER, COL_ab_2 INTEGER, COL_YEAR_2 INTEGER, COL_rowtime INTEGER, COL_" +
				strings.Repeat("n", 96) + " INTEGER, COL_9 INTEGER, größe INTEGER, x_y INTEGER, x_y_2 INTEGER",
			`columns=COL_YEAR=$.YEAR, COL_load=$.load%, COL_2=$.##, COL_1st=$.1st, COL_ab=$["a b"], COL_ab_2=$["a.b"], COL_YEAR_2=$.COL_YEAR, COL_rowtime=$.rowtime, COL_` +
				strings.Repeat("n", 96) + `=$.` + strings.Repeat("n", 101) + `, COL_9=$[""], x_y=$.x.y, x_y_2=$.x_y`, ""},
		{"arrays of rows", "[{\"a\":1},{\"a\":2,\"b\":{\"c\":\"x\"}}]\n[]\n", "a INTEGER, b_c VARCHAR(4)", "row_path=$[0:], columns=b_c=$.b.c", ""},
		{"broken lines", "{\"a\":1}\n{\"a\":\n{\"a\":2}\n", "a INTEGER", "", "-- 1 of 3 sampled records are not such JSON and would be rejected\n"},
		{"several documents", `{"a":1}{"b":2}`, "a INTEGER, b INTEGER", "", ""},
		{"byte order mark", "\xef\xbb\xbf{\"a\":1}", "a INTEGER", "", ""},
		{"long", `{"a":"` + strings.Repeat("z", 32769) + `","b":"` + strings.Repeat("z", 32768) + `"}`, "a VARCHAR, b VARCHAR(32768)", "", ""},

		{"header", "id,name,at\n1,x,2021-01-02 03:04:05\n2,,2021-01-02 03:04:06.5\n", "id INTEGER, name VARCHAR(4), COL_at TIMESTAMP", "format=csv, header=skip", ""},
		{"header kept", "id,Name,day\n1,x,2021-01-02\n2,,2021-01-02\n", "id INTEGER, Name VARCHAR(4), COL_day DATE", "format=csv, header=skip", ""},
		{"plain header", "id,Name\n1,x\n2,\n", "id INTEGER, Name VARCHAR(4)", "format=csv", ""},
		{"header of words", "first;last\nAda;Lovelace\nGrace;Hopper\n", "first VARCHAR(8), last VARCHAR(8)", "format=csv, column_delimiter=;", ""},
		{"no header", "1\t2.50\ttrue\n02\t1.25\tFALSE\n", "COL_0 VARCHAR(4), COL_1 DECIMAL(18, 2), COL_2 BOOLEAN", `format=csv, column_delimiter=\t, header=false`, ""},
		{"no header, words", "a|b\na|c\n", "COL_0 VARCHAR(4), COL_1 VARCHAR(4)", "format=csv, column_delimiter=|, header=false", ""},
		{"quotes", "a,b\r\n\"x,\"\"y\r\n\",1\r\nz,2\r\n", "a VARCHAR(8), b INTEGER", "format=csv", ""},
		{"empty in quotes", "a,b\n1,x\n\"\",y\n", "a VARCHAR, b VARCHAR(4)", "format=csv", ""},
		{"ragged", "a,b\n1,x\n2,y\n3\n4,z\n5,w\n6,x\n7,y\n8,z\n9,z\n10,z\n", "a INTEGER, b VARCHAR(4)", "format=csv", "-- 1 of 10 sampled rows do not have 2 such fields and would be rejected\n"},
		{"the delimiter of more fields", "a;b;c\n1,5;2;3\n2,5;3;4\n", "a VARCHAR(4), b INTEGER, c INTEGER", "format=csv, column_delimiter=;", ""},
		{"empty titles", "a,\n1,2\n", "COL_0 VARCHAR(4), COL_1 INTEGER", "format=csv, header=false", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			sql, err := Text([]byte(c.text), true, Options{Name: "s", With: [][2]string{{"path", "p"}}, FormatKnown: known})
			if err != nil {
				t.Fatal(err)
			}
			comment, statement := "", sql
			if i := strings.Index(sql, "CREATE"); i > 0 {
				comment, statement = sql[:i], sql[i:]
			}
			columns, options := parts(t, statement)
			if columns != c.columns || options != strings.TrimSuffix("path=p, "+c.options, ", ") || comment != c.comment {
				t.Errorf("%s\n%s\n%s\n%s", comment, columns, options, sql)
			}
			reads(t, sql, []byte(strings.TrimPrefix(c.text, "\xef\xbb\xbf")))
		})
	}
}

// parts is the columns and options of a CREATE STREAM.
func parts(t *testing.T, sql string) (columns, options string) {
	s := bound(t, sql)
	var c, o []string
	for _, d := range s.Columns {
		c = append(c, d.Name.Text+" "+d.Type.String())
	}
	for _, option := range s.Options {
		o = append(o, option.Key+"="+option.Value)
	}
	return strings.Join(c, ", "), strings.Join(o, ", ")
}

func bound(t *testing.T, sql string) *ast.CreateStream {
	t.Helper()
	stmt, err := parse.ParseStatement(sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return stmt.(*ast.CreateStream)
}

// reads holds a statement to its word: every line of the text is read but those
// that its comment counts.
func reads(t *testing.T, sql string, text []byte) {
	t.Helper()
	b := plan.Binder{}
	s := bound(t, sql)
	s.Options = append(s.Options, ast.Option{Key: "connector", Value: "test"})
	r, err := b.CreateStream(s)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	kind := r.Options["format"]
	if kind == "" {
		kind = "json"
	}
	o, err := format.Mapping(kind, r.Schema, r.Options)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	var rows [][]byte
	if kind == "json" {
		for _, line := range strings.Split(string(text), "\n") {
			if strings.TrimSpace(line) != "" {
				rows = append(rows, []byte(line))
			}
		}
	} else {
		g, err := cut(nil, text, true, o.ColumnDelimiter)
		if err != nil {
			t.Fatal(err)
		}
		if rows = g.rows; r.Options["header"] == "" {
			o.Header, err = o.Fields(rows[0])
			if err != nil {
				t.Fatal(err)
			}
		}
		if r.Options["header"] != "false" {
			rows = rows[1:]
		}
	}
	d, err := format.NewDecoder(kind, r.Schema, r.Schema.Visible(), o, memory.DefaultAllocator)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	defer d.Close()
	left := 0
	for _, row := range rows[:min(len(rows), MaxRecords)] {
		if _, err := d.Append(row); err != nil {
			left++
			if !strings.Contains(sql, " sampled ") {
				t.Errorf("%q: %v\n%s", row, err, sql)
			}
		}
	}
	if n := counted(sql); n != left {
		t.Errorf("%d rows are not read, the comment says %d\n%s", left, n, sql)
	}
}

func TestUndetected(t *testing.T) {
	for _, c := range []struct{ text, format, want string }{
		{"", "", "unable to detect a schema: there are no records"},
		{"\n \n", "", "unable to detect a schema: there are no records"},
		{"just words\nand more\n", "", `unable to detect a schema: neither JSON objects, one a line, nor text with one of the delimiters , ; tab |; the sample begins with "just words"`},
		{"a\x00b", "", `unable to detect a schema: it is not UTF-8 text; the sample begins with "a\x00b"`},
		{"\xff", "", `unable to detect a schema: it is not UTF-8 text; the sample begins with "\xff"`},
		{"{\"a\":1}\n[1]\n", "", `unable to detect a schema: the documents are not all objects, nor all arrays; the sample begins with "{\"a\":1}"`},
		{"[1]\n", "", `unable to detect a schema: the elements of the arrays are not all objects; the sample begins with "[1]"`},
		{"{}", "", `unable to detect a schema: the objects have no members; the sample begins with "{}"`},
		{"a,b\n1,2\n", "json", `unable to detect a schema: no JSON objects, one a line; the sample begins with "a,b"`},
		{"a,\"b\n", "csv", `unable to detect a schema: no rows of delimited text; the sample begins with "a,\"b"`},
		{"x " + strings.Repeat("y", 300), "", `unable to detect a schema: neither JSON objects, one a line, nor text with one of the delimiters , ; tab |; the sample begins with "x ` + strings.Repeat("y", 198) + `"...`},
	} {
		sql, err := Text([]byte(c.text), true, Options{Name: "s", Format: c.format})
		if err == nil || err.Error() != c.want || !errors.Is(err, ErrUndetected) {
			t.Errorf("%q: %v\n%s", c.text, err, sql)
		}
	}
	sql, err := Text([]byte("word\nother\n"), true, Options{Name: "s", Format: "csv"})
	if columns, _ := parts(t, sql); err != nil || columns != "word VARCHAR(8)" {
		t.Errorf("%v\n%s", err, sql)
	}
}

// TestCutSample has text that is only the beginning: the last line does not count.
func TestCutSample(t *testing.T) {
	sql, err := Text([]byte("{\"a\":1}\n{\"a\":\"x"), false, Options{Name: "s"})
	if columns, _ := parts(t, sql); err != nil || columns != "a INTEGER" {
		t.Errorf("%v\n%s", err, sql)
	}
	sql, err = Text([]byte("1,2\n3,4\n5,six"), false, Options{Name: "s"})
	if columns, _ := parts(t, sql); err != nil || columns != "COL_0 INTEGER, COL_1 INTEGER" {
		t.Errorf("%v\n%s", err, sql)
	}
}

func TestStreamRecords(t *testing.T) {
	sql, err := Records([][]byte{[]byte("id,n\n1,2\n"), []byte("3,4")}, Options{Name: "a b"})
	if columns, options := parts(t, sql); err != nil || columns != "COL_0 VARCHAR(4), COL_1 VARCHAR(4)" || options != "format=csv" || !strings.Contains(sql, `CREATE STREAM "a b" (`) {
		t.Errorf("%v\n%s", err, sql)
	}
}

func TestStreamName(t *testing.T) {
	for source, want := range map[string]string{
		"quakes": "quakes", "my-data.v2": "my_data_v2", "2024": "stream_2024", "table": "stream_table", "": "stream", "--": "stream", "größe": "größe",
	} {
		if got := StreamName(source); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	for name, want := range map[string]string{"quakes": "quakes", "Q1": "Q1", "1q": `"1q"`, "größe": `"größe"`, "select": `"select"`, `a"b`: `"a""b"`} {
		if got := identifier(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
