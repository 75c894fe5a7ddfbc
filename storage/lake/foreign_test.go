package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// putFile stores a Parquet file of Go structs, as another program would.
func putFile[T any](t testing.TB, b Bucket, key string, rows []T, o ...parquet.WriterOption) {
	t.Helper()
	var buf bytes.Buffer
	w := parquet.NewGenericWriter[T](&buf, o...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	err := b.PutIfAbsent(context.Background(), key, func(w io.Writer) error { _, err := w.Write(buf.Bytes()); return err })
	if err != nil {
		t.Fatal(err)
	}
}

type foreignRow struct {
	I8   int8      `parquet:"I8"`
	I32  int32     `parquet:"i32"`
	U16  uint16    `parquet:"u16"`
	U32  uint32    `parquet:"u32"`
	U64  uint64    `parquet:"u64"`
	Dict int64     `parquet:"dict,dict"`
	F32  float32   `parquet:"f32,dict"`
	Bool bool      `parquet:"bool"`
	Name *string   `parquet:"name,dict,optional"`
	Ms   time.Time `parquet:"ms,timestamp(millisecond)"`
	Ns   time.Time `parquet:"ns,timestamp(nanosecond)"`
	Day  int32     `parquet:"day,date"`
	D9   int32     `parquet:"d9,decimal(2:9)"`
	D18  int64     `parquet:"d18,decimal(3:18)"`
	Flba [5]byte   `parquet:"flba,decimal(2:11)"`
	Tags []string  `parquet:"tags,list"`
	In   struct {
		A int64  `parquet:"a"`
		B string `parquet:"b"`
	} `parquet:"in"`
	M map[string]int32 `parquet:"m"`
}

func foreignRows() []foreignRow {
	x := "x"
	at := time.Date(2021, 3, 9, 7, 5, 9, 123456789, time.UTC)
	a := foreignRow{I8: -5, I32: 7, U16: 65535, U32: math.MaxUint32, U64: 12, Dict: 1 << 40, F32: 0.5, Bool: true, Name: &x, Ms: at, Ns: at,
		Day: 18695, D9: -12345, D18: 1, Flba: [5]byte{0xff, 0xff, 0xff, 0xff, 0x85}}
	b := foreignRow{Dict: 3, Ms: time.UnixMilli(-1), Ns: time.Unix(0, -1), Flba: [5]byte{0, 0, 0, 1, 0}}
	return []foreignRow{a, b}
}

func TestForeignTypes(t *testing.T) {
	mem := checked(t)
	for _, version := range []int{1, 2} {
		b := NewMem()
		putFile(t, b, "t/x.parquet", foreignRows(), parquet.DataPageVersion(version), parquet.Compression(&parquet.Snappy))
		tab := mustOpen(t, b, "t", Options{})
		for _, c := range []struct {
			column string
			as     types.Type
			want   []string
		}{
			{"i8", types.Of(types.TinyInt), []string{"-5", "0"}},
			{"I8", types.Of(types.BigInt), []string{"-5", "0"}},
			{"i32", types.Of(types.Integer), []string{"7", "0"}},
			{"i32", types.Of(types.SmallInt), []string{"7", "0"}},
			{"i32", types.Of(types.Double), []string{"7", "0"}},
			{"i32", types.DecimalOf(10, 2), []string{"7", "0"}},
			{"u16", types.Of(types.Integer), []string{"65535", "0"}},
			{"u32", types.Of(types.BigInt), []string{"4294967295", "0"}},
			{"u32", types.Of(types.Varchar), []string{"4294967295", "0"}},
			{"u64", types.Of(types.BigInt), []string{"12", "0"}},
			{"dict", types.Of(types.BigInt), []string{"1099511627776", "3"}},
			{"dict", types.Of(types.Varchar), []string{"1099511627776", "3"}},
			{"f32", types.Of(types.Real), []string{"0.5", "0"}},
			{"f32", types.Of(types.Double), []string{"0.5", "0"}},
			{"f32", types.Of(types.Varchar), []string{"0.5", "0"}},
			{"bool", types.Of(types.Boolean), []string{"true", "false"}},
			{"bool", types.Of(types.Varchar), []string{"true", "false"}},
			{"name", types.Of(types.Varchar), []string{"x", "(null)"}},
			{"ms", types.Of(types.Varchar), []string{"2021-03-09 07:05:09.123", "1969-12-31 23:59:59.999"}},
			{"ns", types.Of(types.Varchar), []string{"2021-03-09 07:05:09.123456", "1969-12-31 23:59:59.999999"}},
			{"ms", types.Of(types.Timestamp), []string{"2021-03-09 07:05:09.123Z", "1969-12-31 23:59:59.999Z"}},
			{"ns", types.Of(types.Timestamp), []string{"2021-03-09 07:05:09.123456Z", "1969-12-31 23:59:59.999999Z"}},
			{"day", types.Of(types.Date), []string{"2021-03-09", "1970-01-01"}},
			{"day", types.Of(types.Varchar), []string{"2021-03-09", "1970-01-01"}},
			{"d9", types.DecimalOf(9, 2), []string{"-123.45", "0"}},
			{"d9", types.DecimalOf(18, 4), []string{"-123.45", "0"}},
			{"d9", types.Of(types.Double), []string{"-123.45", "0"}},
			{"d9", types.Of(types.Varchar), []string{"-123.45", "0.00"}},
			{"d18", types.DecimalOf(18, 3), []string{"0.001", "0"}},
			{"flba", types.DecimalOf(11, 2), []string{"-1.23", "2.56"}},
			{"flba", types.Of(types.Double), []string{"-1.23", "2.56"}},
			{"flba", types.Of(types.Varchar), []string{"-1.23", "2.56"}},
		} {
			s := types.NewSchema(types.Field{Name: c.column, Type: c.as})
			got, _ := mustScan(t, tab, ScanOptions{Schema: s, Mem: mem}, 10)
			if strings.Join(got, ",") != strings.Join(c.want, ",") {
				t.Errorf("version %d: %s as %s: %q, want %q", version, c.column, c.as, got, c.want)
			}
		}
	}
}

func TestForeignTypesThatDoNotFit(t *testing.T) {
	ctx := context.Background()
	mem := checked(t)
	b := NewMem()
	rows := foreignRows()
	rows[0].U64 = math.MaxUint64
	putFile(t, b, "t/x.parquet", rows)
	tab := mustOpen(t, b, "t", Options{})
	for _, c := range []struct {
		column string
		as     types.Type
		want   error
	}{
		{"u32", types.Of(types.Integer), ErrRange},
		{"u64", types.Of(types.BigInt), ErrRange},
		{"d9", types.DecimalOf(9, 1), ErrRange},
		{"d9", types.DecimalOf(4, 2), ErrRange},
		{"name", types.Of(types.Integer), ErrType},
		{"tags", types.Of(types.Varchar), ErrType},
		{"in", types.Of(types.Varchar), ErrType},
		{"day", types.Of(types.Integer), ErrType},
		{"f32", types.Of(types.Integer), ErrType},
	} {
		s, err := tab.Scan(ctx, ScanOptions{Schema: types.NewSchema(types.Field{Name: c.column, Type: c.as}), Mem: mem})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Next(ctx, 10); !errors.Is(err, c.want) {
			t.Errorf("%s as %s: %v", c.column, c.as, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDescribe(t *testing.T) {
	b := NewMem()
	putFile(t, b, "t/x.parquet", foreignRows(), parquet.CreatedBy("someone", "3", "z"))
	info, err := Describe(context.Background(), b, "t/x.parquet")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range info.Columns {
		got = append(got, c.Name+" "+c.Type)
	}
	wantLines(t, got, "i8 tinyint", "i32 int", "u16 int", "u32 bigint", "u64 decimal(20,0)", "dict bigint", "f32 float", "bool boolean", "name string",
		"ms timestamp", "ns timestamp", "day date", "d9 decimal(9,2)", "d18 decimal(18,3)", "flba decimal(11,2)", "tags array<string>",
		"in struct<a:bigint,b:string>", "m map<string,int>")
	if info.Rows != 2 || info.Bytes == 0 || !strings.HasPrefix(info.CreatedBy, "someone version 3") {
		t.Errorf("%+v", info)
	}
	if _, err := Describe(context.Background(), b, "t/y.parquet"); !errors.Is(err, ErrNotExist) {
		t.Error(err)
	}
}

// Pages, row groups, a dictionary that outgrows its limit, several files of one epoch: nothing of it may show.
func TestManyPagesAndGroups(t *testing.T) {
	for _, c := range []struct {
		name          string
		file, buffer  int64
		files, groups int
		rows          int
	}{
		{"row groups", 0, 0, 1, 2, 530_000},
		{"full files", 1 << 20, 0, 2, 3, 550_000},
		{"little memory", 0, 1 << 20, 3, 3, 80_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			stats := manyRows(t, c.rows, Options{FileBytes: c.file, BufferBytes: c.buffer})
			if stats.Files < c.files || stats.RowGroups < c.groups {
				t.Fatalf("stats %+v", stats)
			}
		})
	}
}

// manyRows writes n rows, reads them back and compares them one by one.
func manyRows(t *testing.T, n int, o Options) ScanStats {
	mem := checked(t)
	s := types.NewSchema(types.Field{Name: "ID", Type: types.Of(types.BigInt)}, types.Field{Name: "KEY", Type: types.Of(types.Varchar)},
		types.Field{Name: "F", Type: types.Of(types.Double)})
	r := rand.New(rand.NewPCG(1, 2))
	b := NewMem()
	o.Schema = s
	tab := mustOpen(t, b, "t", o)
	w := mustWriter(t, tab, testWriter)
	ctx := context.Background()
	keyOf := func(i int) any {
		switch {
		case i < 10_000:
			return fmt.Sprint("k", i%7) // a dictionary it is
		case i%13 == 0:
			return nil
		}
		return fmt.Sprintf("%024x", uint64(i)*0x9e3779b97f4a7c15)
	}
	for i := 0; i < n; {
		var rows [][]any
		for range 10_000 {
			rows = append(rows, []any{i, keyOf(i), r.NormFloat64()})
			i++
		}
		rec := newRecord(mem, s, rows...)
		if err := w.Append(ctx, rec, nil); err != nil {
			t.Fatal(err)
		}
		rec.Release()
	}
	w.Finish()
	token, err := w.Prepare(ctx, 1)
	if err == nil {
		err = w.Commit(ctx, 1, token)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, stats := mustScan(t, tab, ScanOptions{Schema: s.Select([]int{0, 1}), Mem: mem}, 5000)
	if len(got) != n {
		t.Fatalf("%d rows, stats %+v", len(got), stats)
	}
	for i, line := range got {
		key := keyOf(i)
		if key == nil {
			key = "(null)"
		}
		if want := fmt.Sprintf("%d|%v", i, key); line != want {
			t.Fatalf("row %d: %s, want %s", i, line, want)
		}
	}
	return stats
}

func FuzzReadFile(f *testing.F) {
	b := NewMem()
	putFile(f, b, "x.parquet", foreignRows())
	blob, err := b.Open(context.Background(), "x.parquet")
	if err != nil {
		f.Fatal(err)
	}
	text, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		ctx := context.Background()
		b := NewMem()
		if err := b.PutIfAbsent(ctx, "t/x.parquet", func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			t.Fatal(err)
		}
		s, err := mustOpen(t, b, "t", Options{}).Scan(ctx, ScanOptions{Schema: types.NewSchema(
			types.Field{Name: "name", Type: types.Of(types.Varchar)}, types.Field{Name: "d9", Type: types.Of(types.Varchar)},
			types.Field{Name: "bool", Type: types.Of(types.Boolean)}, types.Field{Name: "ns", Type: types.Of(types.Timestamp)})})
		if err != nil {
			return
		}
		// A footer may claim any number of rows; of columns that the file does not have they are all there.
		for i := 0; err == nil && i < 1000; i++ {
			_, err = s.Next(ctx, 100)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
