package state

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

func openDB(t testing.TB, dir string) *kv.DB {
	t.Helper()
	db, err := kv.Open(dir, kv.Options{SegmentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func sample(epoch uint64) Checkpoint {
	return Checkpoint{
		Epoch:      epoch,
		Offsets:    map[string][]byte{"in/0": {}, "in/1": {0, 0xff}},
		Watermarks: map[string]types.Time{"pump": 1_600_000_000_000_000, "neg": -2},
		Counters:   map[string]int64{"rows": 12345},
		Tokens:     map[string][]byte{"sink": []byte("token")},
	}
}

func save(t testing.TB, s *Store, job string, c Checkpoint, state map[string][]byte) {
	t.Helper()
	c.State = map[string]io.WriterTo{}
	for name, b := range state {
		c.State[name] = bytes.NewReader(b)
	}
	if err := s.Save(job, c); err != nil {
		t.Fatal(err)
	}
}

// latest reads a job's checkpoint and all its state.
func latest(t testing.TB, s *Store, job string) (*Checkpoint, map[string][]byte) {
	t.Helper()
	c, r, err := s.Latest(job)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range r.Names() {
		in, size := r.Open(name)
		b, err := io.ReadAll(in)
		if err != nil || int64(len(b)) != size {
			t.Fatalf("%s: %d bytes of %d, %v", name, len(b), size, err)
		}
		out[name] = b
	}
	return c, out
}

func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*i>>7) ^ seed
	}
	return b
}

func TestSaveAndLoad(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		s := New(openDB(t, dir), Options{})
		if _, _, err := s.Latest("job"); !errors.Is(err, ErrNone) {
			t.Errorf("error is %v", err)
		}
		for epoch := uint64(1); epoch < 4; epoch++ {
			want := map[string][]byte{
				"empty": {}, "small": pattern(10, byte(epoch)), "exact": pattern(2*chunkBytes, byte(epoch)), "large": pattern(3*chunkBytes+1, byte(epoch)),
			}
			save(t, s, "job", sample(epoch), want)
			save(t, s, "jo", sample(epoch+100), map[string][]byte{"x": {byte(epoch)}})
			c, state := latest(t, s, "job")
			wantRoot := sample(epoch)
			if !reflect.DeepEqual(*c, wantRoot) {
				t.Errorf("read %+v, want %+v", *c, wantRoot)
			}
			if !maps.EqualFunc(state, want, bytes.Equal) {
				t.Errorf("epoch %d: the state of %v came back otherwise", epoch, slices.Sorted(maps.Keys(state)))
			}
		}
		for _, epoch := range []uint64{0, 2, 3} {
			if err := s.Save("job", sample(epoch)); !errors.Is(err, ErrEpoch) {
				t.Errorf("epoch %d: %v", epoch, err)
			}
		}
		if _, r, err := s.Latest("job"); err != nil {
			t.Error(err)
		} else if in, _ := r.Open("absent"); in != nil {
			t.Error("state of an absent operator")
		}
		if err := errors.Join(s.Drop("job"), s.Drop("absent")); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Latest("job"); !errors.Is(err, ErrNone) {
			t.Errorf("error is %v", err)
		}
		if c, _ := latest(t, s, "jo"); c.Epoch != 103 {
			t.Errorf("the other job is at epoch %d", c.Epoch)
		}
	}
}

