package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/uuid"

	"github.com/millrace-sql/millrace/sql/types"
)

var testWriter = WriterID{Incarnation: uuid.MustParse("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), Pump: "P 1"}

// checked is an allocator that must be empty at the end of the test.
func checked(t testing.TB) *memory.CheckedAllocator {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

// record builds rows of Go values: nil, bool, int, float64, string.
func newRecord(mem memory.Allocator, s types.Schema, rows ...[]any) arrow.Record {
	b := array.NewRecordBuilder(mem, s.Arrow())
	defer b.Release()
	for _, row := range rows {
		for i, v := range row {
			appendAny(b.Field(i), v)
		}
	}
	return b.NewRecord()
}

func appendAny(b array.Builder, v any) {
	if v == nil {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.Int8Builder:
		b.Append(int8(v.(int)))
	case *array.Int16Builder:
		b.Append(int16(v.(int)))
	case *array.Int32Builder:
		b.Append(int32(v.(int)))
	case *array.Int64Builder:
		b.Append(int64(v.(int)))
	case *array.Float32Builder:
		b.Append(float32(v.(float64)))
	case *array.Float64Builder:
		b.Append(v.(float64))
	case *array.StringBuilder:
		b.Append(v.(string))
	case *array.BinaryBuilder:
		b.Append([]byte(v.(string)))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(int64(v.(int))))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.(int)))
	case *array.Time64Builder:
		b.Append(arrow.Time64(v.(int)))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.(int)))
	default:
		panic(fmt.Sprintf("no builder for %T", b))
	}
}

// lines prints a record's rows, independently of the package: columns joined by a bar.
func lines(rec arrow.Record) []string {
	out := make([]string, rec.NumRows())
	for i := range out {
		cells := make([]string, rec.NumCols())
		for j := range cells {
			cells[j] = rec.Column(j).ValueStr(i)
		}
		out[i] = strings.Join(cells, "|")
	}
	return out
}

func mustScan(t testing.TB, tab *Table, o ScanOptions, batch int) ([]string, ScanStats) {
	t.Helper()
	ctx := context.Background()
	s, err := tab.Scan(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for {
		rec, err := s.Next(ctx, batch)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, lines(rec)...)
		rec.Release()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return out, s.Stats()
}

func mustOpen(t testing.TB, b Bucket, location string, o Options) *Table {
	t.Helper()
	tab, err := Open(b, location, o)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func mustWriter(t testing.TB, tab *Table, id WriterID) *Writer {
	t.Helper()
	w, err := tab.Writer(id)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// mustCommit appends a record and commits it as one epoch, in files.
func mustCommit(t testing.TB, w *Writer, epoch uint64, rec arrow.Record, sel []uint32) []byte {
	t.Helper()
	ctx := context.Background()
	if err := w.Append(ctx, rec, sel); err != nil {
		t.Fatal(err)
	}
	w.Finish()
	token, err := w.Prepare(ctx, epoch)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(ctx, epoch, token); err != nil {
		t.Fatal(err)
	}
	return token
}

func keysOf(t testing.TB, b Bucket, prefix string) []string {
	t.Helper()
	objects, err := b.List(context.Background(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range objects {
		out = append(out, o.Key)
	}
	return out
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("rows\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// buckets runs a test on every kind of bucket.
func buckets(t *testing.T, test func(t *testing.T, b Bucket)) {
	t.Run("mem", func(t *testing.T) { test(t, NewMem()) })
	t.Run("dir", func(t *testing.T) {
		b, err := OpenDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		test(t, b)
	})
}
