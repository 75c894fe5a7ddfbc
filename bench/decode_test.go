package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec"
)

// logRecords is how many records the log of a benchmark has.
const logRecords = 1_000_000

// logTrades makes the records of a log once per number of keys.
var logTrades = map[int]func() *trades{
	1000:    sync.OnceValue(func() *trades { return newTrades(logRecords, 1000) }),
	100_000: sync.OnceValue(func() *trades { return newTrades(logRecords, 100_000) }),
}

// decode turns all records into columns and drops them, batchRows at a time.
func decode(tb testing.TB, t *trades, d format.Decoder, batchRows int) {
	for i := range t.len() {
		if _, err := d.Append(t.record(i)); err != nil {
			tb.Fatal(err)
		}
		if d.Rows() == batchRows || i == t.len()-1 {
			for _, a := range d.Finish() {
				a.Release()
			}
		}
	}
}

func newDecoder(tb testing.TB, columns []int) format.Decoder {
	d, err := format.NewDecoder("json", tradeSchema, columns, format.Options{}, exec.NewPool())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(d.Close)
	return d
}

// BenchmarkDecode is the JSON decoder on the records of the log, one core: the
// other side of the end-to-end ratios. Against other decoders it is measured
// beside connectors/format.
func BenchmarkDecode(b *testing.B) {
	for _, columns := range [][]int{threeOfNine, sixOfNine} {
		for _, batch := range []int{1024, 4096} {
			b.Run(fmt.Sprintf("columns=%dof9/batch=%d", len(columns), batch), func(b *testing.B) {
				oneCore(b)
				t, d := logTrades[1000](), newDecoder(b, columns)
				b.ReportAllocs()
				m := meter{records: t.len()}
				for b.Loop() {
					m.pass(func() { decode(b, t, d, batch) })
				}
				m.report(b, t.bytes, (t.len()+batch-1)/batch)
			})
		}
	}
}
