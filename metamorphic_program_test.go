package millrace

import (
	"fmt"
	"strings"
)

// program is a random application: streams, a small table, pumps between them in
// an acyclic graph, and the records that are put into its root streams.
type program struct {
	seed    uint64
	table   string // the content of the file that rows are joined with
	defs    []string
	pumps   []progPump
	streams []*progRel
	records []progRecord
	// flush ends the program with the end of input instead of the clock: windows of
	// declared time close by records alone.
	flush bool
}

// progRel is a relation of a program.
//
// exact says that the times of its rows follow from the records put: true for root
// streams, for declared time, and for in-application streams behind these. The
// arrival times of a stored stream that a pump writes are exempt from sameness
// (DESIGN §6), and so is what depends on them. ordered says that its rows are in
// one order on every run, not only per partition key.
type progRel struct {
	name, kind     string // kind: root, stored, app, lake
	columns        []progColumn
	shards         int
	bound          int // of WATERMARK FOR, in seconds; 0 = none
	csv            bool
	exact, ordered bool
	writers, feeds int
}

// progColumn is a column and its class: n whole numbers, d floats and decimals, s
// text, t times, b booleans.
type progColumn struct {
	name, typ string
	class     byte
}

type progPump struct {
	name, sql, into string
	reads           []*progRel
	// loose: it reads arrival times of another pump's output; mixed: in no fixed order.
	loose, mixed bool
	// stops: it may stop on its own. It reads stored streams, which keep its rows, and
	// nobody overtakes it where it writes (DESIGN §8: downstream stops waiting for it).
	stops bool
}

func (p *program) String() string {
	var b strings.Builder
	for _, d := range p.defs {
		b.WriteString(d + ";\n")
	}
	for _, u := range p.pumps {
		b.WriteString(u.sql + ";\n")
	}
	fmt.Fprintf(&b, "-- items.csv\n%s-- flush: %v\n", p.table, p.flush)
	for _, r := range p.records {
		fmt.Fprintf(&b, "%s %s %q %s\n", r.at, r.stream, r.key, r.data)
	}
	return b.String()
}

// script is the whole program as one script.
func (p *program) script() string {
	var all []string
	all = append(all, p.defs...)
	for _, u := range p.pumps {
		all = append(all, u.sql)
	}
	return strings.Join(all, ";\n") + ";"
}
