package state

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, db *kv.DB)
		want   []string // what each problem says, in its parts
	}{
		{"nothing", func(*testing.T, *kv.DB) {}, nil},
		{"chunk flipped", flip(chunkKey("j", 3, 1, 1), 17), []string{`checkpoint 3 of job "j"|chunk 1 of operator "op"|checksum|starts anew`}},
		{"chunk gone", remove(chunkKey("j", 3, 1, 1)), []string{`checkpoint 3 of job "j"|chunk 1 of operator "op"|not found|starts anew`}},
		{"old chunk gone", remove(chunkKey("j", 2, 0, 0)), []string{`checkpoint 2 of job "j"|chunk 0 of operator "a"|a later checkpoint`}},
		{"root flipped", flip(rootKey("j", 3), 9), []string{`checkpoint 3 of job "j"|root record does not match|starts anew`}},
		{"root gone", remove(rootKey("j", 3)), []string{`checkpoint 3 of job "j"|4 chunks of 524|without a root record|nothing is lost`}},
		{"root of another version", nextVersion, []string{`checkpoint 3 of job "j"|found 2, this program reads 1|the program that wrote it`}},
		{"more chunks", write(chunkKey("j", 3, 1, 9), "x"), []string{`checkpoint 3 of job "j"|1 chunks of 1 bytes|nothing is lost`}},
		{"other key", write([]byte("s\x00"), "x"), []string{`key 7300|no key of a checkpoint|ignored`}},
	} {
		db := openDB(t, "")
		s := New(db, Options{ReclaimBytes: 1 << 30})
		for epoch := uint64(1); epoch <= 3; epoch++ {
			save(t, s, "j", sample(epoch), map[string][]byte{"a": {1}, "op": pattern(2*chunkBytes+7, 1)})
		}
		save(t, s, "other", sample(1), nil)
		c.damage(t, db)
		var got []kv.Problem
		n, err := Verify(context.Background(), db, func(p kv.Problem) { got = append(got, p) })
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil && (n != Counts{Jobs: 2, Checkpoints: 4, Chunks: 12, Bytes: 3 * (2*chunkBytes + 8)}) {
			t.Errorf("%s: %+v", c.name, n)
		}
		kvfault.MatchProblems(t, c.name, got, c.want)
	}
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	db := openDB(t, "")
	save(t, New(db, Options{}), "j", sample(1), map[string][]byte{"a": {1}, "b": {2}})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ctx, db, func(p kv.Problem) { t.Error(p) }); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func change(t *testing.T, db *kv.DB, fn func(b *kv.Batch)) {
	t.Helper()
	var b kv.Batch
	fn(&b)
	if err := db.Commit(&b); err != nil {
		t.Fatal(err)
	}
}

func flip(key []byte, at int) func(*testing.T, *kv.DB) {
	return func(t *testing.T, db *kv.DB) {
		value, err := db.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		value[at] ^= 1
		change(t, db, func(b *kv.Batch) { b.Put(key, value) })
	}
}

func remove(key []byte) func(*testing.T, *kv.DB) {
	return func(t *testing.T, db *kv.DB) { change(t, db, func(b *kv.Batch) { b.Delete(key) }) }
}

func write(key []byte, value string) func(*testing.T, *kv.DB) {
	return func(t *testing.T, db *kv.DB) { change(t, db, func(b *kv.Batch) { b.Put(key, []byte(value)) }) }
}

func nextVersion(t *testing.T, db *kv.DB) {
	key := rootKey("j", 3)
	value, err := db.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	value[4]++
	binary.LittleEndian.PutUint32(value, crc32.Checksum(value[4:], castagnoli))
	change(t, db, func(b *kv.Batch) { b.Put(key, value) })
}
