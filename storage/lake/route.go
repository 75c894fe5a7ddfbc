package lake

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// check compares a record's columns with the table's.
func (l layout) check(rec arrow.Record) error {
	if int(rec.NumCols()) != len(l.fields) {
		return fmt.Errorf("%w: a record of %d columns for a table of %d", ErrColumn, rec.NumCols(), len(l.fields))
	}
	for i, f := range l.fields {
		have := rec.Column(i).DataType()
		if d, ok := have.(*arrow.DictionaryType); ok {
			have = d.ValueType
		}
		if want := f.Type.Arrow(); !arrow.TypeEqual(want, have) {
			return fmt.Errorf("%w: column %q is %s, not %s", ErrType, f.Name, have, want)
		}
	}
	return nil
}

// rowBytes is the mean size of a record's rows in Arrow layout.
func (l layout) rowBytes(rec arrow.Record) int64 {
	var sum int64
	rows := max(rec.NumRows(), 1)
	for _, c := range l.data {
		switch a := rec.Column(c).(type) {
		case *array.String:
			sum += int64(len(a.ValueBytes()))/rows + 4
		case *array.Binary:
			sum += int64(len(a.ValueBytes()))/rows + 4
		default:
			sum += 8
		}
	}
	return sum
}

// router splits records by partition.
type router struct {
	numbers []uint32
	key     []byte
	groups  map[string]int // by the values' bytes, for one record
	rows    [][]uint32
	folders []string
}

// all is the rows to write; it is valid until the next call.
func (r *router) all(rec arrow.Record, sel []uint32) []uint32 {
	if sel != nil {
		return sel
	}
	for n := len(r.numbers); n < int(rec.NumRows()); n++ {
		r.numbers = append(r.numbers, uint32(n))
	}
	return r.numbers[:rec.NumRows()]
}

// split calls write once per partition, in the order of first appearance.
func (r *router) split(l layout, rec arrow.Record, rows []uint32, write func(folder string, rows []uint32) error) error {
	if len(l.keys) == 0 {
		return write("", rows)
	}
	if r.groups == nil {
		r.groups = map[string]int{}
	}
	clear(r.groups)
	r.folders = r.folders[:0]
	cols := make([]arrow.Array, len(l.keys))
	for i, c := range l.keys {
		cols[i] = rec.Column(c)
	}
	var last []byte
	group := -1
	for _, row := range rows {
		r.key = appendKey(r.key[:0], cols, int(row))
		if group < 0 || string(last) != string(r.key) {
			last = append(last[:0], r.key...)
			g, ok := r.groups[string(r.key)]
			if !ok {
				var err error
				if g, err = r.add(l, cols, int(row)); err != nil {
					return err
				}
			}
			group = g
		}
		r.rows[group] = append(r.rows[group], row)
	}
	for g, folder := range r.folders {
		if err := write(folder, r.rows[g]); err != nil {
			return err
		}
	}
	return nil
}

// add starts the group of a row's partition.
func (r *router) add(l layout, cols []arrow.Array, row int) (int, error) {
	folder := ""
	for i, c := range l.keys {
		v := PartitionValue{Key: l.fields[c].Name, Null: cols[i].IsNull(row)}
		if !v.Null {
			v.Text = string(appendText(nil, cols[i], row))
		}
		name, err := folderName(v)
		if err != nil {
			return 0, err
		}
		folder += name + "/"
	}
	g := len(r.folders)
	r.folders = append(r.folders, folder)
	if g == len(r.rows) {
		r.rows = append(r.rows, nil)
	}
	r.rows[g] = r.rows[g][:0]
	r.groups[string(slices.Clone(r.key))] = g
	return g, nil
}

// appendKey appends bytes that are equal exactly for rows of one partition.
func appendKey(dst []byte, cols []arrow.Array, row int) []byte {
	for _, col := range cols {
		if col.IsNull(row) {
			dst = append(dst, 0)
			continue
		}
		dst = append(dst, 1)
		switch a := col.(type) {
		case *array.Date32:
			dst = binary.LittleEndian.AppendUint32(dst, uint32(a.Value(row)))
		case *array.Int32:
			dst = binary.LittleEndian.AppendUint32(dst, uint32(a.Value(row)))
		case *array.Int64:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(a.Value(row)))
		case *array.Timestamp:
			dst = binary.LittleEndian.AppendUint64(dst, uint64(a.Value(row)))
		case *array.Float64:
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(a.Value(row)))
		case *array.String:
			s := a.Value(row)
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		default:
			at := len(dst)
			dst = appendText(append(dst, 0, 0, 0, 0), col, row)
			binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
	}
	return dst
}
