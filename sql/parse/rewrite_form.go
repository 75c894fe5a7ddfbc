package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// formOrName lowers what a word means by its place: a special form, a clause that is no reserved word, or a name.
func (r *rewriter) formOrName(i int) (int, error) {
	t, next := r.toks[i], r.toks[i+1]
	if next.isOp("(") && !r.aliasPlace(i) {
		switch t.text {
		case "CAST", "TRY_CAST":
			return r.cast(i)
		case "JSON_VALUE", "JSON_QUERY", "JSON_EXISTS":
			return r.jsonForm(i)
		case "FLOOR", "CEIL", "CEILING":
			if to := next.match - 2; to > i+1 && r.toks[to].isWord("TO") {
				return r.floor(i)
			}
		case "STEP":
			return r.stepForm(i)
		case "EXTRACT":
			return r.extract(i)
		case "ROW":
			return next.match + 1, r.wrap(i, &entry{form: formRow, last: next.match}, i+2, next.match)
		}
	}
	switch {
	case t.text == "CASE":
		r.side[i] = &entry{form: formCase, last: t.match}
		if err := r.open(i, id(i)); err != nil {
			return 0, err
		}
		r.emit(i, "case", false)
		return i + 1, nil
	case t.text == "END":
		r.emit(i, "end", true)
		r.close(i)
		return i + 1, nil
	case t.text == "WINDOWED" && next.isWord("BY"):
		return 0, unexpected(r.toks, i)
	case t.text == "OFFSET" && r.operand && next.kind == integer:
		return r.offset(i)
	case t.text == "NULLS" && r.operand && (next.isWord("FIRST") || next.isWord("LAST")):
		r.side[i] = &entry{form: formLoose, last: i + 1}
		return i + 2, nil
	case bareFunctions[t.text] && !next.isOp("("):
		r.side[i] = &entry{form: formBareCall, last: i, parts: ast.Qualified{t.name()}}
		r.emit(i, id(i), true)
		return i + 1, nil
	}
	return r.name(i)
}

// cast writes CAST(x AS type) and TRY_CAST as `#N`(x).
func (r *rewriter) cast(i int) (int, error) {
	last := r.toks[i+1].match
	as := r.findWord(i+2, last, "AS")
	if as < 0 {
		return 0, unexpected(r.toks, last)
	}
	typ, next, err := typeName(r.toks, as+1)
	if err != nil {
		return 0, err
	}
	if next != last {
		return 0, unexpected(r.toks, next)
	}
	e := &entry{form: formCast, last: last, typ: typ}
	if r.toks[i].text == "TRY_CAST" {
		e.words = []string{"TRY"}
	}
	return last + 1, r.wrap(i, e, i+2, as)
}

// floor writes FLOOR(x TO unit) as `#N`(x).
func (r *rewriter) floor(i int) (int, error) {
	last := r.toks[i+1].match
	unit := r.unit(last - 1)
	if unit == ast.NoUnit {
		return 0, r.badUnit(last - 1)
	}
	e := &entry{form: formFloor, last: last, unit: unit}
	if r.toks[i].text != "FLOOR" {
		e.form = formCeil
	}
	return last + 1, r.wrap(i, e, i+2, last-2)
}

func (r *rewriter) unit(i int) ast.Unit {
	if r.toks[i].kind != word {
		return ast.NoUnit
	}
	return ast.UnitOf(r.toks[i].text)
}

func (r *rewriter) badUnit(i int) error {
	t, hint := r.toks[i], "the units are YEAR, MONTH, DAY, HOUR, MINUTE and SECOND"
	if singular := strings.TrimSuffix(t.text, "S"); t.kind == word && ast.UnitOf(singular) != ast.NoUnit {
		hint = "write " + singular
	}
	if t.kind == eof {
		return unexpected(r.toks, i)
	}
	return errorAt(t, hint, "%s is not a unit", t.raw)
}

// stepForm writes STEP(x BY i) as `#N`(x, i).
func (r *rewriter) stepForm(i int) (int, error) {
	last := r.toks[i+1].match
	by := r.findWord(i+2, last, "BY")
	if by < 0 {
		return 0, errorAt(r.toks[i], "write STEP(x BY INTERVAL '1' MINUTE)", "STEP needs BY")
	}
	r.side[i] = &entry{form: formStep, last: last}
	return last + 1, r.arguments(i, i+2, last, by)
}

// extract writes EXTRACT(unit FROM x) as `#N`(x).
func (r *rewriter) extract(i int) (int, error) {
	last := r.toks[i+1].match
	unit := ast.NoUnit
	if field := r.toks[i+2]; field.kind == word {
		unit = ast.FieldOf(field.text)
	}
	if unit == ast.NoUnit {
		return 0, r.badUnit(i + 2)
	}
	if !r.toks[i+3].isWord("FROM") {
		return 0, unexpected(r.toks, i+3)
	}
	return last + 1, r.wrap(i, &entry{form: formExtract, last: last, unit: unit}, i+4, last)
}

// difference writes (a - b) qualifier as `#N`(a - b).
func (r *rewriter) difference(i int) (int, error) {
	closing := r.toks[i].match
	q, next, err := intervalQualifier(r.toks, closing+1)
	if err != nil {
		return 0, err
	}
	e := &entry{form: formDifference, last: next - 1, qualifier: q}
	return next, r.wrap(i, e, i+1, closing)
}

// arguments writes `#N`(...) for the tokens from..to, with a comma in place of each separator word.
func (r *rewriter) arguments(i, from, to int, separators ...int) error {
	if err := r.open(i, id(i)); err != nil {
		return err
	}
	for _, s := range separators {
		if err := r.run(from, s); err != nil {
			return err
		}
		r.comma(s)
		from = s + 1
	}
	if err := r.run(from, to); err != nil {
		return err
	}
	r.close(to)
	return nil
}

// findWord returns the index of the first of the words outside inner parentheses and CASE, -1 when there is none.
func (r *rewriter) findWord(i, end int, words ...string) int {
	for ; i < end; i++ {
		for _, w := range words {
			if r.toks[i].isWord(w) {
				return i
			}
		}
		if m := r.toks[i].match; m > i {
			i = m
		}
	}
	return -1
}
