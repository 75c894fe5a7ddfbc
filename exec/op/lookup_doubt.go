package op

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/millrace-sql/millrace/exec/agg"
)

// doubtRows is a table's rows as IN sees them where it finds no partner: by the keys
// that are not operands of IN, all, and those with a NULL among the operands.
type doubtRows struct {
	groups          *agg.Groups // nil = there are no such keys, and one group
	all, incomplete [][]ref
}

func newDoubtRows(kinds []arrow.DataType) *doubtRows {
	d := &doubtRows{}
	if len(kinds) > 0 {
		d.groups = agg.NewGroups(kinds)
	} else {
		d.all, d.incomplete = make([][]ref, 1), make([][]ref, 1)
	}
	return d
}

// add takes the rows of batch src; the last in columns are the operands.
func (d *doubtRows) add(src int32, columns []arrow.Array, in int, sel []uint32) {
	of := len(columns) - in
	sel = withoutNulls(columns[:of], sel)
	ids := make([]uint32, len(sel))
	if d.groups != nil {
		d.groups.Assign(columns[:of], sel, ids)
		for len(d.all) < d.groups.Len() {
			d.all, d.incomplete = append(d.all, nil), append(d.incomplete, nil)
		}
	}
	for i, row := range sel {
		r := ref{src, int32(row)}
		d.all[ids[i]] = append(d.all[ids[i]], r)
		if anyNull(columns[of:], row) {
			d.incomplete[ids[i]] = append(d.incomplete[ids[i]], r)
		}
	}
}

// find is the group of each row; agg.NoGroup where there is none.
func (d *doubtRows) find(columns []arrow.Array, rows []uint32) []uint32 {
	ids := make([]uint32, len(rows))
	if d.groups != nil {
		d.groups.Find(columns, rows, ids)
	}
	return ids
}

// bytes is the memory of the keys and lists.
func (d *doubtRows) bytes() int64 {
	var n int64
	if d.groups != nil {
		n = d.groups.Bytes()
	}
	for i := range d.all {
		n += int64(len(d.all[i])+len(d.incomplete[i])) * 8
	}
	return n
}
