package millrace

import "strings"

// exprScope is what an expression may name.
type exprScope struct {
	alias   string
	columns []progColumn
}

func scopeOf(r *progRel, alias string) exprScope {
	s := exprScope{alias: alias}
	for _, c := range r.columns {
		s.columns = append(s.columns, progColumn{alias + "." + c.name, c.typ, c.class})
	}
	if r.exact {
		s.columns = append(s.columns, progColumn{alias + ".ROWTIME", "TIMESTAMP", 't'})
	}
	if r.kind == "root" {
		s.columns = append(s.columns, progColumn{alias + ".SEQUENCE_NUMBER", "VARCHAR(64)", 's'}, progColumn{alias + ".SHARD_ID", "VARCHAR(64)", 's'},
			progColumn{alias + ".APPROXIMATE_ARRIVAL_TIME", "TIMESTAMP", 't'})
	}
	if r.kind == "root" || r.kind == "stored" {
		s.columns = append(s.columns, progColumn{alias + ".PARTITION_KEY", "VARCHAR(256)", 's'})
	}
	return s
}

func withoutTime(s exprScope) exprScope {
	out := exprScope{alias: s.alias}
	for _, c := range s.columns {
		if !strings.HasSuffix(c.name, ".ROWTIME") {
			out.columns = append(out.columns, c)
		}
	}
	return out
}

// expr is a random expression of a class; some fail for some rows.
func (g *progGen) expr(s exprScope, class byte, depth int) string {
	var columns []string
	for _, c := range s.columns {
		if c.class == class {
			columns = append(columns, c.name)
		}
	}
	if len(columns) > 0 && (depth == 0 || g.chance(40)) {
		return pick(g, columns...)
	}
	if depth <= 0 {
		return map[byte]string{'n': "7", 'd': "2.5e0", 's': "'lit'", 't': "TIMESTAMP '2021-03-09 00:30:00'", 'b': "TRUE"}[class]
	}
	sub := func(c byte) string { return g.expr(s, c, depth-1) }
	switch class {
	case 'n':
		return g.whole(sub)
	case 'd':
		return pick(g, sub('d')+" * 1.5e0", "("+sub('d')+" + "+sub('d')+")", "CAST("+sub('n')+" AS DOUBLE)", "100.0e0 / "+sub('d'),
			"COALESCE("+sub('d')+", -0.5e0)", "ABS("+sub('d')+")", "FLOOR("+sub('d')+")")
	case 's':
		return pick(g, "UPPER("+sub('s')+")", "LOWER("+sub('s')+")", sub('s')+" || "+sub('s'), "CAST("+sub('n')+" AS VARCHAR(12))",
			"COALESCE("+sub('s')+", 'none')", "NULLIF("+sub('s')+", 'a')", "CASE WHEN "+sub('b')+" THEN "+sub('s')+" ELSE 'ß' END")
	case 't':
		return pick(g, sub('t')+" + INTERVAL '90' SECOND", "FLOOR("+sub('t')+" TO MINUTE)", "TO_TIMESTAMP(1615248000000 + "+sub('n')+")")
	}
	return g.condition(sub)
}

func (g *progGen) whole(sub func(byte) string) string {
	return pick(g, "("+sub('n')+pick(g, " + ", " - ", " * ")+sub('n')+")", "100 / "+sub('n'), "MOD("+sub('n')+", "+pick(g, "3", sub('n'))+")",
		"ABS("+sub('n')+")", "CHAR_LENGTH("+sub('s')+")", "CAST("+sub('d')+" AS INTEGER)", "CAST("+sub('s')+" AS INTEGER)",
		"COALESCE("+sub('n')+", 0)", "NULLIF("+sub('n')+", 3)", "CASE WHEN "+sub('b')+" THEN "+sub('n')+" ELSE -1 END",
		"CASE "+sub('n')+" WHEN 1 THEN 10 WHEN 2 THEN "+sub('n')+" END")
}

func (g *progGen) condition(sub func(byte) string) string {
	class := pick[byte](g, 'n', 'n', 'd', 's', 't')
	return pick(g, sub(class)+pick(g, " = ", " <> ", " < ", " >= ")+sub(class), sub(class)+pick(g, " IS NULL", " IS NOT NULL"),
		sub('n')+" BETWEEN 0 AND 5", sub('s')+" LIKE '%a%'", sub('n')+" IN (0, 1, 2, 3)", "NOT ("+sub('b')+")",
		"("+sub('b')+pick(g, " AND ", " OR ")+sub('b')+")", sub(class)+" IS DISTINCT FROM "+sub(class), "100 / "+sub('n')+" > 9")
}
