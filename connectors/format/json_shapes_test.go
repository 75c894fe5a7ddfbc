package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
)

// tradeShapes are the trades with what real records have beside plain values, each made
// from a fixed seed.
var tradeShapes = []struct {
	name string
	of   func(r *rand.Rand, members [][2]string) string
}{
	{"shuffled", func(r *rand.Rand, members [][2]string) string {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return object(members)
	}},
	{"escapes=10%", func(r *rand.Rand, members [][2]string) string {
		for i, m := range members {
			if m[1][0] == '"' && m[0] != "event_time" && r.IntN(10) == 0 {
				at := 2 + r.IntN(len(m[1])-3)
				members[i][1] = m[1][:at] + []string{`\"`, `\\`, `\n`, `\u00e9`, `\ud83d\ude00`}[r.IntN(5)] + m[1][at+1:]
			}
		}
		return object(members)
	}},
	{"nulls=10%/missing=10%", func(r *rand.Rand, members [][2]string) string {
		kept := members[:0]
		for _, m := range members {
			switch r.IntN(10) {
			case 0:
				m[1] = "null"
			case 1:
				continue
			}
			kept = append(kept, m)
		}
		return object(kept)
	}},
	{"strings=2KB", func(r *rand.Rand, members [][2]string) string {
		words := []string{"the", "order", "was", "filled", "in", "part", "at", "a", "limit;", "rest", "cancelled"}
		var text strings.Builder
		for text.Len() < 2048 {
			text.WriteString(words[r.IntN(len(words))] + " ")
		}
		members[1][1] = `"` + text.String()[:2048] + `"`
		return object(members)
	}},
}

func object(members [][2]string) string {
	var out strings.Builder
	for i, m := range members {
		fmt.Fprintf(&out, `%c"%s":%s`, "{,"[min(i, 1)], m[0], m[1])
	}
	if len(members) == 0 {
		out.WriteByte('{')
	}
	return out.String() + "}"
}

// shaped is the trades in a shape.
func shaped(tb testing.TB, of func(*rand.Rand, [][2]string) string, records [][]byte) [][]byte {
	r := rand.New(rand.NewPCG(3, 5))
	out := make([][]byte, len(records))
	for i, record := range records {
		var members [][2]string
		for _, m := range bytes.Split(record[1:len(record)-1], []byte(`,"`)) {
			name, value, _ := strings.Cut(strings.TrimPrefix(string(m), `"`), `":`)
			members = append(members, [2]string{name, value})
		}
		out[i] = []byte(of(r, members))
		if !json.Valid(out[i]) {
			tb.Fatalf("%s is no JSON", out[i])
		}
	}
	return out
}

// longSchema is tradeSchema with a ticker of any length.
func longSchema() types.Schema {
	s := tradeSchema
	s.Fields = slices.Clone(s.Fields)
	s.Fields[1].Type = types.VarcharOf(0)
	return s
}

// BenchmarkJSONShapes is the decoder on trades in their shapes, batches of 8192 rows,
// each in alternation with the plain ones: of-plain is the ratio of the bytes per second.
func BenchmarkJSONShapes(b *testing.B) {
	plain, _ := trades(benchRecords)
	for _, shape := range tradeShapes {
		b.Run(shape.name, func(b *testing.B) {
			records := shaped(b, shape.of, plain)
			var times [2][]float64
			var rate [2]float64
			var passes [2]func()
			for i, list := range [][][]byte{plain, records} {
				d, err := NewDecoder("json", longSchema(), sixOfNine, Options{}, &pool{free: map[int][][]byte{}})
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				passes[i] = decodeAll(b, d, list)
				passes[i]()
			}
			b.ReportAllocs()
			for b.Loop() {
				for i, pass := range passes {
					start := time.Now()
					pass()
					times[i] = append(times[i], time.Since(start).Seconds())
				}
			}
			for i, list := range [][][]byte{plain, records} {
				slices.Sort(times[i])
				rate[i] = float64(total(list)) / times[i][len(times[i])/2] / 1e6
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rate[0], "plain-MB/s")
			b.ReportMetric(rate[1], "MB/s")
			b.ReportMetric(rate[1]/rate[0], "of-plain")
		})
	}
}
