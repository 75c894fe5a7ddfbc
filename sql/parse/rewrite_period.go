package parse

import "github.com/millrace-sql/millrace/sql/ast"

var periodPredicates = wordSet("EQUALS CONTAINS OVERLAPS PRECEDES SUCCEEDS LEADS LAGS")

// periodPredicate reads [STRICTLY | IMMEDIATELY] predicate at token i, where a period has
// ended and an operand follows: these words are not reserved. It returns the index behind,
// 0 where there is none.
func (r *rewriter) periodPredicate(i int) int {
	if i == 0 || !r.toks[i-1].isOp(")") || r.toks[i].kind != word {
		return 0
	}
	at := i
	if r.toks[at].isWord("STRICTLY") || r.toks[at].isWord("IMMEDIATELY") {
		at++
	}
	t := r.toks[at]
	if t.kind != word || !periodPredicates[t.text] {
		return 0
	}
	next := r.toks[at+1]
	literal := next.kind == str || typedLiterals[next.text] != 0 && next.kind == word
	if next.isOp("(") || next.isWord("ROW") || next.isName() || t.text == "CONTAINS" && literal {
		return at + 1
	}
	return 0
}

// period writes a period predicate as <=>, and a chain a P b Q c as a <=> b and b <=> c.
func (r *rewriter) period(i, right int) (int, error) {
	r.emit(i, "<=>", false)
	open := right
	if r.periodWord(open) {
		open++
	}
	if !r.toks[open].isOp("(") {
		return right, nil // an instant
	}
	end := r.toks[open].match + 1
	if err := r.run(right, end); err != nil {
		return 0, err
	}
	if r.periodPredicate(end) == 0 {
		return end, nil
	}
	left := r.toks[i-1].match
	if left > 0 && r.periodWord(left-1) {
		left--
	}
	if left > 0 && r.toks[left-1].isWord("NOT") {
		return 0, errorAt(r.toks[left-1], "write NOT (a OVERLAPS b PRECEDES c)", "NOT before a chain of periods needs parentheses")
	}
	r.emit(end, "and", false)
	return end, r.run(right, end)
}

// periodWord tells that token i is what may stand before the two ends of a period.
func (r *rewriter) periodWord(i int) bool {
	return r.toks[i].isWord("PERIOD") || r.toks[i].isWord("ROW")
}

// periodAt is the predicate of the tokens from i on, nil where they are none.
func (c *converter) periodAt(i int) *ast.Period {
	out := &ast.Period{Pos: c.at(i).pos}
	if t := c.at(i); t.isWord("STRICTLY") || t.isWord("IMMEDIATELY") {
		out.Mode = t.text
		i++
	}
	if t := c.at(i); t.kind == word && periodPredicates[t.text] {
		out.Predicate = t.text
		return out
	}
	return nil
}
