package millrace

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/connectors/format"
)

// TestDiscover holds what is discovered to its word: the statement runs, and its
// stream has every row of the file with every value, as encoding/json and
// encoding/csv read them.
func TestDiscover(t *testing.T) {
	files := map[string]string{
		"nested.ndjson": `{"type":"Feature","properties":{"mag":0.31,"place":"37km NNE of Amboy, Washington","time":1517363399650,"felt":null,"ids":",uw61345682,","tsunami":0},"geometry":{"type":"Point","coordinates":[-122.197,46.2035,3.28]},"id":"uw61345682"}
{"type":"Feature","properties":{"mag":1,"place":"25km E of \"Ålesund\"","time":1517364015660,"felt":3,"ids":"","tsunami":1},"geometry":null,"id":"mb80279649"}
{"properties":{"mag":5.3,"place":null,"more":{"deep":{"er":1}}}}`,
		"odd names.jsonl":  `{"select":1,"a b":{"c.d":"x","'":true},"Case":1,"case":"2","ROWTIME":"2021-01-02 03:04:05","":{"":5}}` + "\n" + `{"select":null,"case":"x"}`,
		"quoted.csv":       "id,text,when,amount\r\n1,\"a, \"\"b\"\"\r\nc\",2021-01-02,10.50\r\n2,,2021-02-03,0.25\r\n",
		"semicolons.txt":   "key;value\na;1\nb;-2147483649\n",
		"tabs.tsv":         "1\ttrue\t2021-01-02 03:04:05\n2\tFALSE\t2021-01-02T03:04:05.123456Z\n",
		"numbers.ndjson":   `{"i":2147483647,"b":-2147483649,"d":1.2345,"e":12345678901234567890,"f":1e-7}` + "\n" + `{"i":-2147483648,"b":9223372036854775807,"d":0.0001,"e":1,"f":0.5}`,
		"padded codes.csv": "zip,city\n01234,Here\n99999,There\n",
	}
	for _, name := range []string{"airports.csv", "flights.ndjson"} {
		text, err := os.ReadFile(filepath.Join("examples", "data", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) { discovered(t, name, text) })
	}
}

func discovered(t *testing.T, name, text string) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open("", &Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	sql := printedRows(t, db, "DISCOVER SCHEMA FROM '"+name+"' WITH ('name'='found')")[0][0]
	var got [][]string
	var columns []string
	if _, err := db.Run(context.Background(), sql+"; SELECT STREAM * FROM found", &RunOptions{Result: func(ctx context.Context, r Result) error {
		for _, f := range r.Schema().Fields {
			columns = append(columns, f.Name)
		}
		got = printed(t, r.Rows)
		if n, why := r.Rejected(); n > 0 {
			t.Errorf("%d rows are rejected: %s", n, why)
		}
		return nil
	}}); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	want := expected(t, text)
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d\n%s", len(got), len(want), sql)
	}
	for i, row := range got {
		filled := 0
		for c, value := range row {
			if value == "NULL" {
				continue
			}
			filled++
			if !contains(want[i], value) {
				t.Fatalf("row %d: %s is %q, which is not among %q\n%s", i, columns[c], value, want[i], sql)
			}
		}
		if filled != len(want[i]) {
			t.Fatalf("row %d: %q, want %q\n%s", i, row, want[i], sql)
		}
	}
}

func printedRows(t *testing.T, db *DB, sql string) [][]string {
	t.Helper()
	rows, err := db.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	return printed(t, rows)
}

func printed(t *testing.T, rows *Rows) (out [][]string) {
	for {
		rec, err := rows.Next(context.Background())
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(rec.NumRows()) {
			row := make([]string, rec.NumCols())
			for c := range row {
				row[c] = string(format.AppendText(nil, rec.Column(c), i))
			}
			out = append(out, row)
		}
	}
}

// expected is the values of each row that are not NULL.
func expected(t *testing.T, text string) (out [][]string) {
	if strings.HasPrefix(text, "{") {
		for dec := json.NewDecoder(strings.NewReader(text)); dec.More(); {
			var doc json.RawMessage
			if err := dec.Decode(&doc); err != nil {
				t.Fatal(err)
			}
			out = append(out, leaves(t, doc, 0))
		}
		return out
	}
	r := csv.NewReader(strings.NewReader(text))
	for _, delimiter := range ";\t" {
		if strings.ContainsRune(text, delimiter) {
			r.Comma = delimiter
		}
	}
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := strconv.Atoi(all[0][0]); err != nil {
		all = all[1:]
	}
	for _, fields := range all {
		var row []string
		for _, f := range fields {
			if f != "" {
				row = append(row, f)
			}
		}
		out = append(out, row)
	}
	return out
}

// leaves is the values of an object and of those in it down to two levels.
func leaves(t *testing.T, raw json.RawMessage, depth int) (out []string) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	for _, v := range members {
		var s string
		switch {
		case string(v) == "null":
		case v[0] == '{' && depth < 2:
			out = append(out, leaves(t, v, depth+1)...)
		case v[0] == '{': // left out
		case json.Unmarshal(v, &s) == nil:
			out = append(out, s)
		default:
			out = append(out, string(v))
		}
	}
	return out
}

// contains tells that a printed value is among those of the file.
func contains(all []string, value string) bool {
	for _, text := range all {
		if same(text, value) {
			return true
		}
	}
	return false
}

func same(text, value string) bool {
	moment := strings.Replace(strings.TrimSuffix(text, "Z"), "T", " ", 1)
	if strings.EqualFold(text, value) || moment == value || moment+".000" == value || text == strings.ReplaceAll(value, "\r\n", "\n") {
		return true
	}
	a, err1 := strconv.ParseFloat(text, 64)
	b, err2 := strconv.ParseFloat(value, 64)
	return err1 == nil && err2 == nil && a == b && (len(text) > 18 || strings.ContainsAny(text, ".e"))
}
