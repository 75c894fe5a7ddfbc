package format

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	gojson "github.com/goccy/go-json"

	"github.com/millrace-sql/millrace/sql/types"
)

const benchRecords = 8192

// pool is the least that the engine's allocator does: it gives buffers back.
type pool struct {
	mu   sync.Mutex
	free map[int][][]byte
}

func (p *pool) Allocate(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if free := p.free[size]; len(free) > 0 {
		p.free[size] = free[:len(free)-1]
		return free[len(free)-1]
	}
	return make([]byte, size)
}

func (p *pool) Reallocate(size int, b []byte) []byte {
	n := p.Allocate(size)
	copy(n, b)
	p.Free(b)
	return n
}

func (p *pool) Free(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free[len(b)] = append(p.free[len(b)], b)
}

func report(b *testing.B, records [][]byte, pass func()) {
	pass()
	b.SetBytes(total(records))
	b.ReportAllocs()
	start := time.Now()
	n := 0
	for b.Loop() {
		pass()
		n++
	}
	b.ReportMetric(float64(n*len(records))/time.Since(start).Seconds()/1e6, "Mrec/s")
}

func decodeAll(b *testing.B, d Decoder, records [][]byte) func() {
	return func() {
		for _, r := range records {
			if _, err := d.Append(r); err != nil {
				b.Fatal(err)
			}
		}
		for _, a := range d.Finish() {
			a.Release()
		}
	}
}

// benchPaths has the same fields one level deeper, each column with its path.
func benchPaths(b *testing.B, records [][]byte) {
	var paths []Path
	for _, i := range tradeSchema.Visible() {
		paths = append(paths, MemberPath("trade", strings.ToLower(tradeSchema.Fields[i].Name)))
	}
	nested := make([][]byte, len(records))
	for i, r := range records {
		nested[i] = fmt.Appendf(nil, `{"trade":%s}`, r)
	}
	d, err := NewDecoder("json", tradeSchema, sixOfNine, Options{Paths: paths}, &pool{free: map[int][][]byte{}})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	report(b, nested, decodeAll(b, d, nested))
}

func benchDecoder(b *testing.B, format string, columns []int, records [][]byte) {
	d, err := NewDecoder(format, tradeSchema, columns, Options{}, &pool{free: map[int][][]byte{}})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	report(b, records, decodeAll(b, d, records))
}

// BenchmarkJSONDecode is goal 1 of the performance page: one core, 6 of 9
// fields, batches of 8192 rows, beside the libraries that one would take.
func BenchmarkJSONDecode(b *testing.B) {
	records, _ := trades(benchRecords)
	b.Run("columns=6of9", func(b *testing.B) { benchDecoder(b, "json", sixOfNine, records) })
	b.Run("columns=3of9", func(b *testing.B) { benchDecoder(b, "json", threeOfNine, records) })
	b.Run("paths=6of9", func(b *testing.B) { benchPaths(b, records) })
	b.Run("baseline=arrow", func(b *testing.B) {
		schema := arrow.NewSchema([]arrow.Field{
			{Name: "trade_id", Type: arrow.PrimitiveTypes.Int64},
			{Name: "ticker", Type: arrow.BinaryTypes.String},
			{Name: "price", Type: arrow.PrimitiveTypes.Float64},
			{Name: "volume", Type: arrow.PrimitiveTypes.Int32},
			{Name: "event_time", Type: &arrow.TimestampType{Unit: arrow.Microsecond}},
			{Name: "change", Type: arrow.PrimitiveTypes.Float64},
		}, nil)
		text := bytes.Join(records, []byte("\n"))
		report(b, records, func() {
			r := array.NewJSONReader(bytes.NewReader(text), schema, array.WithChunk(benchRecords))
			defer r.Release()
			for r.Next() {
			}
			if err := r.Err(); err != nil && err != io.EOF {
				b.Fatal(err)
			}
		})
	})
	b.Run("baseline=goccy", func(b *testing.B) {
		report(b, records, func() {
			for _, r := range records {
				var t trade
				if err := gojson.Unmarshal(r, &t); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkCSVDecode is goal 2; encoding/csv hands its fields to Arrow builders
// by way of the same text readers.
func BenchmarkCSVDecode(b *testing.B) {
	_, records := trades(benchRecords)
	b.Run("columns=6of9", func(b *testing.B) { benchDecoder(b, "csv", sixOfNine, records) })
	b.Run("columns=3of9", func(b *testing.B) { benchDecoder(b, "csv", threeOfNine, records) })
	b.Run("baseline=encoding", func(b *testing.B) {
		text := bytes.Join(records, []byte("\n"))
		schema := tradeSchema.Select(sixOfNine)
		builder := array.NewRecordBuilder(memory.NewGoAllocator(), schema.Arrow())
		defer builder.Release()
		report(b, records, func() {
			r := stdcsv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				row, err := r.Read()
				if err == io.EOF {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
				for i, c := range sixOfNine {
					if err := appendText(builder.Field(i), schema.Fields[i].Type, row[c]); err != nil {
						b.Fatal(err)
					}
				}
			}
			builder.NewRecord().Release()
		})
	})
}

func appendText(to array.Builder, t types.Type, text string) error {
	if t.Kind == types.Timestamp {
		v, err := types.ParseTimestamp([]byte(text))
		to.(*array.TimestampBuilder).Append(arrow.Timestamp(v))
		return err
	}
	return to.AppendValueFromString(text)
}

// BenchmarkEncode is the way out of six columns.
func BenchmarkEncode(b *testing.B) {
	records, _ := trades(benchRecords)
	d, err := NewDecoder("json", tradeSchema, sixOfNine, Options{}, memory.DefaultAllocator)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	for _, r := range records {
		if _, err := d.Append(r); err != nil {
			b.Fatal(err)
		}
	}
	schema := tradeSchema.Select(sixOfNine)
	columns := d.Finish()
	rec := array.NewRecord(schema.Arrow(), columns, benchRecords)
	defer rec.Release()
	for _, c := range columns {
		c.Release()
	}
	all := []int{0, 1, 2, 3, 4, 5}
	var dst []byte
	bench := func(encode func(dst []byte, rec arrow.Record, row int) []byte) func(b *testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				dst = dst[:0]
				for row := range benchRecords {
					dst = encode(dst, rec, row)
				}
				rows += benchRecords
			}
			b.SetBytes(int64(len(dst)))
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrec/s")
		}
	}
	b.Run("json", bench(NewJSONEncoder(schema, all).Append))
	b.Run("csv", bench(NewCSVEncoder(schema, all).Append))
}
