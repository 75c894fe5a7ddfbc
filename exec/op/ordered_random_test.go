package op

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// chunks is a state in memory.
type chunks struct {
	names []string
	data  [][]byte
}

func (c *chunks) WriteChunk(name string, p []byte) error {
	c.names, c.data = append(c.names, name), append(c.data, slices.Clone(p))
	return nil
}

func (c *chunks) NextChunk() (string, []byte, error) {
	if len(c.names) == 0 {
		return "", nil, io.EOF
	}
	name, p := c.names[0], c.data[0]
	c.names, c.data = c.names[1:], c.data[1:]
	return name, p, nil
}

// reborn is what a checkpoint and a crash make of an operator: a new one with its state.
func reborn(t *testing.T, old flow.Operator, make func() flow.Operator, wm types.Time, out *recorder) flow.Operator {
	t.Helper()
	frozen, err := old.(flow.Stateful).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var state chunks
	if err := frozen.WriteTo(&state); err != nil {
		t.Fatal(err)
	}
	frozen.Release()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	o := make()
	if err := o.(flow.Stateful).Restore(&state); err != nil {
		t.Fatal(err)
	}
	before := len(out.lines)
	if _, err := o.Advance(context.Background(), wm, out); err != nil || len(out.lines) != before {
		t.Fatal("a restored operator speaks", err)
	}
	return o
}

// sample is a row of S: seconds after nine, a key, a number or NULL.
type sample struct {
	at   int
	k    string
	n    int
	null bool
}

// line is the row for batchOf.
func (s sample) line(of types.Schema) string {
	out := at(9*3600 + s.at)
	for _, f := range of.Fields {
		switch f.Name {
		case "K":
			out += " " + s.k
		case "N":
			out += " " + number(s)
		}
	}
	return out
}

