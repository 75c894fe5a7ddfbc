package shardlog

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/types"
)

// golden reads a block that was written, field by field as format.md says, by a program of its own.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const goldenArrival = types.Time(1_600_000_000_000_000)

func TestGoldenRawBlockInLane(t *testing.T) {
	stored := golden(t, "block-raw-lane.hex")
	var b Block
	if err := new(decoder).decode(stored, &b); err != nil {
		t.Fatal(err)
	}
	want := []row{{"k1", "hello", 42, goldenArrival}, {"", "\x00", 43, goldenArrival}, {"k3", "", 44, goldenArrival + 250}}
	if b.Len() != len(want) {
		t.Fatalf("%d records", b.Len())
	}
	for i, w := range want {
		k, d := b.Record(i)
		if got := (row{string(k), string(d), b.Sequence(i), b.Arrival(i)}); got != w {
			t.Errorf("record %d is %+v, want %+v", i, got, w)
		}
	}
	incarnation := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	if lane, ok := b.Lane(); !ok || lane != (Lane{incarnation, 7, 1000}) || b.nextOrdinal != 1005 {
		t.Errorf("lane is %+v, %v, next %d", lane, ok, b.nextOrdinal)
	}
	// The writer must make the same bytes.
	w := &builder{}
	w.reset(&shard{}, &lane{laneID: laneID{incarnation, 7}}, 1000, 42)
	w.add(&Record{"k1", []byte("hello")}, goldenArrival)
	w.add(&Record{"", []byte{0}}, goldenArrival)
	w.add(&Record{"k3", nil}, goldenArrival+250)
	w.seal(Raw, 1005)
	if !bytes.Equal(w.stored, stored) {
		t.Errorf("written: %x\nwant:    %x", w.stored, stored)
	}
}

func TestGoldenCompressedBlock(t *testing.T) {
	stored := golden(t, "block-s2.hex")
	var b Block
	if err := new(decoder).decode(stored, &b); err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Lane(); ok || b.Len() != 20 || b.FirstSequence() != 1 || b.MinArrival() != -5 || b.MaxArrival() != -5 {
		t.Errorf("header is %+v", b.header)
	}
	for i := range b.Len() {
		if k, d := b.Record(i); string(k) != "A" || string(d) != "aaaaaaaaaa" || b.Arrival(i) != -5 {
			t.Errorf("record %d is %q, %q", i, k, d)
		}
	}
	// The compressor may choose other bytes, but has to choose fewer, and of the same meaning.
	w := &builder{}
	w.reset(&shard{}, nil, 0, 1)
	for range 20 {
		w.add(&Record{"A", []byte("aaaaaaaaaa")}, -5)
	}
	sealed := w.seal(S2, 0)
	var again Block
	if err := new(decoder).decode(w.stored, &again); err != nil {
		t.Fatal(err)
	}
	if again.codec != S2 || len(w.stored) >= len(stored) || !bytes.Equal(again.data, b.data) || !bytes.Equal(sealed.data, b.data) {
		t.Errorf("written as %+v in %d bytes", again.header, len(w.stored))
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	for _, name := range []string{"block-raw-lane.hex", "block-s2.hex"} {
		stored := golden(t, name)
		for bit := range len(stored) * 8 {
			bad := bytes.Clone(stored)
			bad[bit/8] ^= 1 << (bit % 8)
			var b Block
			if err := new(decoder).decode(bad, &b); err == nil {
				t.Errorf("%s: bit %d flipped unnoticed", name, bit)
			}
		}
		for n := range stored {
			var b Block
			if err := new(decoder).decode(stored[:n], &b); err == nil {
				t.Errorf("%s: cut to %d bytes unnoticed", name, n)
			}
		}
	}
}

func TestIncompressibleBodyIsRaw(t *testing.T) {
	w := &builder{}
	w.reset(&shard{}, nil, 0, 1)
	w.add(&Record{"k", []byte("xyz")}, 1)
	w.seal(S2, 0)
	h, err := parseHeader(w.stored)
	if err != nil || h.codec != Raw {
		t.Errorf("%+v, %v", h, err)
	}
}

// reseal mends the checksum of a block that a test has changed.
func reseal(stored []byte) []byte {
	binary.LittleEndian.PutUint32(stored, crc32.Checksum(stored[4:], castagnoli))
	return stored
}

func TestUnknownVersion(t *testing.T) {
	bad := golden(t, "block-s2.hex")
	bad[4] = 2
	var b Block
	if err := new(decoder).decode(bad, &b); !errors.Is(err, errChecksum) {
		t.Errorf("error is %v", err)
	}
	if err := new(decoder).decode(reseal(bad), &b); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "found 2, this program reads 1") {
		t.Errorf("error is %v", err)
	}
}

// FuzzBlock feeds the decoder with blocks whose checksum is right but whose content may be anything.
func FuzzBlock(f *testing.F) {
	f.Add(golden(f, "block-raw-lane.hex"))
	f.Add(golden(f, "block-s2.hex"))
	f.Fuzz(func(t *testing.T, stored []byte) {
		if len(stored) >= headerBytes {
			sum := crc32.Checksum(stored[4:], castagnoli)
			stored = append([]byte{byte(sum), byte(sum >> 8), byte(sum >> 16), byte(sum >> 24)}, stored[4:]...)
		}
		var b Block
		if err := new(decoder).decode(stored, &b); err != nil {
			return
		}
		total := 0
		for i := range b.Len() {
			k, d := b.Record(i)
			total += len(k) + len(d)
			if a := b.Arrival(i); a < b.MinArrival() || a > b.MaxArrival() || i > 0 && a < b.Arrival(i-1) {
				t.Fatalf("arrival %d is %d", i, a)
			}
		}
		if total != b.Bytes() || total > b.rawBytes {
			t.Fatalf("%d bytes of records in a body of %d, Bytes says %d", total, b.rawBytes, b.Bytes())
		}
	})
}
