package shardlog

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

func TestStreams(t *testing.T) {
	db := openDB(t, "")
	l := openLog(t, db, Options{Now: func() types.Time { return 77 }})
	create(t, l, "b", 2)
	create(t, l, "a", 1)
	for _, c := range []struct {
		name   string
		shards int
		want   error
	}{{"a", 1, ErrStreamExists}, {"c", 0, ErrShardCount}, {"c", MaxShards + 1, ErrShardCount}, {"", 1, ErrStreamName}} {
		if err := l.CreateStream(c.name, c.shards); !errors.Is(err, c.want) {
			t.Errorf("CreateStream(%q, %d) is %v", c.name, c.shards, err)
		}
	}
	if got := l.Streams(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("streams are %q", got)
	}
	info, err := l.Describe("b")
	if err != nil || info.Created != 77 || len(info.Shards) != 2 || info.Shards[1].ID != "shardId-000000000001" || info.Shards[1].Next != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	for _, call := range []func() error{
		func() error { _, err := l.Describe("x"); return err },
		func() error { return l.DropStream("x") },
		func() error { _, err := l.Append(context.Background(), "x", records(1, "%d"), nil); return err },
		func() error { _, err := l.Reader("x", 0, Oldest()); return err },
		func() error { _, err := l.Horizon("x", 0); return err },
		func() error { _, err := l.LastOrdinal("x", [16]byte{}, 0); return err },
	} {
		if err := call(); !errors.Is(err, ErrNoStream) {
			t.Errorf("error is %v", err)
		}
	}
	if _, err := l.Reader("b", 2, Oldest()); !errors.Is(err, ErrNoShard) {
		t.Errorf("error is %v", err)
	}
}

func TestDropStream(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	l := openLog(t, db, Options{})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(100, "%d"))
	r, err := l.Reader("s", 0, Latest())
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := r.Next(context.Background())
		waiting <- err
	}()
	if err := l.DropStream("s"); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrNoStream) {
		t.Errorf("the waiting reader got %v", err)
	}
	create(t, l, "s", 1)
	if got := readAll(t, l, "s", 0, Oldest()); len(got) != 0 {
		t.Errorf("the new stream has %d records", len(got))
	}
	if got := appendAll(t, l, "s", records(1, "%d"))[0].Sequence; got != 1 {
		t.Errorf("the new stream begins at %d", got)
	}
	if err := db.Scan(blocksPrefix(0), nil, func(k, _ []byte) error { return fmt.Errorf("%x is left", k) }); err != nil {
		t.Error(err)
	}
}

func TestInterruptedDropIsFinished(t *testing.T) {
	db := openDB(t, "")
	l := openLog(t, db, Options{})
	create(t, l, "s", 1)
	appendAll(t, l, "s", records(3, "%d"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// As after a crash behind the commit of DropStream.
	var b kv.Batch
	b.Delete(streamKey("s"))
	b.Put(droppedKey(0), nil)
	if err := db.Commit(&b); err != nil {
		t.Fatal(err)
	}
	openLog(t, db, Options{})
	for _, prefix := range [][]byte{blocksPrefix(0), droppedPrefix} {
		if err := db.Scan(prefix, nil, func(k, _ []byte) error { return fmt.Errorf("%x is left", k) }); err != nil {
			t.Error(err)
		}
	}
}

func TestHashRangesDivideTheSpaceEqually(t *testing.T) {
	space := new(big.Int).Lsh(big.NewInt(1), 128)
	for _, n := range []int{1, 2, 3, 7, 64, 1000, MaxShards} {
		width := new(big.Int).Div(space, big.NewInt(int64(n)))
		for i := range n {
			first, last := hashRange(i, n)
			want := new(big.Int).Mul(width, big.NewInt(int64(i)))
			if got := new(big.Int).SetBytes(first[:]); got.Cmp(want) != 0 {
				t.Fatalf("shard %d of %d begins at %v, want %v", i, n, got, want)
			}
			want = want.Mul(width, big.NewInt(int64(i+1)))
			if i == n-1 {
				want = space
			}
			want = new(big.Int).Sub(want, big.NewInt(1))
			if got := new(big.Int).SetBytes(last[:]); got.Cmp(want) != 0 {
				t.Fatalf("shard %d of %d ends at %v, want %v", i, n, got, want)
			}
		}
	}
}

func TestRouteFollowsTheHashRanges(t *testing.T) {
	for _, n := range []int{2, 3, 10, 1000} {
		st := newStream("s", definition{Shards: n})
		recs := records(500, "%d")
		for i, got := range st.route(recs) {
			sum := md5.Sum([]byte(recs[i].PartitionKey))
			first, last := hashRange(int(got), n)
			h := new(big.Int).SetBytes(sum[:])
			if h.Cmp(new(big.Int).SetBytes(first[:])) < 0 || h.Cmp(new(big.Int).SetBytes(last[:])) > 0 {
				t.Errorf("%s of hash %x is in shard %d of %d", recs[i].PartitionKey, sum, got, n)
			}
		}
		for i := range n {
			first, last := hashRange(i, n)
			if a, b := shardOf(first, st.starts), shardOf(last, st.starts); a != i || b != i {
				t.Errorf("the ends of shard %d of %d belong to %d and %d", i, n, a, b)
			}
		}
	}
}

func TestShardID(t *testing.T) {
	if ShardID(12) != "shardId-000000000012" {
		t.Error(ShardID(12))
	}
	if n, err := ParseShardID("shardId-000000000012"); n != 12 || err != nil {
		t.Error(n, err)
	}
	for _, bad := range []string{"", "12", "shardId-12", "shardId--00000000012", "shardId-00000000001x"} {
		if _, err := ParseShardID(bad); !errors.Is(err, ErrNoShard) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
