package millrace

import (
	"fmt"
	"strings"
)

// pump adds a pump that reads src, perhaps with others, and writes r.
func (g *progGen) pump(r, src *progRel) {
	u := progPump{name: fmt.Sprintf("p%d", len(g.p.pumps)), into: r.name, reads: []*progRel{src}}
	var query string
	other := g.source(r)
	switch {
	// Windows and the merge of a UNION go by time.
	case src.exact && g.chance(40):
		query = g.grouped(src, r)
	case src.exact && other.exact && g.chance(25):
		u.reads = append(u.reads, other)
		query = g.rowwise(src, r) + " UNION ALL " + g.rowwise(other, r)
	default:
		query = g.rowwise(src, r)
	}
	u.stops = true
	for _, s := range u.reads {
		s.feeds++
		u.loose = u.loose || !s.exact || s.kind == "stored"
		u.mixed = u.mixed || !s.ordered
		u.stops = u.stops && s.kind != "app"
	}
	u.sql = fmt.Sprintf("CREATE PUMP %s AS INSERT INTO %s %s", u.name, r.name, query)
	r.writers++
	g.p.pumps = append(g.p.pumps, u)
}

// rowwise is SELECT without GROUP BY; sometimes over a subquery or a join.
func (g *progGen) rowwise(r, into *progRel) string {
	s := scopeOf(r, "x")
	from := r.name + " AS x"
	if g.chance(15) {
		var inner []string
		sub := exprScope{alias: "x"}
		for i, c := range []byte{'s', 'n', 'd', 't'} {
			inner = append(inner, fmt.Sprintf("%s AS y%d", g.expr(s, c, 1), i))
			sub.columns = append(sub.columns, progColumn{fmt.Sprintf("x.y%d", i), "", c})
		}
		from = fmt.Sprintf("(SELECT STREAM %s FROM %s%s) AS x", strings.Join(inner, ", "), from, g.where(s))
		s = sub
	}
	// The key of the record does not come through a join: its rows then need the order
	// of the log.
	if r.ordered && g.chance(20) {
		from += pick(g, " JOIN", " LEFT JOIN") + " items AS i ON " + g.expr(s, 's', 0) + " = i.k" + pick(g, "", "", " AND i.w > 0")
		s.columns = append(s.columns, progColumn{"i.label", "", 's'}, progColumn{"i.w", "", 'n'})
	}
	var list []string
	for _, c := range into.columns {
		list = append(list, fmt.Sprintf("%s AS %s", g.expr(s, c.class, 2), c.name))
	}
	return fmt.Sprintf("SELECT STREAM %s FROM %s%s", strings.Join(list, ", "), from, g.where(s)+since(r, into, s))
}

func (g *progGen) where(s exprScope) string {
	if g.chance(65) {
		return " WHERE TRUE"
	}
	return " WHERE " + g.expr(s, 'b', 2)
}

// since keeps declared times from before the program's beginning out of
// in-application streams: a live one has promised its readers that much when its
// first pump of arrival times starts, a replay has not.
func since(r, into *progRel, s exprScope) string {
	if r.bound == 0 || into.kind != "app" {
		return ""
	}
	return " AND " + s.alias + ".ROWTIME > TIMESTAMP '2021-03-09 00:00:01'"
}

// grouped is SELECT with a window.
func (g *progGen) grouped(r, into *progRel) string {
	s := scopeOf(r, "x")
	from := r.name + " AS x"
	if g.chance(15) {
		from += pick(g, " JOIN", " LEFT JOIN") + " items AS i ON x." + r.columns[0].name + " = " + pick(g, "i.k", "i.label")
		if r.columns[0].class == 'n' {
			from = r.name + " AS x LEFT JOIN items AS i ON x." + r.columns[0].name + " = i.w"
		}
		s.columns = append(s.columns, progColumn{"i.label", "", 's'}, progColumn{"i.w", "", 'n'})
	}
	window := pick(g,
		fmt.Sprintf("STEP(x.ROWTIME BY INTERVAL '%d' SECOND)", pick(g, 1, 2, 5, 10, 30, 60)),
		"FLOOR(x.ROWTIME TO "+pick(g, "SECOND", "MINUTE", "HOUR")+")",
		"CEIL(x.ROWTIME TO "+pick(g, "SECOND", "MINUTE", "HOUR")+")")
	keys := map[byte][]string{}
	group := []string{window}
	for range g.IntN(3) {
		class := pick[byte](g, 's', 's', 'n', 'b')
		// ROWTIME may stand in the window alone.
		k := g.expr(withoutTime(s), class, g.IntN(2))
		keys[class] = append(keys[class], k)
		group = append(group, k)
	}
	var list []string
	for _, c := range into.columns {
		list = append(list, fmt.Sprintf("%s AS %s", g.aggregate(s, c.class, keys, window), c.name))
	}
	g.Shuffle(len(group), func(i, j int) { group[i], group[j] = group[j], group[i] })
	having := ""
	if g.chance(25) {
		having = " HAVING " + g.aggregate(s, 'n', keys, window) + pick(g, " > 1", " < 5", " IS NOT NULL")
	}
	return fmt.Sprintf("SELECT STREAM %s FROM %s%s GROUP BY %s%s", strings.Join(list, ", "), from, g.where(s)+since(r, into, s), strings.Join(group, ", "), having)
}

// aggregate is an expression above GROUP BY.
func (g *progGen) aggregate(s exprScope, class byte, keys map[byte][]string, window string) string {
	if len(keys[class]) > 0 && g.chance(60) {
		return pick(g, keys[class]...)
	}
	if g.chance(15) {
		switch class { // of the program: function_kinds_test.go
		case 'n':
			return pick(g, "ALL_ROWS()", "MEDIAN(CAST(MOD("+g.expr(s, 'n', 1)+", 1000) AS INTEGER))")
		case 's':
			return pick(g, "LONGEST", "TEXTS") + "(" + g.expr(s, 's', 1) + ")"
		}
	}
	switch class {
	case 'n':
		return pick(g, "COUNT(*)", "COUNT("+g.expr(s, pick[byte](g, 'n', 's', 'd'), 1)+")", pick(g, "SUM", "MIN", "MAX", "AVG", "SUM")+"("+g.expr(s, 'n', 1)+")")
	case 'd':
		return pick(g, "SUM", "AVG", "MIN", "MAX", "SUM") + "(" + g.expr(s, 'd', 1) + ")"
	case 's':
		return pick(g, "MIN", "MAX") + "(" + g.expr(s, 's', 1) + ")"
	case 't':
		return pick(g, window, "ROWTIME", pick(g, "MIN", "MAX")+"("+g.expr(s, 't', 0)+")")
	}
	return "COUNT(*) > " + fmt.Sprint(g.IntN(4))
}
