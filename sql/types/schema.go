package types

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// Field is one column of a relation.
type Field struct {
	// Name is the stored name: folded where SQL left it unquoted, else exact.
	Name    string
	Type    Type
	NotNull bool
	// Hidden marks a pseudo-column (ROWTIME, SHARD_ID, ...): it can be named but
	// is not part of `*` and not written by INSERT without a column list.
	Hidden bool
	// Record is the column that a log parser gave and this is a field of: it is named
	// RECORD.NAME. Empty for other columns.
	Record string
	// Promoted marks the column that a select list has AS ROWTIME: the query prints it,
	// for `*` and INSERT it is the time of the row and no column.
	Promoted bool
}

// Schema is the columns of a relation or of a plan node's rows. It is a value:
// copy it freely, never change Fields in place once it is shared.
type Schema struct {
	Fields []Field
	// RowTime is the index of the TIMESTAMP column that orders the stream, or -1
	// for a relation without one.
	RowTime int
}

// RowTimeName is the stored name of the rowtime pseudo-column.
const RowTimeName = "ROWTIME"

// RowTimeField is the rowtime pseudo-column.
func RowTimeField() Field {
	return Field{Name: RowTimeName, Type: Of(Timestamp), NotNull: true, Hidden: true}
}

// NewSchema is a schema without rowtime.
func NewSchema(fields ...Field) Schema { return Schema{Fields: fields, RowTime: -1} }

// StreamSchema is the declared columns followed by ROWTIME.
func StreamSchema(fields ...Field) Schema {
	all := append(append([]Field(nil), fields...), RowTimeField())
	return Schema{Fields: all, RowTime: len(fields)}
}

// intervalKey is the metadata of an Arrow field that names the fields of its intervals.
const intervalKey = "interval"

// IntervalField is the type of an interval column of a record: Arrow's type, and the
// fields that its metadata name.
func IntervalField(f arrow.Field) Type {
	t, _ := FromArrow(f.Type)
	text, ok := f.Metadata.GetValue(intervalKey)
	if !ok {
		return t
	}
	first, last, ranged := strings.Cut(text, " TO ")
	if !ranged {
		last = first
	}
	from, ok1 := ParseUnit(first)
	to, ok2 := ParseUnit(last)
	if !ok1 || !ok2 || from > to || IntervalOf(from, to).Kind != t.Kind {
		return t
	}
	return IntervalOf(from, to)
}

// Arrow is the record layout. Fields are nullable unless NOT NULL; those of intervals
// have their fields as metadata, `interval` = `MINUTE TO SECOND`. Every call
// makes a new schema; keep it where the pointer matters.
func (s Schema) Arrow() *arrow.Schema {
	fields := make([]arrow.Field, len(s.Fields))
	for i, f := range s.Fields {
		fields[i] = arrow.Field{Name: f.Name, Type: f.Type.Arrow(), Nullable: !f.NotNull}
		if f.Type.From > 0 {
			fields[i].Metadata = arrow.MetadataFrom(map[string]string{intervalKey: strings.TrimPrefix(f.Type.String(), "INTERVAL ")})
		}
	}
	return arrow.NewSchema(fields, nil)
}

// Select is the schema of the given columns in the given order; the rowtime
// column stays the rowtime column if it is among them.
func (s Schema) Select(columns []int) Schema {
	out := Schema{Fields: make([]Field, len(columns)), RowTime: -1}
	for i, c := range columns {
		out.Fields[i] = s.Fields[c]
		if c == s.RowTime {
			out.RowTime = i
		}
	}
	return out
}

// Visible is the indexes of the columns that `*` stands for.
func (s Schema) Visible() []int {
	var out []int
	for i, f := range s.Fields {
		if !f.Hidden {
			out = append(out, i)
		}
	}
	return out
}

// Lookup finds a column by its stored name: the exact name first, else, unless
// exact is asked for, the only name equal ignoring case. The second result is
// how many columns match: 1 means found.
func (s Schema) Lookup(name string, exact bool) (int, int) {
	at, n := -1, 0
	for i, f := range s.Fields {
		if f.Name == name {
			at = i
			n++
		}
	}
	if n > 0 || exact {
		return at, n
	}
	for i, f := range s.Fields {
		if strings.EqualFold(f.Name, name) {
			at = i
			n++
		}
	}
	return at, n
}

// String is the column list as DDL spells it, pseudo-columns left out.
func (s Schema) String() string {
	var b strings.Builder
	for _, i := range s.Visible() {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		f := s.Fields[i]
		b.WriteString(f.Name + " " + f.Type.String())
		if f.NotNull {
			b.WriteString(" NOT NULL")
		}
	}
	return b.String()
}
