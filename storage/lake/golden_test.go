package lake

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/millrace-sql/millrace/sql/types"
)

// golden reads a file that must stay readable for all time.
func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(path.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(t *testing.T, b Bucket, key string, v []byte) {
	t.Helper()
	if err := b.PutIfAbsent(context.Background(), key, func(w io.Writer) error { _, err := w.Write(v); return err }); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, b Bucket, key string) string {
	t.Helper()
	blob, err := b.Open(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
	if err = errors.Join(err, blob.Close()); err != nil {
		t.Fatal(err)
	}
	return string(v)
}

const goldenSegment = "lake/_staging/t/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-p_1-0/00112233aabb-00000000.arrows"

// measured hides what depends on the versions of the libraries.
func measured(text string) string {
	return regexp.MustCompile(`"(size|crc)":\d+`).ReplaceAllString(text, `"$1":0`)
}

// goldenRun makes two epochs of a table: rows of two files in a segment; then one of the files is finished.
func goldenRun(t *testing.T) (b Bucket, tokens []string) {
	ctx := context.Background()
	b = NewMem()
	clock := types.Time(1_600_000_000_000_000)
	o := dayOptions()
	o.Now = func() types.Time { return clock }
	o.RollInterval = time.Minute
	w := mustWriter(t, mustOpen(t, b, "lake/t", o), testWriter)
	w.attempt = "00112233aabb"
	mem := checked(t)
	one := newRecord(mem, daySchema, []any{0, 1, "A"}, []any{nil, 2, "B:"})
	defer one.Release()
	two := newRecord(mem, daySchema, []any{1, nil, nil})
	defer two.Release()
	text := mustStage(t, w, 1, one)
	tokens = append(tokens, string(text))
	clock += 40_000_000
	tokens = append(tokens, string(mustStage(t, w, 2, two)))
	clock += 30_000_000
	token, err := w.Prepare(ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	tokens = append(tokens, string(token))
	if err := w.Commit(ctx, 3, token); err != nil {
		t.Fatal(err)
	}
	return b, tokens
}

// What is written has the form of format.md.
func TestGoldenFormsAreWritten(t *testing.T) {
	b, tokens := goldenRun(t)
	for i, name := range []string{"token-2-first.json", "token-2-segments.json", "token-2-files.json"} {
		if got := measured(tokens[i]); got != measured(strings.TrimSpace(golden(t, name))) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	for key, name := range map[string]string{"1": "record-open.json", "2": "record-append.json"} {
		if got := get(t, b, "lake/t/_commits/0000000000000000000"+key+".json"); measured(got) != measured(golden(t, name)) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	if err := mustOpen(t, b, "lake/t", dayOptions()).Replace(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b, "lake/t/_commits/00000000000000000003.json"); got != golden(t, "record-replace.json") {
		t.Errorf("replace:\n%s", got)
	}
}

func goldenSegmentBytes(t *testing.T) []byte {
	t.Helper()
	v, err := hex.DecodeString(strings.ReplaceAll(golden(t, "segment.hex"), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What earlier versions have written can be read.
func TestGoldenFormsAreRead(t *testing.T) {
	ctx := context.Background()
	segment := goldenSegmentBytes(t)
	r, err := ipc.NewReader(bytes.NewReader(segment))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if got := r.Schema().String() + "\n"; got != golden(t, "segment-schema.txt") {
		t.Errorf("schema of a segment:\n%s", got)
	}
	b := NewMem()
	put(t, b, goldenSegment, segment)
	tab := mustOpen(t, b, "lake/t", dayOptions())
	if err := mustWriter(t, tab, testWriter).Publish(ctx, 1, []byte(golden(t, "token-2-first.json"))); err != nil {
		t.Fatal(err)
	}
	got, _ := mustScan(t, tab, ScanOptions{Schema: daySchema}, 10)
	slices.Sort(got)
	wantLines(t, got, "(null)|2|B:", "1970-01-01|1|A")

	// Version 1 of the token has files only.
	put(t, b, "lake/_staging/t/old/1", []byte("PAR1"))
	old := WriterID{Incarnation: testWriter.Incarnation, Pump: "old"}
	if err := mustWriter(t, tab, old).Commit(ctx, 7, []byte(golden(t, "token-1.json"))); err != nil {
		t.Fatal(err)
	}
	if v := get(t, b, "lake/t/day=1970-01-01/state=A/0f1e2d3c-old-0-00000000000000000007-0.parquet"); v != "PAR1" {
		t.Fatal(v)
	}

	b = NewMem()
	for i, name := range []string{"record-open.json", "record-append.json", "record-replace.json"} {
		snap, err := mustOpen(t, b, "lake/t", Options{}).Snapshot(ctx, 0)
		if err != nil || len(snap.Files) != []int{0, 0, 2}[i] {
			t.Fatal(snap, err)
		}
		put(t, b, "lake/t/_commits/0000000000000000000"+string(rune('1'+i))+".json", []byte(golden(t, name)))
	}
	if snap, err := mustOpen(t, b, "lake/t", Options{}).Snapshot(ctx, 0); err != nil || len(snap.Files) != 0 {
		t.Fatal(snap, err)
	}
}
