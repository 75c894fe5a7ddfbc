package lake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/sql/types"
)

// layout says where the columns of a table's records go: into the folders' names or into the files.
type layout struct {
	fields []types.Field // as declared, names folded
	keys   []int         // partition columns, in the order of folders
	data   []int         // columns of the files, in SQL order
}

// arrow is the schema of the table's records, as segments have it.
func (l layout) arrow() *arrow.Schema {
	fields := make([]arrow.Field, len(l.fields))
	for i, f := range l.fields {
		fields[i] = arrow.Field{Name: f.Name, Type: f.Type.Arrow(), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

func newLayout(o Options) (layout, error) {
	var l layout
	at := map[string]int{}
	for i, f := range o.Schema.Fields {
		f.Name = strings.ToLower(f.Name)
		if _, dup := at[f.Name]; dup || f.Name == "" {
			return l, fmt.Errorf("%w: %q is named twice or has no name", ErrColumn, f.Name)
		}
		at[f.Name] = i
		l.fields = append(l.fields, f)
	}
	for _, name := range o.PartitionedBy {
		i, ok := at[strings.ToLower(name)]
		if !ok || slices.Contains(l.keys, i) {
			return l, fmt.Errorf("%w: PARTITIONED BY %q: no such column, or named twice", ErrColumn, name)
		}
		if !partitionable(l.fields[i].Type) {
			return l, fmt.Errorf("%w: %q of type %s as a partition column", ErrType, name, l.fields[i].Type)
		}
		l.keys = append(l.keys, i)
	}
	for i, f := range l.fields {
		if slices.Contains(l.keys, i) {
			continue
		}
		if _, err := leafOf(f.Type); err != nil {
			return l, fmt.Errorf("column %q: %w", f.Name, err)
		}
		l.data = append(l.data, i)
	}
	if len(l.fields) > 0 && len(l.data) == 0 {
		return l, fmt.Errorf("%w: no column is left for the files", ErrColumn)
	}
	if _, ok := compressions[o.Compression]; !ok {
		return l, fmt.Errorf("%w: compression %q; known are zstd, snappy, gzip, none", ErrType, o.Compression)
	}
	return l, nil
}
