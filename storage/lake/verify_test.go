package lake

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// alter makes an object of a bucket in memory what it is not allowed to become; nil takes it away.
func alter(b Bucket, key string, change func(v []byte) []byte) {
	objects := b.(*memBucket).objects
	if v := change(slices.Clone(objects[key])); v != nil {
		objects[key] = v
	} else {
		delete(objects, key)
	}
}

func gone([]byte) []byte { return nil }

// verifyTable is a table with one published file and one segment, which the token names; both hold one row.
func verifyTable(t *testing.T, mem memory.Allocator) (b Bucket, file string, token []byte) {
	b = NewMem()
	w := mustWriter(t, mustOpen(t, b, "lake/t", dayOptions()), testWriter)
	rec := newRecord(mem, daySchema, []any{0, 1, "A"})
	defer rec.Release()
	mustCommit(t, w, 1, rec, nil)
	token = mustStage(t, w, 2, rec)
	snap, err := mustOpen(t, b, "lake/t", Options{}).Snapshot(context.Background(), 0)
	if err != nil || len(snap.Files) != 1 || len(token) == 0 {
		t.Fatal(snap, token, err)
	}
	return b, "lake/t/" + snap.Files[0].Path, token
}

// mustStage appends a record and commits an epoch, without finishing files.
func mustStage(t testing.TB, w *Writer, epoch uint64, rec arrow.Record) []byte {
	t.Helper()
	ctx := context.Background()
	if err := w.Append(ctx, rec, nil); err != nil {
		t.Fatal(err)
	}
	text, err := w.Prepare(ctx, epoch)
	if err == nil {
		err = w.Commit(ctx, epoch, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func problems(t *testing.T, tab *Table, tokens ...[]byte) (out []Problem) {
	t.Helper()
	if err := tab.Verify(context.Background(), tokens, func(p Problem) { out = append(out, p) }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestVerify(t *testing.T) {
	const one, two = "lake/t/_commits/00000000000000000001.json", "lake/t/_commits/00000000000000000002.json"
	text := func(old, new string) func([]byte) []byte {
		return func(v []byte) []byte { return []byte(strings.Replace(string(v), old, new, 1)) }
	}
	write := func(v string) func([]byte) []byte { return func([]byte) []byte { return []byte(v) } }
	for name, c := range map[string]struct {
		key      string // FILE, SEGMENT or a key
		change   func([]byte) []byte
		where    string
		says     string
		repaired bool
	}{
		"nothing":         {},
		"missing file":    {"FILE", gone, "FILE", "missing, with 1 rows", false},
		"short file":      {"FILE", func(v []byte) []byte { return v[:len(v)-1] }, "FILE", "the commit record says", false},
		"empty file":      {"FILE", write(""), "FILE", "it has 0 bytes", false},
		"broken file":     {"FILE", func(v []byte) []byte { clear(v); return v }, "FILE", "corrupt", false},
		"wrong count":     {two, text(`"rows":1`, `"rows":2`), "FILE", "it has 1 rows, the commit record says 2", false},
		"broken record":   {two, write("{"), two, "corrupt", false},
		"future record":   {two, text(`"version":1`, `"version":7`), two, "unknown format version: 7", false},
		"missing record":  {one, gone, one, "missing", false},
		"odd record":      {"lake/t/_commits/x.json", write("x"), "lake/t/_commits/x.json", "not the name", true},
		"unnamed file":    {"lake/t/day=1970-01-01/state=A/x.parquet", write("x"), "lake/t/day=1970-01-01/state=A/x.parquet", "no commit record names it", true},
		"foreign object":  {"lake/t/README", write("x"), "", "", false},
		"missing segment": {"SEGMENT", gone, "SEGMENT", "up to 1 rows", false},
		"broken segment":  {"SEGMENT", func(v []byte) []byte { v[len(v)/2] ^= 1; return v }, "SEGMENT", "checksum", false},
		"garbage":         {"lake/_staging/t/x/y", write("xyz"), "lake/_staging/t/x/y", "no token names it; it has 3 bytes", true},
		"other table":     {"lake/_staging/t2/x/y", write("xyz"), "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			b, file, token := verifyTable(t, checked(t))
			key := strings.NewReplacer("FILE", file, "SEGMENT", keysOf(t, b, "lake/_staging/")[0])
			if c.change != nil {
				alter(b, key.Replace(c.key), c.change)
			}
			got := problems(t, mustOpen(t, b, "lake/t", dayOptions()), token)
			if c.where == "" {
				if len(got) > 0 {
					t.Fatalf("%+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Where != key.Replace(c.where) || !strings.Contains(got[0].What, c.says) || (got[0].Repair != "") != c.repaired {
				t.Fatalf("%+v", got)
			}
		})
	}
}

// A token that cannot be read, or is not there, says nothing about what is staged.
func TestVerifyTokens(t *testing.T) {
	b, _, token := verifyTable(t, checked(t))
	tab := mustOpen(t, b, "lake/t", Options{})
	if got := problems(t, tab, []byte(`{"version":9}`)); len(got) != 1 || !strings.Contains(got[0].What, "token 0: unknown format version: 9") {
		t.Fatalf("%+v", got)
	}
	if got := problems(t, tab); len(got) != 1 || got[0].Where != keysOf(t, b, "lake/_staging/")[0] || got[0].Repair == "" {
		t.Fatalf("%+v", got)
	}
	other := mustOpen(t, b, "lake/t", Options{Schema: benchSchema})
	if got := problems(t, other, token); len(got) != 1 || !strings.Contains(got[0].What, "columns") {
		t.Fatalf("%+v", got)
	}
	file := []byte(`{"version":2,"files":[{"staged":"lake/_staging/t/x/1","path":"p.parquet","size":1,"rows":4}]}`)
	if got := problems(t, tab, token, file); len(got) != 1 || !strings.Contains(got[0].What, "p.parquet, but it is missing, with 4 rows") {
		t.Fatalf("%+v", got)
	}
}

// What a replaced table has left behind is repaired by the next commit, and a table without records is read as it is.
func TestVerifyRemovedAndUnrecorded(t *testing.T) {
	ctx := context.Background()
	b, file, token := verifyTable(t, checked(t))
	var removed []byte
	alter(b, file, func(v []byte) []byte { removed = v; return v })
	if err := mustOpen(t, b, "lake/t", dayOptions()).Replace(ctx); err != nil {
		t.Fatal(err)
	}
	alter(b, file, func([]byte) []byte { return removed })
	tab := mustOpen(t, b, "lake/t", dayOptions())
	if got := problems(t, tab, token); len(got) != 1 || got[0].Where != file || !strings.Contains(got[0].What, "removed") || got[0].Repair == "" {
		t.Fatalf("%+v", got)
	}
	if err := mustWriter(t, tab, testWriter).Publish(ctx, 2, token); err != nil {
		t.Fatal(err)
	}
	if got := problems(t, tab); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	alter(b, "plain/x.parquet", func([]byte) []byte { return removed })
	alter(b, "plain/y.parquet", func([]byte) []byte { return removed[1:] })
	if got := problems(t, mustOpen(t, b, "plain", Options{})); len(got) != 1 || got[0].Where != "plain/y.parquet" {
		t.Fatalf("%+v", got)
	}
}
