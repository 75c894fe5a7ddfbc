package oracle

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	millrace "github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/connectors/format"
)

// pair is the two engines with the same tables.
type pair struct {
	t    *testing.T
	ours *millrace.DB
	dir  string
	duck *sql.DB
}

func open(t *testing.T) *pair {
	p := &pair{t: t, dir: t.TempDir()}
	var err error
	if p.ours, err = millrace.Open("", &millrace.Options{Dir: p.dir}); err != nil {
		t.Fatal(err)
	}
	if p.duck, err = sql.Open("duckdb", ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.ours.Close(); err != nil {
			t.Error(err)
		}
		if err := p.duck.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// null is NULL among the values of a table as text.
const null = "\x00"

// table makes a table of text that both engines read as the types of columns.
func (p *pair) table(name string, columns []string, rows [][]string) {
	p.t.Helper()
	ctx := context.Background()
	file := name + ".csv"
	create := fmt.Sprintf("CREATE OR REPLACE TABLE %s (%s)", name, strings.Join(columns, ", "))
	var csv, values strings.Builder
	csv.WriteString(strings.Repeat("h,", len(columns)-1) + "h\n")
	for i, row := range rows {
		for j, v := range row {
			_, kind, _ := strings.Cut(columns[j], " ")
			if j > 0 {
				csv.WriteByte(',')
				values.WriteByte(',')
			} else if i > 0 {
				values.WriteString("), (")
			}
			if v == null {
				values.WriteString("NULL")
				continue
			}
			csv.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
			values.WriteString("CAST('" + strings.ReplaceAll(v, "'", "''") + "' AS " + kind + ")")
		}
		csv.WriteByte('\n')
	}
	if err := os.WriteFile(filepath.Join(p.dir, file), []byte(csv.String()), 0o600); err != nil {
		p.t.Fatal(err)
	}
	if err := p.ours.Exec(ctx, create+" WITH ('connector'='file', 'header'='skip', 'path'='"+file+"')"); err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.duck.ExecContext(ctx, create); err != nil {
		p.t.Fatal(err)
	}
	if len(rows) == 0 {
		return
	}
	if _, err := p.duck.ExecContext(ctx, "INSERT INTO "+name+" VALUES ("+values.String()+")"); err != nil {
		p.t.Fatal(err)
	}
}

// askOurs is the rows of a query, each value as text, and the reason of the first row
// that was left out.
func (p *pair) askOurs(query string) (rows [][]string, rejected string, err error) {
	res, err := p.ours.Query(context.Background(), query)
	if err != nil {
		return nil, "", err
	}
	for rec, err := range res.All() {
		if err != nil {
			return nil, "", err
		}
		for i := range int(rec.NumRows()) {
			var row []string
			for _, c := range rec.Columns() {
				if c.IsNull(i) {
					row = append(row, null)
					continue
				}
				row = append(row, string(format.AppendText(nil, c, i)))
			}
			rows = append(rows, row)
		}
	}
	_, rejected = res.Rejected()
	return rows, rejected, nil
}

// askDuck is the rows of a query, each value as text in our form.
func (p *pair) askDuck(query string) ([][]string, error) { return duckRows(p.duck, query) }

// duckRows is askDuck of a database or one of its connections.
func duckRows(duck interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, query string) ([][]string, error) {
	res, err := duck.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer res.Close()
	types, err := res.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for res.Next() {
		values, into := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			into[i] = &values[i]
		}
		if err := res.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]string, len(types))
		for i, v := range values {
			row[i] = text(v, types[i].DatabaseTypeName())
		}
		rows = append(rows, row)
	}
	return rows, res.Err()
}

// failed is a value that DuckDB cannot compute.
const failed = "\x01"

// text is a value of DuckDB as ours print.
func text(v any, kind string) string {
	switch v := v.(type) {
	case nil:
		return null
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case duckdb.Decimal:
		return v.String()
	case *big.Int:
		return v.String()
	case []byte:
		return fmt.Sprintf("%x", v)
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %d us", v.Months, v.Days, v.Micros)
	case time.Time:
		switch {
		case kind == "DATE" || strings.Contains(kind, `"v" DATE`):
			return v.Format("2006-01-02")
		case strings.HasPrefix(kind, "TIMESTAMP") || strings.Contains(kind, `"v" TIMESTAMP`):
			return v.Format("2006-01-02 15:04:05.000000")
		}
		return v.Format("15:04:05.000000")
	case map[string]any: // of TRY(struct_pack(v := ...))
		return text(v["v"], kind)
	}
	return fmt.Sprint(v)
}

// equal compares two texts: numbers by value, floats with the tolerance that functions
// of C libraries need, times whatever their digits.
func equal(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return near(a, b, x, y)
	}
	if len(a) > 0 && len(b) > 0 && strings.Contains(a, ":") && strings.Contains(b, ":") {
		return digits(a) == digits(b)
	}
	return false
}

// digits is a time without the zeros behind its seconds.
func digits(s string) string {
	if head, tail, ok := strings.Cut(s, "."); ok {
		if tail = strings.TrimRight(tail, "0"); tail == "" {
			return head
		}
		return head + "." + tail
	}
	return s
}

func near(a, b string, x, y float64) bool {
	r, okR := new(big.Rat).SetString(a)
	s, okS := new(big.Rat).SetString(b)
	if okR && okS && r.Cmp(s) == 0 {
		return true
	}
	// Whole numbers and decimals are exact; floats show an exponent or many digits.
	if !strings.ContainsAny(a+b, ".eE") {
		return x == y && !okR
	}
	d := x - y
	if d < 0 {
		d = -d
	}
	m := max(x, -x, y, -y)
	return x == y || d <= m*4e-15 || x != x && y != y
}
