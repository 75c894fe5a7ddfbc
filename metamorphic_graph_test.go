package millrace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// progGen makes programs.
type progGen struct {
	*rand.Rand
	p *program
}

func newProgram(seed uint64) *program {
	g := &progGen{rand.New(rand.NewPCG(seed, 0)), &program{seed: seed}}
	g.items()
	for range 1 + g.IntN(3) {
		g.root()
	}
	for want := 1 + g.IntN(4); len(g.p.pumps) < want; {
		g.target(g.source(nil), true)
	}
	for _, r := range slices.Clone(g.p.streams) {
		if r.kind == "app" && r.feeds == 0 {
			g.target(r, false) // else nobody would see what is in it
		}
	}
	g.putRecords()
	return g.p
}

func (g *progGen) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *progGen, from ...T) T { return from[g.IntN(len(from))] }

func (g *progGen) name(kind string) string { return fmt.Sprintf("%s%d", kind, len(g.p.streams)) }

// items is the table on the right side of joins; keys repeat and some are NULL.
func (g *progGen) items() {
	var b strings.Builder
	b.WriteString("k,label,w\n")
	for range g.IntN(8) {
		fmt.Fprintf(&b, "%s,%s,%d\n", g.key(), pick(g, "x", "y", "", `"zwei, drei"`), g.IntN(5)-1)
	}
	g.p.table = b.String()
	g.p.defs = append(g.p.defs, "CREATE TABLE items (k VARCHAR(8), label VARCHAR(12), w INTEGER) WITH ('connector'='file', 'path'='items.csv')")
}

// root is a stored stream that records are put into, or a second one over the same
// records.
func (g *progGen) root() {
	r := &progRel{name: g.name("root"), kind: "root", shards: 1 + g.IntN(4), csv: g.chance(10), exact: true, ordered: true}
	r.columns = []progColumn{
		{"k", "VARCHAR(8)", 's'}, {"n", "INTEGER", 'n'}, {"d", pick(g, "DOUBLE", "DOUBLE", "DECIMAL(8, 2)"), 'd'},
		{"s", pick(g, "VARCHAR(3)", "STRING"), 's'}, {"ts", "TIMESTAMP", 't'}, {"f", "BOOLEAN", 'b'}, {"big", "BIGINT", 'n'},
	}
	r.columns = r.columns[:5+g.IntN(3)]
	options := []string{"'connector'='stream'", fmt.Sprintf("'shards'='%d'", r.shards)}
	if r.csv {
		options = append(options, "'format'='csv'")
	}
	if g.chance(40) {
		r.bound = pick(g, 1, 5, 30)
		g.p.flush = true
		if g.chance(50) {
			options = append(options, fmt.Sprintf("'idle_timeout'='%d seconds'", pick(g, 1, 10, 60)))
		}
	}
	g.define(r, options)
}

// define adds a stream's or table's definition.
func (g *progGen) define(r *progRel, options []string) {
	var columns []string
	for _, c := range r.columns {
		columns = append(columns, c.name+" "+c.typ)
	}
	if r.bound > 0 {
		i := slices.IndexFunc(r.columns, func(c progColumn) bool { return c.class == 't' })
		columns = append(columns, fmt.Sprintf("WATERMARK FOR %s AS %s - INTERVAL '%d' SECOND", r.columns[i].name, r.columns[i].name, r.bound))
	}
	kind, with := "STREAM", ""
	if r.kind == "lake" {
		kind = "TABLE"
	}
	if len(options) > 0 {
		with = " WITH (" + strings.Join(options, ", ") + ")"
	}
	g.p.defs = append(g.p.defs, fmt.Sprintf("CREATE %s %s (%s)%s", kind, r.name, strings.Join(columns, ", "), with))
	g.p.streams = append(g.p.streams, r)
}

