package millrace

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// progRecord is one record to put, at a time of the clock.
type progRecord struct {
	at        types.Time
	stream    string // stored name
	key, data string
}

// progStart is where the clock of a program begins; records come from an hour later
// on. No declared time is before it: an in-application stream whose pumps run has
// promised it to its readers.
const progStart = types.Time(1615248000) * types.Second // 2021-03-09 00:00:00

func (g *progGen) key() string {
	return pick(g, "a", "b", "c", "d", "e", "ä", "Ω", "key", "")
}

// putRecords makes the records of all root streams: bursts, ties, steps below a
// millisecond, idle phases.
func (g *progGen) putRecords() {
	var roots []*progRel
	for _, r := range g.p.streams {
		if r.kind == "root" {
			roots = append(roots, r)
		}
	}
	at := progStart + 3600*types.Second
	r := roots[0]
	for range g.IntN(100) {
		switch n := g.IntN(100); {
		case n < 30: // a tie
		case n < 45:
			at += types.Time(g.IntN(900))
		case n < 60:
			at += types.Time(g.IntN(500)) * types.Millisecond
		case n < 95:
			at += types.Time(g.IntN(8_000_000))
		default:
			at += types.Time(g.IntN(600)) * types.Second
		}
		if g.chance(40) {
			r = pick(g, roots...)
		}
		g.p.records = append(g.p.records, progRecord{at: at, stream: strings.ToUpper(r.name), key: g.key(), data: g.record(r, at)})
	}
}

// record is one record: mostly right, in one of several spellings.
func (g *progGen) record(r *progRel, at types.Time) string {
	if g.chance(3) {
		return pick(g, "not json", `{"k":`, "[1,2]", "{}", `{"k":"a","n":1}trailing`, "null", `{"n":{"x":[1]},"k":"a"}`, ",,,,,,,,,,")
	}
	var values []string
	for _, c := range r.columns {
		values = append(values, g.value(c, r, at))
	}
	if r.csv {
		for i, v := range values {
			if v, values[i] = strings.ReplaceAll(v, `\u00e9`, "é"), v; v == "" || v == "null" {
				values[i] = ""
			}
		}
		return strings.Join(values, ",")
	}
	var members []string
	for i, c := range r.columns {
		if values[i] == "" {
			continue // missing
		}
		name := c.name
		if g.chance(5) {
			name = strings.ToUpper(name)
		}
		members = append(members, strconv.Quote(name)+pick(g, ":", ":", ":", ": ", " : ")+values[i])
	}
	if g.chance(5) {
		members = append(members, `"extra":{"a":[1,"}"]}`)
	}
	if g.chance(10) {
		g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	return "{" + strings.Join(members, pick(g, ",", ",", ", ")) + "}"
}

// value is a column's value as JSON; "" is none.
func (g *progGen) value(c progColumn, r *progRel, at types.Time) string {
	switch n := g.IntN(100); {
	case n < 4:
		return "null"
	case n < 7:
		return ""
	case n < 8:
		return pick(g, `"many"`, "1e30", `{"x":1}`, "[]", `""`, "true", "12.5", "-1")
	}
	switch c.class {
	case 'n':
		return pick(g, fmt.Sprint(g.IntN(7)-1), fmt.Sprint(g.IntN(7)-1), fmt.Sprint(g.Int32()), "1e2", `"3"`)
	case 'd':
		return pick(g, fmt.Sprint(g.IntN(5)), strconv.FormatFloat(g.NormFloat64()*100, 'g', -1, 64), fmt.Sprintf("%.2f", g.Float64()*10), "-0.0", "0.1", "1e15", "0")
	case 's':
		return strconv.Quote(pick(g, g.key(), g.key(), "x y", "42", "日本語", "a'b", `\\ "`, strings.Repeat("w", g.IntN(12))))
	case 'b':
		return pick(g, "true", "false")
	}
	return strconv.Quote(g.eventTime(r, at).String())
}

// eventTime is around the arrival: in order, late, early, and far in the future.
func (g *progGen) eventTime(r *progRel, at types.Time) types.Time {
	jitter := types.Time(max(r.bound, 5)) * types.Second
	switch n := g.IntN(100); {
	case n < 50:
		return at - types.Time(g.Int64N(int64(jitter/2)))
	case n < 75:
		return at - types.Time(g.Int64N(int64(jitter*2)))
	case n < 85:
		return at.Millis() + types.Time(g.IntN(3))*types.Second
	case n < 90:
		return at + types.Time(g.IntN(100))*types.Second
	case n < 95:
		return progStart + types.Time(60+g.IntN(600))*types.Second
	case n < 97:
		return progStart + types.Time(365*24)*3600*types.Second
	}
	return (at / (60 * types.Second)) * 60 * types.Second
}