// TestOrderedOperators runs operators over one order of rows on random rows, cut into random
// batches, with watermarks and restores in between, against what a loop over the rows says.
func TestOrderedOperators(t *testing.T) {
	// seconds turns N into a time of the day.
	const seconds = "TO_TIMESTAMP(CAST(N AS BIGINT) * 1000 + 1615248000000)"
	for _, c := range []struct {
		sql   string
		naive func(rows []sample) []string
	}{
		{"SELECT STREAM " + seconds + " AS ROWTIME, K FROM S", naivePromote},
		{"SELECT STREAM " + seconds + " AS ROWTIME, K FROM S ORDER BY " + seconds + " WITHIN INTERVAL '7' SECOND, K DESC", naiveWithin},
		{"SELECT STREAM DISTINCT FLOOR(S.ROWTIME TO MINUTE) AS M, K FROM S", naiveDistinct},
		{"SELECT STREAM K, N FROM S ORDER BY FLOOR(S.ROWTIME TO MINUTE), N DESC, K", naiveMinutes},
		{"SELECT STREAM K, N FROM S ORDER BY MONOTONIC(K), N", naiveRuns},
	} {
		rng := rand.New(rand.NewPCG(31, 32))
		for range 100 {
			rows := make([]sample, rng.IntN(40))
			at := 0
			for i := range rows {
				at += rng.IntN(3) * rng.IntN(20)
				rows[i] = sample{at: at, k: string(rune('a' + rng.IntN(3))), n: i/2 + rng.IntN(14), null: rng.IntN(9) == 0}
			}
			got, want := runOrdered(t, rng, c.sql, rows), c.naive(rows)
			if !slices.Equal(got, want) {
				t.Fatalf("%s over %v:\n%s\nwant\n%s", c.sql, rows, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

// runOrdered is the rows that come out, those of the operator alone: K and N or the time.
func runOrdered(t *testing.T, rng *rand.Rand, sql string, rows []sample) []string {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	root := bind(t, sql)
	below, _ := find[*plan.Project](root)
	var schema types.Schema
	make := func() (o flow.Operator) {
		var err error
		if n, ok := find[*plan.Promote](root); ok {
			schema, o = n.Schema(), NewPromote(n, mem)
			below = n.Input.(*plan.Project)
		} else if n, ok := find[*plan.SortWithin](root); ok {
			schema = n.Schema()
			below = n.Input.(*plan.Project)
			o, err = NewSortWithin(n, mem)
		} else if n, ok := find[*plan.StreamDistinct](root); ok {
			schema, o = n.Schema(), NewDistinct(n, mem)
			below = n.Input.(*plan.Project)
		} else {
			n, _ := find[*plan.StreamSort](root)
			schema = n.Schema()
			below = n.Input.(*plan.Project)
			o, err = NewStreamSort(n, mem)
		}
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := make()
	p, err := NewProject(plan.AtStart(below, 0).(*plan.Project), mem)
	if err != nil {
		t.Fatal(err)
	}
	out := &recorder{t: t, rowtime: schema.RowTime, promise: types.MinTime}
	wm := types.MinTime
	for i := 0; i < len(rows); {
		k := min(1+rng.IntN(6), len(rows)-i)
		var lines []string
		for _, r := range rows[i : i+k] {
			lines = append(lines, r.line(below.Input.Schema()))
		}
		b := batchOf(t, below.Input.Schema(), lines, rng.IntN(2) == 0, mem)
		if err := p.Process(context.Background(), 0, b, &relay{recorder: &recorder{t: t, rowtime: -1}, to: o, out: out}); err != nil {
			t.Fatal(err)
		}
		b.Release()
		if i += k; i < len(rows) && rng.IntN(3) == 0 {
			wm = instant(t, at(9*3600+rows[i].at))
			if out.promise, err = o.Advance(context.Background(), wm, out); err != nil {
				t.Fatal(err)
			}
		}
		if rng.IntN(4) == 0 {
			o = reborn(t, o, make, wm, out)
		}
	}
	if _, err := o.Advance(context.Background(), types.MaxTime, out); err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	for i, line := range out.lines {
		cells := strings.Fields(line)
		out.lines[i] = cells[schema.RowTime] + " " + cells[0] + " " + cells[1]
	}
	return out.lines
}

func at(second int) string {
	return fmt.Sprintf("%02d:%02d:%02d", second/3600, second/60%60, second%60)
}

func number(s sample) string {
	if s.null {
		return "-"
	}
	return strconv.Itoa(s.n)
}

func quoted(k string) string { return "'" + k + "'" }

func naivePromote(rows []sample) (out []string) {
	last := -1
	for _, r := range rows {
		if !r.null && r.n >= last {
			last = r.n
			out = append(out, at(r.n)+" "+at(r.n)+" "+quoted(r.k))
		}
	}
	return out
}

func naiveWithin(rows []sample) (out []string) {
	var waiting []sample
	most := -1000
	leave := func(bound int) {
		slices.SortStableFunc(waiting, func(a, b sample) int { return cmp.Or(a.n-b.n, -strings.Compare(a.k, b.k)) })
		for len(waiting) > 0 && waiting[0].n <= bound {
			out = append(out, at(waiting[0].n)+" "+at(waiting[0].n)+" "+quoted(waiting[0].k))
			waiting = waiting[1:]
		}
	}
	for _, r := range rows {
		if r.null || r.n < most-7 {
			continue
		}
		waiting = append(waiting, r)
		most = max(most, r.n)
		leave(most - 7)
	}
	leave(1 << 30)
	return out
}

func naiveDistinct(rows []sample) (out []string) {
	seen := map[string]bool{}
	for _, r := range rows {
		line := at(9*3600+r.at/60*60) + " " + quoted(r.k)
		if !seen[line] {
			out = append(out, at(9*3600+r.at)+" "+line)
		}
		seen[line] = true
	}
	return out
}

// sortedRuns is the rows of each run with one key, in an order, with the time of its end.
func sortedRuns(rows []sample, same func(a, b sample) bool, order func(a, b sample) int, end func(run []sample, next *sample) string) (out []string) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && same(rows[0], rows[n]) {
			n++
		}
		run := slices.Clone(rows[:n])
		var next *sample
		if n < len(rows) {
			next = &rows[n]
		}
		t := end(run, next)
		slices.SortStableFunc(run, order)
		for _, r := range run {
			out = append(out, t+" "+quoted(r.k)+" "+number(r))
		}
		rows = rows[n:]
	}
	return out
}

// byNumber is NULL last, or first the other way around.
func byNumber(a, b sample) int {
	if a.null || b.null {
		return cmp.Compare(btoi(a.null), btoi(b.null))
	}
	return a.n - b.n
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func naiveMinutes(rows []sample) []string {
	return sortedRuns(rows, func(a, b sample) bool { return a.at/60 == b.at/60 },
		func(a, b sample) int { return cmp.Or(-byNumber(a, b), strings.Compare(a.k, b.k)) },
		func(run []sample, _ *sample) string { return at(9*3600 + run[0].at/60*60 + 60) })
}

func naiveRuns(rows []sample) []string {
	return sortedRuns(rows, func(a, b sample) bool { return a.k == b.k }, byNumber, func(run []sample, next *sample) string {
		if next == nil {
			next = &run[len(run)-1]
		}
		return at(9*3600 + next.at)
	})
}