func TestNilAndEmptyMapsAreTheSame(t *testing.T) {
	s := New(openDB(t, ""), Options{})
	save(t, s, "", Checkpoint{Epoch: 9}, nil)
	c, state := latest(t, s, "")
	if c.Epoch != 9 || len(c.Offsets)+len(c.Watermarks)+len(c.Counters)+len(c.Tokens)+len(state) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestGoldenRoot(t *testing.T) {
	text, err := os.ReadFile("testdata/root.hex") // written by a program of its own, as format.md says
	if err != nil {
		t.Fatal(err)
	}
	want, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	state := []byte("state of the operator")
	operators := []operator{{"agg", []chunk{{uint32(len(state)), crc32.Checksum(state, castagnoli)}}}, {name: "join"}}
	if got := encodeRoot(sample(300), operators); !bytes.Equal(got, want) {
		t.Errorf("written: %x\nwant:    %x", got, want)
	}
	c, ops, err := decodeRoot(want)
	if wantRoot := sample(300); err != nil || !reflect.DeepEqual(*c, wantRoot) || !reflect.DeepEqual(ops, operators) {
		t.Errorf("read %+v %+v, %v", c, ops, err)
	}
	next := bytes.Clone(want)
	next[4]++
	binary.LittleEndian.PutUint32(next, crc32.Checksum(next[4:], castagnoli))
	if _, _, err := decodeRoot(next); !errors.Is(err, ErrVersion) || errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "found 2, this program reads 1") {
		t.Errorf("the next version: %v", err)
	}
	for i := range want {
		bad := bytes.Clone(want)
		bad[i] ^= 1
		if _, _, err := decodeRoot(bad); !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d flipped: %v", i, err)
		}
		if _, _, err := decodeRoot(want[:i]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

// A crash between the chunks and the root leaves the checkpoint before.
func TestInterruptedSave(t *testing.T) {
	db := openDB(t, "")
	s := New(db, Options{})
	save(t, s, "j", sample(1), map[string][]byte{"op": pattern(chunkBytes+5, 1)})
	broken := sample(2)
	own := errors.New("own")
	broken.State = map[string]io.WriterTo{"op": writerTo(func(w io.Writer) error {
		if _, err := w.Write(pattern(5*chunkBytes, 2)); err != nil {
			return err
		}
		return own
	})}
	if err := s.Save("j", broken); !errors.Is(err, own) {
		t.Errorf("error is %v", err)
	}
	c, state := latest(t, s, "j")
	if c.Epoch != 1 || !bytes.Equal(state["op"], pattern(chunkBytes+5, 1)) {
		t.Errorf("epoch %d", c.Epoch)
	}
	save(t, s, "j", sample(2), map[string][]byte{"op": pattern(7, 3)})
	if c, state := latest(t, s, "j"); c.Epoch != 2 || !bytes.Equal(state["op"], pattern(7, 3)) {
		t.Errorf("epoch %d with %d bytes", c.Epoch, len(state["op"]))
	}
}

// In memory a commit holds fewer chunks than are put into one on disk.
func TestManyChunks(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		s := New(openDB(t, dir), Options{})
		want := map[string][]byte{"a": {7}, "b": pattern((2*chunksPerCommit+3)*chunkBytes+1, 1)}
		save(t, s, "j", sample(1), want)
		if _, state := latest(t, s, "j"); !maps.EqualFunc(state, want, bytes.Equal) {
			t.Errorf("%d bytes came back", len(state["b"]))
		}
	}
}

type writerTo func(io.Writer) error

func (f writerTo) WriteTo(w io.Writer) (int64, error) { return 0, f(w) }

func TestMissingAndCorruptChunks(t *testing.T) {
	db := openDB(t, "")
	s := New(db, Options{})
	save(t, s, "j", sample(1), map[string][]byte{"a": {1}, "op": pattern(2*chunkBytes, 1)})
	key := chunkKey("j", 1, 1, 1)
	good, err := db.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	change := func(value []byte) {
		var b kv.Batch
		b.Delete(key)
		if value != nil {
			b.Put(key, value)
		}
		if err := db.Commit(&b); err != nil {
			t.Fatal(err)
		}
	}
	change(nil)
	if _, _, err := s.Latest("j"); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), `"op"`) {
		t.Errorf("missing: %v", err)
	}
	change(good[1:])
	if _, _, err := s.Latest("j"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("short: %v", err)
	}
	bad := bytes.Clone(good)
	bad[17]++
	change(bad)
	_, r, err := s.Latest("j")
	if err != nil {
		t.Fatal(err)
	}
	in, _ := r.Open("op")
	if got, err := io.ReadAll(in); !errors.Is(err, ErrCorrupt) || len(got) != chunkBytes {
		t.Errorf("damaged: %d bytes, %v", len(got), err)
	}
	var b kv.Batch
	b.Put(rootKey("j", 1), []byte("garbage"))
	if err := db.Commit(&b); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Latest("j"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("root: %v", err)
	}
}

func TestOldEpochsGoAndTheirSpaceToo(t *testing.T) {
	dir := t.TempDir()
	db := openDB(t, dir)
	s := New(db, Options{ReclaimBytes: 4 << 20})
	for epoch := range uint64(60) {
		save(t, s, "j", sample(epoch+1), map[string][]byte{"op": pattern(1<<20, byte(epoch))})
	}
	epochs, err := s.epochs("j")
	if err != nil || len(epochs) > 5 {
		t.Errorf("%d epochs are left, %v", len(epochs), err)
	}
	if c, state := latest(t, s, "j"); c.Epoch != 60 || !bytes.Equal(state["op"], pattern(1<<20, 59)) {
		t.Errorf("epoch %d", c.Epoch)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	if err != nil {
		t.Fatal(err)
	}
	var used int64
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		used += info.Size()
	}
	if used > 20<<20 {
		t.Errorf("60 checkpoints of 1 MiB left %d bytes in %d files", used, len(files))
	}
	// Small ones are counted instead.
	for epoch := range uint64(maxOldEpochs + 10) {
		save(t, s, "tiny", sample(epoch+1), nil)
	}
	if epochs, err := s.epochs("tiny"); err != nil || len(epochs) > maxOldEpochs {
		t.Errorf("%d epochs are left, %v", len(epochs), err)
	}
}

func TestTooLarge(t *testing.T) {
	db := openDB(t, "")
	s := New(db, Options{})
	c := sample(1)
	c.Tokens["sink"] = make([]byte, db.MaxValue())
	if err := s.Save("j", c); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error is %v", err)
	}
	if err := s.Save(strings.Repeat("j", 40_000), sample(1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error is %v", err)
	}
}

// FuzzRoot feeds the decoder with records whose checksum is right but whose content may be anything.
func FuzzRoot(f *testing.F) {
	f.Add(encodeRoot(sample(1), []operator{{"op", []chunk{{5, 6}}}})[4:])
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := crc32.Checksum(body, castagnoli)
		in := append([]byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)}, body...)
		c, ops, err := decodeRoot(in)
		if err != nil {
			return
		}
		again, opsAgain, err := decodeRoot(encodeRoot(*c, ops))
		if err != nil || fmt.Sprint(*again, opsAgain) != fmt.Sprint(*c, ops) {
			t.Fatalf("%+v became %+v, %v", *c, again, err)
		}
	})
}