// target adds a relation and the pumps that write it. All of them are created
// before a pump that reads it: what has been promised to a reader binds a later
// writer.
func (g *progGen) target(src *progRel, app bool) {
	r := &progRel{shards: 1 + g.IntN(3), columns: g.columns()}
	switch n := g.IntN(10); {
	case n < 4 && app && src.ordered:
		r.kind, r.shards = "app", 1
		r.name, r.exact, r.ordered = g.name("app"), src.exact, true
		g.define(r, nil)
	case n < 8:
		g.storedTarget(r, src)
	default:
		r.kind = "lake"
		r.name = g.name("lake")
		// Not zstd: encoders are shared, and one made in a bubble of synctest cannot be
		// used in another.
		options := []string{"'connector'='lake'", "'location'='" + r.name + "'", "'compression'='" + pick(g, "snappy", "gzip", "none") + "'"}
		if c := r.columns[len(r.columns)-1]; len(r.columns) > 1 && (c.class == 'n' || c.class == 's') && g.chance(40) {
			options = append(options, "'partitioned_by'='"+c.name+"'")
		}
		g.define(r, options)
	}
	g.pump(r, src)
	// A second writer: rows of an in-application stream have one order, given exact
	// times; a table has none.
	if other := g.source(r); (r.kind == "lake" || r.kind == "app" && r.exact && other.exact) && g.chance(40) {
		g.pump(r, other)
	}
	for i := range g.p.pumps {
		if u := &g.p.pumps[i]; u.into == r.name && r.kind == "app" && r.writers > 1 {
			u.stops = false
		}
	}
}

func (g *progGen) storedTarget(r *progRel, src *progRel) {
	r.kind, r.name = "stored", g.name("stored")
	options := []string{"'connector'='stream'", fmt.Sprintf("'shards'='%d'", r.shards)}
	keyed := src.ordered && g.chance(40)
	if keyed {
		options = append(options, "'partition_key'='"+r.columns[g.IntN(len(r.columns))].name+"'")
	}
	// One lane into one shard is one order. Where a pump changes the key of a stored
	// stream's rows there are 64 lanes, and an order within each key only.
	exchanged := keyed && src.kind != "app" && src.bound == 0
	r.ordered = src.ordered && r.shards == 1 && !exchanged && (keyed || src.shards <= 1 || src.bound > 0)
	at := slices.IndexFunc(r.columns, func(c progColumn) bool { return c.class == 't' })
	if r.ordered && at >= 0 && g.chance(40) {
		r.bound, r.exact, g.p.flush = pick(g, 1, 5, 30), true, true
		// What is too far ahead must not hang on the arrival: hours do not matter.
		options = append(options, "'max_future_skew'='200 days'")
	}
	g.define(r, options)
}

// source picks what a pump reads that writes into a relation.
func (g *progGen) source(into *progRel) *progRel {
	var from []*progRel
	for _, r := range g.p.streams {
		if r.kind != "lake" && r != into {
			from = append(from, r)
		}
	}
	// Later ones more often: chains become long.
	return from[max(g.IntN(len(from)), g.IntN(len(from)))]
}

// columns is the layout of a target.
func (g *progGen) columns() []progColumn {
	types := map[byte][]string{
		'n': {"INTEGER", "BIGINT", "BIGINT", "SMALLINT"}, 'd': {"DOUBLE", "DOUBLE", "DECIMAL(12, 3)", "REAL"},
		's': {"VARCHAR(40)", "STRING", "VARCHAR(2)", "CHAR(4)"}, 't': {"TIMESTAMP"}, 'b': {"BOOLEAN"},
	}
	out := []progColumn{{"c0", "VARCHAR(20)", 's'}}
	if g.chance(30) {
		out[0] = progColumn{"c0", "BIGINT", 'n'}
	}
	for i := range 1 + g.IntN(4) {
		class := pick[byte](g, 'n', 'n', 'n', 'd', 'd', 's', 's', 't', 't', 'b')
		out = append(out, progColumn{fmt.Sprintf("c%d", i+1), pick(g, types[class]...), class})
	}
	return out
}
