package shardlog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// written returns a closed log: stream s with blocks 1-5, 6-10, 11-15 (of a lane), 16 (in several chunks), 17-21.
func written(t *testing.T) *kv.DB {
	t.Helper()
	db, err := kv.Open(t.TempDir(), kv.Options{Durability: kv.None, SegmentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := &fakeClock{at: 1000}
	l, err := Open(db, Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	create(t, l, "s", 1)
	create(t, l, "empty", 2)
	for i := range 5 {
		recs, lane := records(5, "%d"), (*Lane)(nil)
		switch i {
		case 2:
			lane = &Lane{ID: 4}
		case 3:
			recs = []Record{{Data: incompressible(1_200_000)}} // three values
		}
		if _, err := l.Append(context.Background(), "s", recs, lane); err != nil {
			t.Fatal(err)
		}
		c.at += 10
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return db
}

// edit changes the value under a key; nil from fn removes it.
func edit(key []byte, fn func(value []byte) []byte) func(*testing.T, *kv.DB) {
	return func(t *testing.T, db *kv.DB) {
		value, err := db.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		var b kv.Batch
		if value = fn(value); value == nil {
			b.Delete(key)
		} else {
			b.Put(key, value)
		}
		if err := db.Commit(&b); err != nil {
			t.Fatal(err)
		}
	}
}

func flip(key []byte, at int) func(*testing.T, *kv.DB) {
	return edit(key, func(v []byte) []byte { v[at] ^= 1; return v })
}

func remove(key []byte) func(*testing.T, *kv.DB) {
	return edit(key, func([]byte) []byte { return nil })
}

func block(first uint64) []byte { return blockKey(0, 0, first) }

func TestVerify(t *testing.T) {
	const s = `stream "s", shardId-000000000000, `
	for _, c := range []struct {
		name   string
		damage func(*testing.T, *kv.DB)
		want   []string // what each problem says, in its parts
	}{
		{"nothing", func(*testing.T, *kv.DB) {}, nil},
		{"header flipped", flip(block(6), 33), []string{s + "block 6-10: checksum|records are lost|go on after sequence number 10"}},
		{"body flipped", flip(block(6), headerBytes+3), []string{s + "block 6-10: checksum|records are lost"}},
		{"first block gone", remove(block(1)), []string{s + "records 1-5: no block holds them"}},
		{"block gone", remove(block(6)), []string{s + "records 6-10: no block holds them|they are lost"}},
		{"block of a lane gone", remove(block(11)), []string{s + "records 11-15: no block"}},
		{"last block flipped", flip(block(17), 90), []string{s + "block 17, the last: checksum|opens when it is removed"}},
		{"chunk gone", remove(chunkKey(block(16), 1)), []string{s + "block 16-16: chunk 1 is missing"}},
		{"last chunk gone", remove(chunkKey(block(16), 2)), []string{s + "block 16-16: shorter"}},
		{"first chunk gone", remove(block(16)), []string{s + "block 16-16: chunk 0 is missing"}},
		{"chunk flipped", flip(chunkKey(block(16), 2), 5), []string{s + "block 16-16: checksum"}},
		{"crash between chunks", func(t *testing.T, db *kv.DB) {
			remove(block(17))(t, db)
			remove(block(16))(t, db)
		}, []string{s + "block 16, the last: chunk 0 is missing|nothing is lost"}},
		{"another version", edit(block(6), func(v []byte) []byte { v[4] = 2; return reseal(v) }), []string{s + "block 6-10|found 2, this program reads 1|the program that wrote it"}},
		{"arrival steps back", edit(block(6), func(v []byte) []byte {
			copy(v[32:48], bytes.Repeat([]byte{5, 0, 0, 0, 0, 0, 0, 0}, 2))
			return reseal(v)
		}), []string{s + "block 6-10: arrivals from 5 to 5, after 1000"}},
		{"ordinal wrong", edit(block(11), func(v []byte) []byte { v[64] = 9; return reseal(v) }), []string{s + "block 11-15: ordinals 9 to 13 of lane 4"}},
		{"lane too low", edit(laneKey(0, laneID{lane: 4}), func(v []byte) []byte { v[0]--; return v }), []string{`stream "s", lane 4|go on with ordinal 5, stored is 4|storing the greater`}},
		{"lane gone", remove(laneKey(0, laneID{lane: 4})), []string{`stream "s", lane 4|stored is 0`}},
		{"lane too high", edit(laneKey(0, laneID{lane: 4}), func(v []byte) []byte { v[0]++; return v }), []string{`stream "s", lane 4|5 records are there, of 6`}},
		{"definition damaged", edit(streamKey("s"), func([]byte) []byte { return []byte("{") }),
			[]string{`definition of stream "s"|written anew`, "blocks of stream number 0|no stream has that number"}},
		{"definition of another version", edit(streamKey("s"), func(v []byte) []byte { return bytes.Replace(v, []byte(":1,"), []byte(":2,"), 1) }),
			[]string{`definition of stream "s"|found 2, this program reads 1`, "blocks of stream number 0"}},
		{"time damaged", edit(leadKey, func(v []byte) []byte { return v[1:] }), []string{"stored time: it has 7 bytes"}},
		{"time too low", edit(leadKey, func(v []byte) []byte { v[0], v[1] = 0, 4; return v }),
			[]string{s + "block 16-16|stored time 1024", s + "block 17-21|stored time 1024"}},
	} {
		db := written(t)
		c.damage(t, db)
		var got []kv.Problem
		n, err := Verify(context.Background(), db, func(p kv.Problem) { got = append(got, p) })
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil && (n.Streams != 2 || n.Shards != 3 || n.Blocks != 5 || n.Records != 21 || n.Bytes < 1_200_000) {
			t.Errorf("%s: %+v", c.name, n)
		}
		kvfault.MatchProblems(t, c.name, got, c.want)
	}
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, written(t), func(p kv.Problem) { t.Error(p) }); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

// What Verify calls repairable is repaired by opening, and what it says about readers is true.
func TestVerifyTellsTheTruth(t *testing.T) {
	db := written(t)
	remove(block(17))(t, db)
	remove(block(16))(t, db) // its chunks stay: a crash
	flip(block(6), headerBytes+3)(t, db)
	l := openLog(t, db, Options{Now: func() types.Time { return 5000 }})
	var damage *CorruptError
	if _, err := l.Reader("s", 0, At(1015)); !errors.As(err, &damage) {
		t.Errorf("a damaged block is trusted: %v", err)
	}
	if got := readAll(t, l, "s", 0, After(10)); len(got) != 5 || got[0].sequence != 11 {
		t.Errorf("behind the damage: %v", got)
	}
	if got := appendAll(t, l, "s", []Record{{Data: incompressible(600_000)}})[0]; got.Sequence != 16 {
		t.Errorf("appended as %+v", got)
	}
	if got := readAll(t, l, "s", 0, After(15)); len(got) != 1 || len(got[0].data) != 600_000 {
		t.Errorf("the new block is mixed up with what a crash left")
	}
	problems := 0
	if _, err := Verify(context.Background(), db, func(kv.Problem) { problems++ }); err != nil || problems != 1 {
		t.Errorf("%d problems are left, %v", problems, err)
	}
}

func TestBlockOfAnotherVersion(t *testing.T) {
	db := written(t)
	newer := func(v []byte) []byte { v[4] = 2; return reseal(v) }
	edit(block(6), newer)(t, db)
	l := openLog(t, db, Options{})
	r, err := l.Reader("s", 0, After(5))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.TryNext(); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "sequence 6") {
		t.Errorf("error is %v", err)
	}
	r.Close()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	edit(block(17), newer)(t, db)
	if _, err := Open(db, Options{}); !errors.Is(err, ErrVersion) {
		t.Errorf("error is %v", err)
	}
}

func TestGoldenDefinition(t *testing.T) {
	want, err := os.ReadFile("testdata/definition.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDefinition(want)
	if err != nil || d != (definition{Version: 1, ID: 7, Shards: 3, Created: goldenArrival}) {
		t.Errorf("read %+v, %v", d, err)
	}
	if got, err := json.Marshal(d); err != nil || !bytes.Equal(got, want) {
		t.Errorf("written: %s, %v", got, err)
	}
	db := openDB(t, "")
	var b kv.Batch
	b.Put(streamKey("new"), bytes.Replace(want, []byte(":1,"), []byte(":2,"), 1))
	if err := db.Commit(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(db, Options{}); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), `"new"`) || !strings.Contains(err.Error(), "found 2, this program reads 1") {
		t.Errorf("error is %v", err)
	}
}
