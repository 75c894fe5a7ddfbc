package shardlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// copyDir copies the files of an open database, as a crash would leave them. Runs of zeros become holes.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := copySparse(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func copySparse(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	buf, zero := make([]byte, 64<<10), make([]byte, 64<<10)
	var at int64
	for {
		n, err := in.Read(buf)
		if n > 0 && !bytes.Equal(buf[:n], zero[:n]) {
			if _, err := out.WriteAt(buf[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(out.Truncate(at), out.Close())
}

func TestCrashKeepsWhatWasAcknowledged(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	l := openLog(t, openDB(t, dir), Options{Now: func() types.Time { return types.Day }})
	create(t, l, "s", 4)
	var mu sync.Mutex
	must := map[string]Receipt{}
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 100 {
				key := fmt.Sprintf("w%d-%d", w, i)
				data := append([]byte(key), make([]byte, i*371%30_000)...)
				for k := len(key); k < len(data); k++ {
					data[k] = byte(k * k >> 5) // not too compressible: some blocks go to the value files
				}
				got, err := l.Append(context.Background(), "s", []Record{{key, data}}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				must[key] = got[0]
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	copyDir(t, dir, copied) // neither the log nor the database was closed

	// The clock stepped back: what is appended after the restart must still come later than all before.
	l2 := openLog(t, openDB(t, copied), Options{Now: func() types.Time { return 5 }})
	found := map[string]Receipt{}
	var greatest types.Time
	for sh := range 4 {
		for i, got := range readAll(t, l2, "s", sh, Oldest()) {
			if got.sequence != uint64(i+1) {
				t.Fatalf("shard %d: record %d has sequence number %d", sh, i, got.sequence)
			}
			if string(got.data[:len(got.key)]) != got.key {
				t.Fatalf("shard %d: record %d is damaged", sh, i)
			}
			found[got.key] = Receipt{sh, got.sequence, got.arrival}
			greatest = max(greatest, got.arrival)
		}
	}
	for k, r := range must {
		if found[k] != r {
			t.Errorf("%s was acknowledged as %+v, found is %+v", k, r, found[k])
		}
	}
	got := appendAll(t, l2, "s", []Record{{"w0-0", nil}})[0]
	if got.Arrival < greatest || got.Sequence <= must["w0-0"].Sequence {
		t.Errorf("appended as %+v after arrival %d", got, greatest)
	}
}

func TestRestartGoesOn(t *testing.T) {
	dir := t.TempDir()
	now := types.Time(10 * types.Second)
	var last Receipt
	for run := range 3 {
		db, err := kv.Open(dir, kv.Options{SegmentBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Open(db, Options{Now: func() types.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			create(t, l, "s", 1)
		}
		got := appendAll(t, l, "s", records(10, "%d"))
		if run > 0 && (got[0].Sequence != last.Sequence+1 || got[0].Arrival != last.Arrival) {
			t.Errorf("run %d goes on with %+v after %+v", run, got[0], last)
		}
		last = got[9]
		if n := len(readAll(t, l, "s", 0, Oldest())); n != 10*(run+1) {
			t.Errorf("run %d reads %d records", run, n)
		}
		now -= types.Second // arrivals stand still
		if err := errors.Join(l.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCorruptBlock(t *testing.T) {
	db := openDB(t, "")
	l := openLog(t, db, Options{HeadBytes: 1, BlockBytes: 100})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(50, "some data of record %d"))
	r, err := l.Reader("s", 0, Oldest())
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.TryNext()
	if err != nil {
		t.Fatal(err)
	}
	second := b.FirstSequence() + uint64(b.Len())
	key := blockKey(0, 0, second)
	good, err := db.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(value []byte) {
		var batch kv.Batch
		batch.Put(key, value)
		if err := db.Commit(&batch); err != nil {
			t.Fatal(err)
		}
	}
	r.cursor.Close() // its snapshot has the good block
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 0x40
		write(bad)
		var damage *CorruptError
		if _, err := r.TryNext(); !errors.As(err, &damage) || damage.Stream != "s" || damage.Shard != 0 || damage.Sequence != second {
			t.Fatalf("byte %d flipped: error is %v", at, err)
		}
	}
	var batch kv.Batch
	batch.Delete(key)
	if err := db.Commit(&batch); err != nil {
		t.Fatal(err)
	}
	var damage *CorruptError
	if _, err := r.TryNext(); !errors.As(err, &damage) || damage.Sequence != second {
		t.Errorf("block missing: error is %v", err)
	}
	write(good)
	if b, err := r.TryNext(); err != nil || b.FirstSequence() != second {
		t.Errorf("the reader did not go on: %v", err)
	}
}

func TestOpenFindsACorruptEnd(t *testing.T) {
	db := openDB(t, "")
	l := openLog(t, db, Options{})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(5, "%d"))
	stored, err := db.Get(blockKey(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	stored[headerBytes] ^= 1
	var batch kv.Batch
	batch.Put(blockKey(0, 0, 1), stored)
	if err := db.Commit(&batch); err != nil {
		t.Fatal(err)
	}
	var damage *CorruptError
	if _, err := Open(db, Options{}); !errors.As(err, &damage) || damage.Sequence != 1 {
		t.Errorf("error is %v", err)
	}
}

func TestLargeRecords(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		for _, codec := range []Codec{S2, Raw} {
			db := openDB(t, dir)
			l := openLog(t, db, Options{HeadBytes: 1, Codec: codec})
			stream := "s-" + codec.String()
			create(t, l, stream, 1)
			var recs []Record
			x := uint32(1)
			for _, size := range []int{10, 300 << 10, 1 << 20, 0, 5 << 20, MaxRecordBytes, 100} {
				data := make([]byte, size)
				for i := range data {
					x = x*1664525 + 1013904223 // incompressible
					data[i] = byte(x >> 24)
				}
				recs = append(recs, Record{PartitionKey: fmt.Sprint(size), Data: data})
			}
			appendAll(t, l, stream, recs)
			for from := range len(recs) {
				got := readAll(t, l, stream, 0, After(uint64(from)))
				if len(got) != len(recs)-from {
					t.Fatalf("%d records after %d", len(got), from)
				}
				if got[0].key != recs[from].PartitionKey || got[0].data != string(recs[from].Data) {
					t.Errorf("record %d came back with %d bytes", from, len(got[0].data))
				}
			}
			if _, err := l.Append(context.Background(), stream, []Record{{"k", make([]byte, MaxRecordBytes+1)}}, nil); !errors.Is(err, ErrTooLarge) {
				t.Errorf("error is %v", err)
			}
			if err := errors.Join(l.Close(), db.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// More than a round holds: several commits, still in order, none lost.
func TestLargeAppend(t *testing.T) {
	l := openLog(t, openDB(t, ""), Options{})
	create(t, l, "s", 3)
	recs := make([]Record, 20_000)
	for i := range recs {
		recs[i] = Record{PartitionKey: fmt.Sprint(i), Data: bytes.Repeat([]byte{byte(i)}, 500)}
	}
	receipts := appendAll(t, l, "s", recs)
	var shards [3][]row
	for sh := range shards {
		shards[sh] = readAll(t, l, "s", sh, Oldest())
	}
	for i, r := range receipts {
		got := shards[r.Shard][r.Sequence-1]
		if got.key != recs[i].PartitionKey || got.data != string(recs[i].Data) || got.arrival != r.Arrival {
			t.Fatalf("record %d came back as key %s, arrival %d", i, got.key, got.arrival)
		}
	}
}
