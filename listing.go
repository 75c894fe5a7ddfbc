package millrace

import (
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/millrace-sql/millrace/sql/types"
)

// listing is rows of text on their way to a result. A nil value is NULL.
type listing struct {
	names []string
	rows  [][]any // string, int64 or nil
}

func newListing(names ...string) *listing { return &listing{names: names} }

func (l *listing) add(values ...any) { l.rows = append(l.rows, values) }

// result is the listing as rows; columns of which any value is a number are
// BIGINT.
func (l *listing) result(db *DB) *Rows {
	schema := types.NewSchema()
	for c, name := range l.names {
		t := types.VarcharOf(0)
		for _, row := range l.rows {
			if _, number := row[c].(int64); number {
				t = types.Of(types.BigInt)
			}
		}
		schema.Fields = append(schema.Fields, types.Field{Name: name, Type: t})
	}
	r := newRows(schema, false, db)
	if len(l.rows) > 0 {
		b := array.NewRecordBuilder(db.opts.Mem, r.record)
		defer b.Release()
		for _, row := range l.rows {
			for c, v := range row {
				switch v := v.(type) {
				case string:
					b.Field(c).(*array.StringBuilder).Append(v)
				case int64:
					b.Field(c).(*array.Int64Builder).Append(v)
				default:
					b.Field(c).AppendNull()
				}
			}
		}
		r.ch <- b.NewRecord()
	}
	close(r.ch)
	return r
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
