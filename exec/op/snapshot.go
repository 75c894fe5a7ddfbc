package op

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/flow"
)

// errState says that a stored state is none of the operator's: the plan, or the
// version of the program, is another one.
var errState = errors.New("the stored state does not fit the operator")

// writeRecord stores a batch as a chunk of its own: an Arrow IPC stream, so that
// the columns it was made of are known when it is read. label is a small number
// that the operator gives the batch.
func writeRecord(w flow.StateWriter, label int64, rec arrow.Record, buf *bytes.Buffer) error {
	buf.Reset()
	out := ipc.NewWriter(buf, ipc.WithSchema(rec.Schema()))
	if err := out.Write(rec); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return w.WriteChunk(strconv.FormatInt(label, 10), buf.Bytes())
}

// readRecords calls take for every batch of a state; rec is valid for the call. A
// batch with other columns than schema is errState; nil takes any.
func readRecords(r flow.StateReader, schema *arrow.Schema, mem memory.Allocator, take func(label int64, rec arrow.Record) error) error {
	for {
		name, p, err := r.NextChunk()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		label, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: chunk %q", errState, name)
		}
		if err := readRecord(p, schema, mem, label, take); err != nil {
			return err
		}
	}
}

func readRecord(p []byte, schema *arrow.Schema, mem memory.Allocator, label int64, take func(label int64, rec arrow.Record) error) error {
	in, err := ipc.NewReader(bytes.NewReader(p), ipc.WithAllocator(mem))
	if err != nil {
		return fmt.Errorf("%w: %w", errState, err)
	}
	defer in.Release()
	if schema != nil && !sameColumns(schema, in.Schema()) {
		return fmt.Errorf("%w: it has the columns %s, want %s", errState, in.Schema(), schema)
	}
	for in.Next() {
		if err := take(label, in.Record()); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil && err != io.EOF {
		return fmt.Errorf("%w: %w", errState, err)
	}
	return nil
}

func sameColumns(a, b *arrow.Schema) bool {
	if a.NumFields() != b.NumFields() {
		return false
	}
	for i, f := range a.Fields() {
		if !arrow.TypeEqual(f.Type, b.Field(i).Type) {
			return false
		}
	}
	return true
}

// frozenBatches is a state that is batches, which never change: a snapshot of it
// is another reference to each.
type frozenBatches struct {
	mem     memory.Allocator
	batches []labelled
}

type labelled struct {
	label int64
	batch flow.Batch
}

// add keeps the live rows of b from one on.
func (f *frozenBatches) add(label int64, b flow.Batch, from int) {
	b = b.Keep()
	if from > 0 {
		if b.Sel == nil {
			b.Sel = make([]uint32, b.Rows())
			for i := range b.Sel {
				b.Sel[i] = uint32(i)
			}
		}
		b.Sel = b.Sel[from:]
	}
	f.batches = append(f.batches, labelled{label, b})
}

// WriteTo is flow.Frozen's.
func (f *frozenBatches) WriteTo(w flow.StateWriter) error {
	var buf bytes.Buffer
	for _, l := range f.batches {
		rec := l.batch.Rec
		columns := make([]int, rec.NumCols())
		for i := range columns {
			columns[i] = i
		}
		rec = Compact(l.batch, rec.Schema(), columns, f.mem)
		err := writeRecord(w, l.label, rec, &buf)
		rec.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// Release is flow.Frozen's.
func (f *frozenBatches) Release() {
	for _, l := range f.batches {
		l.batch.Release()
	}
	f.batches = nil
}

// frozenPanes is the panes of an Aggregate at one instant. Their groups are
// written in the layout of partial groups, which Combine and Restore merge.
type frozenPanes struct {
	shape *shape // a copy: its scratch is this goroutine's
	mem   memory.Allocator
	panes []frozenPane
}

type frozenPane struct {
	of     *pane
	rows   int64
	groups agg.FrozenGroups
	funcs  []agg.Frozen
}

func (s *shape) freeze(panes []*pane, mem memory.Allocator) *frozenPanes {
	own := *s
	own.columns, own.spare = nil, nil
	f := &frozenPanes{shape: &own, mem: mem}
	for _, p := range panes {
		fp := frozenPane{of: p, rows: p.rows, groups: p.groups.Freeze()}
		for _, fn := range p.funcs {
			fp.funcs = append(fp.funcs, fn.Freeze(p.groups.Len()))
		}
		f.panes = append(f.panes, fp)
	}
	return f
}

// WriteTo is flow.Frozen's: a chunk per range of groups, labelled with the rows of
// the pane, the first one only.
func (f *frozenPanes) WriteTo(w flow.StateWriter) error {
	var buf bytes.Buffer
	for _, p := range f.panes {
		rows := p.rows
		for lo := 0; lo < p.groups.Len(); lo += agg.FrozenRange {
			hi := min(lo+agg.FrozenRange, p.groups.Len())
			part := &pane{span: p.of.span, groups: p.groups.Range(lo, hi)}
			for _, fn := range p.funcs {
				part.funcs = append(part.funcs, fn.Range(lo, hi))
			}
			rec := f.shape.partialRecord(part, f.mem)
			err := part.err()
			if err == nil {
				err = writeRecord(w, rows, rec, &buf)
			}
			rec.Release()
			if err != nil {
				return err
			}
			rows = 0
		}
	}
	return nil
}

// Release is flow.Frozen's.
func (f *frozenPanes) Release() {
	for _, p := range f.panes {
		for _, fn := range p.funcs {
			fn.Release()
		}
		p.groups.Release()
	}
	f.panes = nil
}

// frozenNumbers is a state of a few whole numbers, one chunk each.
type frozenNumbers []int64

// WriteTo is flow.Frozen's.
func (f frozenNumbers) WriteTo(w flow.StateWriter) error {
	for _, n := range f {
		if err := w.WriteChunk(strconv.FormatInt(n, 10), nil); err != nil {
			return err
		}
	}
	return nil
}

// Release is flow.Frozen's.
func (frozenNumbers) Release() {}

// readNumbers fills the numbers of a state.
func readNumbers(r flow.StateReader, into ...*int64) error {
	for _, n := range into {
		name, _, err := r.NextChunk()
		if err != nil {
			return fmt.Errorf("%w: %w", errState, err)
		}
		if *n, err = strconv.ParseInt(name, 10, 64); err != nil {
			return fmt.Errorf("%w: chunk %q", errState, name)
		}
	}
	return nil
}

// recordBytes is the memory of a batch's columns.
func recordBytes(b flow.Batch) (n int64) {
	if b.Rec == nil {
		return 0
	}
	for _, c := range b.Rec.Columns() {
		for _, buf := range c.Data().Buffers() {
			if buf != nil {
				n += int64(buf.Cap())
			}
		}
	}
	return n + int64(len(b.Sel))*4
}
