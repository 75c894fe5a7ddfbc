package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

var testSchema = types.StreamSchema(
	types.Field{Name: "A", Type: types.Of(types.BigInt)},
	types.Field{Name: "B", Type: types.VarcharOf(8)},
)

// pseudo extends a schema by the pseudo-columns that StreamSchema does not bring.
func pseudo(s types.Schema, names ...string) types.Schema {
	for _, n := range names {
		if i := slices.IndexFunc(s.Fields, func(f types.Field) bool { return f.Name == n }); i < 0 {
			s.Fields = append(s.Fields, types.Field{Name: n, Type: types.VarcharOf(64), Hidden: true})
		}
	}
	return s
}

// testLog is a log in memory with a clock that the test moves.
type testLog struct {
	t   *testing.T
	log *shardlog.Log
	now atomic.Int64
}

func newTestLog(t *testing.T) *testLog {
	l := &testLog{t: t}
	db, err := kv.Open("", kv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l.log, err = shardlog.Open(db, shardlog.Options{Now: func() types.Time { return types.Time(l.now.Load()) }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(l.log.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := l.log.CreateStream("s", 1); err != nil {
		t.Fatal(err)
	}
	return l
}

// put appends records in one block: key, blank, payload.
func (l *testLog) put(micros int64, lines ...string) {
	l.now.Store(micros)
	var recs []shardlog.Record
	for _, line := range lines {
		key, data, _ := strings.Cut(line, " ")
		recs = append(recs, shardlog.Record{PartitionKey: key, Data: []byte(data)})
	}
	if _, err := l.log.Append(context.Background(), "s", recs, nil); err != nil {
		l.t.Fatal(err)
	}
}

// threeBlocks has records of one row, of two rows and of none.
func threeBlocks(t *testing.T) *testLog {
	l := newTestLog(t)
	l.put(1_000_999, `k1 {"A":1,"B":"x"}`, `k2 {"A":2}{"A":3}`, `k3 {"A":4,"B":"y"}`)
	l.put(2_000_000, `k4 {"A":5}`, `k5 oops`, `k6 {"A":6}`)
	l.put(3_000_000, `k7 {"A":7}{"A":8}`, `k8 {"A":9}`)
	return l
}

// threeBlocksRows is A, B, ROWTIME in milliseconds, shard, sequence number and key
// of the rows.
var threeBlocksRows = []string{
	"1 x 1000 shardId-000000000000 1 k1",
	"2 NULL 1000 shardId-000000000000 2 k2",
	"3 NULL 1000 shardId-000000000000 2 k2",
	"4 y 1000 shardId-000000000000 3 k3",
	"5 NULL 2000 shardId-000000000000 4 k4",
	"6 NULL 2000 shardId-000000000000 6 k6",
	"7 NULL 3000 shardId-000000000000 7 k7",
	"8 NULL 3000 shardId-000000000000 7 k7",
	"9 NULL 3000 shardId-000000000000 8 k8",
}

func openReader(t *testing.T, l *testLog, from flow.Offset, ended <-chan struct{}, mem memory.Allocator) flow.Reader {
	schema := pseudo(testSchema, "SHARD_ID", "SEQUENCE_NUMBER", "PARTITION_KEY")
	s, err := NewSource(SourceConfig{Log: l.log, Stream: "s", Schema: schema, Start: shardlog.Oldest(), Mem: mem, Ended: ended})
	if err != nil {
		t.Fatal(err)
	}
	var columns []int
	for _, n := range []string{"A", "B", types.RowTimeName, "SHARD_ID", "SEQUENCE_NUMBER", "PARTITION_KEY"} {
		columns = append(columns, slices.IndexFunc(schema.Fields, func(f types.Field) bool { return f.Name == n }))
	}
	shards, err := s.Shards(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(context.Background(), shards[0].ID, from, flow.Scan{Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rowsOf prints the rows of a page, ROWTIME in milliseconds.
func rowsOf(p flow.Page) (out []string) {
	for i := range p.Rows.Rows() {
		rec := p.Rows.Rec
		b := "NULL"
		if s := rec.Column(1).(*array.String); s.IsValid(i) {
			b = s.Value(i)
		}
		micros := int64(p.Rows.Times(2)[i])
		if micros%1000 != 0 {
			b += fmt.Sprintf("(%d us)", micros)
		}
		out = append(out, fmt.Sprintf("%d %s %d %s %s %s", rec.Column(0).(*array.Int64).Value(i), b, micros/1000,
			rec.Column(3).(*array.String).Value(i), rec.Column(4).(*array.String).Value(i), rec.Column(5).(*array.String).Value(i)))
	}
	return out
}

var closedNow = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// TestReadAcrossBlocks reads pages of any size, beginning anywhere: the rows and
// the bad record are the same, and no row is below a horizon told before it.
func TestReadAcrossBlocks(t *testing.T) {
	l := threeBlocks(t)
	for _, maxRows := range []int{1, 2, 3, 4, 7, 100} {
		t.Run(fmt.Sprintf("rows=%d", maxRows), func(t *testing.T) {
			mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
			defer mem.AssertSize(t, 0)
			pages := readAll(t, l, "", maxRows, mem)
			for i, p := range pages {
				rest := readAll(t, l, p.next, maxRows, mem)
				if have, want := join(rest), join(pages[i+1:]); !slices.Equal(have.rows, want.rows) || !slices.Equal(have.bad, want.bad) {
					t.Errorf("after offset %q: %v %v, want %v %v", p.next, have.rows, have.bad, want.rows, want.bad)
				}
			}
			all := join(pages)
			if !slices.Equal(all.rows, threeBlocksRows) {
				t.Errorf("rows\n%s\nwant\n%s", strings.Join(all.rows, "\n"), strings.Join(threeBlocksRows, "\n"))
			}
			if !slices.Equal(all.bad, []string{"5 2000 oops"}) {
				t.Errorf("bad records %q", all.bad)
			}
			if maxRows == 100 && len(pages) != 2 {
				t.Errorf("%d pages, want one up to the block of the bad record and one behind it", len(pages))
			}
		})
	}
}

// pageText is a page as text, kept beyond the next Read.
type pageText struct {
	rows, bad []string
	next      flow.Offset
}

func readAll(t *testing.T, l *testLog, from flow.Offset, maxRows int, mem memory.Allocator) (out []pageText) {
	t.Helper()
	r := openReader(t, l, from, closedNow, mem)
	promised := types.MinTime
	for {
		p, err := r.Read(context.Background(), maxRows)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text := pageText{rows: rowsOf(p), next: p.Next}
		for i := range p.Rows.Rows() {
			if at := types.Time(p.Rows.Times(2)[i]); at < promised {
				t.Errorf("a row of %s after the horizon %s", at, promised)
			}
		}
		for _, b := range p.Bad {
			text.bad = append(text.bad, fmt.Sprintf("%s %d %s", b.Origin.Position, int64(b.RowTime)/1000, b.Raw))
		}
		if p.Horizon < promised {
			t.Errorf("horizon %s after %s", p.Horizon, promised)
		}
		promised = p.Horizon
		out = append(out, text)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func join(pages []pageText) (all pageText) {
	for _, p := range pages {
		all.rows = append(all.rows, p.rows...)
		all.bad = append(all.bad, p.bad...)
	}
	return all
}

// TestReadLive follows the end of a shard: an empty page with a horizon while
// nothing comes, then what came.
func TestReadLive(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	l := newTestLog(t)
	l.put(1_000_000, `k {"A":1}`)
	r := openReader(t, l, "", nil, mem)
	read := func() flow.Page {
		p, err := r.Read(context.Background(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if rows := rowsOf(read()); len(rows) != 1 {
		t.Errorf("rows %q", rows)
	}
	l.now.Store(1_500_000)
	if p := read(); p.Rows.Rows() != 0 || p.Horizon != 1_500_000 || p.Next != "1" {
		t.Errorf("while nothing comes: %d rows, horizon %s, next %q", p.Rows.Rows(), p.Horizon, p.Next)
	}
	l.put(2_000_000, `k {"A":2}`)
	l.put(2_500_000, `k {"A":3}`)
	p := read()
	if rows := rowsOf(p); len(rows) != 2 || p.Next != "3" || p.Horizon != 2_500_000 {
		t.Errorf("rows %q, next %q, horizon %s", rows, p.Next, p.Horizon)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
