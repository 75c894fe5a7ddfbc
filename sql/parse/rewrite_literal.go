package parse

import (
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

func placeholder(i int) string { return ":v" + strconv.Itoa(i) }

var tokenLiterals = map[kind]ast.LiteralKind{
	integer: ast.IntegerLit, decimal: ast.DecimalLit, approx: ast.ApproxLit, str: ast.StringLit, binary: ast.BinaryLit,
}

var wordLiterals = map[string]ast.LiteralKind{
	"TRUE": ast.BoolLit, "FALSE": ast.BoolLit, "UNKNOWN": ast.BoolLit, "NULL": ast.NullLit,
}

var typedLiterals = map[string]ast.LiteralKind{"DATE": ast.DateLit, "TIME": ast.TimeLit, "TIMESTAMP": ast.TimestampLit}

// literal lowers a literal, of however many tokens, to :vN.
func (r *rewriter) literal(i int) (int, error) {
	t, next := r.toks[i], i+1
	lit := &ast.Literal{Text: t.text, Pos: t.pos}
	if t.kind != word {
		k, ok := tokenLiterals[t.kind]
		if !ok {
			return 0, unexpected(r.toks, i)
		}
		lit.Kind = k
		return r.putLiteral(i, next, lit), nil
	}
	if k, ok := wordLiterals[t.text]; ok {
		lit.Kind = k
		return r.putLiteral(i, next, lit), nil
	}
	if t.text == "INTERVAL" {
		lit, next, err := interval(r.toks, i)
		if err != nil {
			return 0, err
		}
		return r.putLiteral(i, next, lit), nil
	}
	if r.toks[next].kind != str {
		return 0, unexpected(r.toks, i)
	}
	lit.Kind, lit.Text = typedLiterals[t.text], r.toks[next].text
	return r.putLiteral(i, next+1, lit), nil
}

func (r *rewriter) putLiteral(i, next int, lit *ast.Literal) int {
	r.side[i] = &entry{form: formLiteral, last: next - 1, lit: lit}
	r.emit(i, placeholder(i), true)
	return next
}

// braceLiteral lowers {d '...'}, {t '...'} and {ts '...'}.
func (r *rewriter) braceLiteral(i int) (int, error) {
	kinds := map[string]ast.LiteralKind{"D": ast.DateLit, "T": ast.TimeLit, "TS": ast.TimestampLit}
	want := func(n int, ok bool) error {
		if ok {
			return nil
		}
		err := unexpected(r.toks, n)
		err.Hint = "braces hold {d '...'}, {t '...'} or {ts '...'}"
		return err
	}
	k, known := kinds[r.toks[i+1].text]
	if err := want(i+1, known && r.toks[i+1].kind == word); err != nil {
		return 0, err
	}
	if err := want(i+2, r.toks[i+2].kind == str); err != nil {
		return 0, err
	}
	if err := want(i+3, r.toks[i+3].isOp("}")); err != nil {
		return 0, err
	}
	lit := &ast.Literal{Kind: k, Text: r.toks[i+2].text, Pos: r.toks[i].pos}
	return r.putLiteral(i, i+4, lit), nil
}

// interval reads INTERVAL [sign] 'value' qualifier; the outer sign is folded into the value.
func interval(toks []token, i int) (*ast.Literal, int, error) {
	lit := &ast.Literal{Kind: ast.IntervalLit, Pos: toks[i].pos}
	i++
	negative := toks[i].isOp("-")
	if negative || toks[i].isOp("+") {
		i++
	}
	if toks[i].kind != str {
		err := unexpected(toks, i)
		if toks[i].kind == integer {
			err.Hint = "write the value in quotes: INTERVAL '" + toks[i].text + "' MINUTE"
		}
		return nil, 0, err
	}
	lit.Text = strings.TrimSpace(toks[i].text)
	if negative {
		if value, twice := strings.CutPrefix(lit.Text, "-"); twice {
			lit.Text = value
		} else {
			lit.Text = "-" + strings.TrimPrefix(lit.Text, "+")
		}
	}
	q, next, err := intervalQualifier(toks, i+1)
	lit.Interval = q
	return lit, next, err
}

// intervalQualifier reads unit [(p [, f])] [TO unit [(f)]]. TO is left alone where the two units make no range, so that
// FLOOR((a - b) SECOND TO MINUTE) reads as the FLOOR of seconds.
func intervalQualifier(toks []token, i int) (*ast.IntervalQualifier, int, error) {
	r := &rewriter{toks: toks}
	q := &ast.IntervalQualifier{From: r.unit(i), Precision: -1, FracPrecision: -1, Pos: toks[i].pos}
	if q.From == ast.NoUnit {
		return nil, 0, r.badUnit(i)
	}
	i++
	if toks[i].isOp("(") {
		most := 1
		if q.From == ast.Second {
			most = 2
		}
		numbers, next, err := numberList(toks, i, most)
		if err != nil {
			return nil, 0, err
		}
		i, q.Precision = next, numbers[0]
		if len(numbers) == 2 {
			q.FracPrecision = numbers[1]
		}
	}
	if !toks[i].isWord("TO") || !isRange(q.From, r.unit(i+1)) || r.endsForm(i) {
		return q, i, nil
	}
	q.To = r.unit(i + 1)
	i += 2
	if q.To == ast.Second && toks[i].isOp("(") {
		numbers, next, err := numberList(toks, i, 1)
		if err != nil {
			return nil, 0, err
		}
		i, q.FracPrecision = next, numbers[0]
	}
	return q, i, nil
}

func isRange(from, to ast.Unit) bool {
	return from == ast.Year && to == ast.Month || from >= ast.Day && from < to
}

// endsForm says whether TO at token i belongs to FLOOR or CEIL: TO unit ) closes one of them.
func (r *rewriter) endsForm(i int) bool {
	closing := r.toks[i+2]
	if !closing.isOp(")") || closing.match == 0 {
		return false
	}
	f := r.toks[closing.match-1]
	return f.isWord("FLOOR") || f.isWord("CEIL") || f.isWord("CEILING")
}

// numberList reads ( n [, n] ) from token i on, at most most numbers.
func numberList(toks []token, i, most int) ([]int, int, error) {
	var numbers []int
	for {
		i++
		n, err := strconv.ParseUint(toks[i].text, 10, 31)
		if toks[i].kind != integer || err != nil {
			return nil, 0, unexpected(toks, i)
		}
		numbers = append(numbers, int(n))
		i++
		if toks[i].isOp(")") {
			return numbers, i + 1, nil
		}
		if !toks[i].isOp(",") || len(numbers) == most {
			return nil, 0, unexpected(toks, i)
		}
	}
}
