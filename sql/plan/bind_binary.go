package plan

import (
	"strings"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

func (b *exprBinder) bindBinary(e *ast.Binary) (Expr, error) {
	if e.Op == ast.And || e.Op == ast.Or {
		l, err := b.condition(e.L, string(e.Op))
		if err != nil {
			return nil, err
		}
		r, err := b.condition(e.R, string(e.Op))
		return &Call{Func: string(e.Op), Args: []Expr{l, r}, Of: boolean, Pos: e.Pos}, err
	}
	args, err := b.bindAll([]ast.Expr{e.L, e.R})
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case ast.Eq, ast.Ne, ast.Lt, ast.Le, ast.Gt, ast.Ge:
		return compare(string(e.Op), args[0], args[1], e.Pos)
	case ast.Concat:
		return concat(args[0], args[1], e.Pos)
	}
	return arithmetic(string(e.Op), args[0], args[1], e.Pos)
}

// compare brings both sides to their common type.
func compare(op string, l, r Expr, pos ast.Pos) (Expr, error) {
	t, ok := types.Common(l.Type(), r.Type())
	if !ok {
		e := errorAt(pos, "%s cannot be compared with %s", l.Type(), r.Type()).near(op)
		if l.Type().IsString() || r.Type().IsString() {
			e = e.hint("there is no implicit conversion from strings: use CAST")
		}
		return nil, e
	}
	// A literal that fits the other side exactly takes its type: the column then
	// needs no conversion, and a source can skip by it.
	for _, side := range [][2]Expr{{l, r}, {r, l}} {
		if lit, ok := side[0].(*Literal); ok && side[1].Type().IsNumeric() && coerceLiteral(lit, side[1].Type()) != nil {
			t = side[1].Type()
		}
	}
	// Two lengths of string compare without a cut.
	if t.IsString() {
		l, r, t = comparable(l, r)
	}
	return &Call{Func: op, Args: []Expr{coerce(l, t), coerce(r, t)}, Of: boolean, Pos: pos}, nil
}

// comparable brings two strings to one type. A CHAR compares with a CHAR or a
// constant as if the shorter had its blanks; with a VARCHAR every blank counts.
func comparable(l, r Expr) (Expr, Expr, types.Type) {
	lc, rc := l.Type().Kind == types.Char, r.Type().Kind == types.Char
	switch {
	case lc && rc:
		n := max(l.Type().Precision, r.Type().Precision)
		return l, r, types.Type{Kind: types.Char, Precision: n}
	case lc:
		if lit := padded(r, l.Type().Precision); lit != nil {
			return l, lit, lit.Of
		}
	case rc:
		if lit := padded(l, r.Type().Precision); lit != nil {
			return lit, r, lit.Of
		}
	}
	return l, r, types.VarcharOf(0)
}

// padded is a constant string as CHAR of its own length or n; nil for anything
// else.
func padded(e Expr, n int) *Literal {
	lit, ok := e.(*Literal)
	if !ok {
		return nil
	}
	text, ok := lit.Value.(string)
	if !ok {
		return nil
	}
	text = strings.TrimRight(text, " ")
	length := utf8.RuneCountInString(text)
	n = max(n, length)
	return &Literal{text + strings.Repeat(" ", n-length), types.Type{Kind: types.Char, Precision: n}}
}

func concat(l, r Expr, pos ast.Pos) (Expr, error) {
	if lt, rt := l.Type(), r.Type(); (lt.IsBinary() || rt.IsBinary()) && types.Comparable(lt, rt) {
		t := types.Of(types.Varbinary)
		if lt.Precision > 0 && rt.Precision > 0 {
			t.Precision = lt.Precision + rt.Precision
		}
		// A binary keeps its own type: the kernel joins bytes of any length.
		for _, e := range []*Expr{&l, &r} {
			if (*e).Type().Kind == types.Null {
				*e = coerce(*e, t)
			}
		}
		return &Call{Func: "||", Args: []Expr{l, r}, Of: t, Pos: pos}, nil
	}
	for _, e := range []Expr{l, r} {
		if t := e.Type(); !t.IsString() && t.Kind != types.Null {
			return nil, errorAt(pos, "|| joins strings, this is %s", t).near("||").hint("CAST it to VARCHAR")
		}
	}
	t := types.VarcharOf(0)
	if p, q := l.Type().Precision, r.Type().Precision; p > 0 && q > 0 {
		t.Precision = p + q
	}
	text := types.VarcharOf(0)
	return &Call{Func: "||", Args: []Expr{coerce(l, text), coerce(r, text)}, Of: t, Pos: pos}, nil
}

// arithmetic types + - * / on numbers, and date-times with intervals
// (kda-sql.md §2.1, §5.1).
func arithmetic(op string, l, r Expr, pos ast.Pos) (Expr, error) {
	lt, rt := l.Type(), r.Type()
	switch {
	case lt.Kind == types.Null && rt.Kind == types.Null:
		return &Literal{Of: types.Of(types.Null)}, nil
	case lt.Kind == types.Null && rt.IsNumeric():
		return &Literal{Of: rt}, nil
	case rt.Kind == types.Null && lt.IsNumeric():
		return &Literal{Of: lt}, nil
	case lt.IsNumeric() && rt.IsNumeric():
		return numeric(op, l, r, pos), nil
	case lt.IsDateTime() && rt.IsInterval() && (op == "+" || op == "-"):
		return shift(op, l, r, pos)
	case lt.IsInterval() && rt.IsDateTime() && op == "+":
		return shift(op, r, l, pos)
	case lt.IsInterval() && lt.Kind == rt.Kind && (op == "+" || op == "-"):
		t, _ := types.Common(lt, rt)
		return &Call{Func: op, Args: []Expr{l, r}, Of: t, Pos: pos}, nil
	case lt.IsInterval() && rt.IsNumeric() && (op == "*" || op == "/"):
		return scaled(op, l, r, pos), nil
	case lt.IsNumeric() && rt.IsInterval() && op == "*":
		return scaled(op, r, l, pos), nil
	case lt.Kind == types.Null && (rt.IsInterval() && op != "/" || rt.IsDateTime() && op == "+"):
		return &Literal{Of: rt}, nil
	case rt.Kind == types.Null && (lt.IsInterval() || lt.IsDateTime() && (op == "+" || op == "-")):
		return &Literal{Of: lt}, nil
	}
	e := errorAt(pos, "%s %s %s does not exist", lt, op, rt).near(op)
	switch {
	case lt.IsDateTime() && rt.IsDateTime():
		return nil, e.hint("a difference needs parentheses and a unit: (a - b) MINUTE")
	case op == "+" && lt.IsString() && rt.IsString():
		return nil, e.hint("|| joins strings")
	case lt.IsString() || rt.IsString():
		return nil, e.hint("there is no implicit conversion from strings: use CAST")
	case lt.IsDateTime() && rt.IsNumeric():
		return nil, e.hint("a time takes an interval: t %s n * INTERVAL '1' SECOND", op)
	}
	return nil, e
}

// numeric converts both operands to what the kernel takes. Decimals of + and -
// come at the result's scale; those of * and / keep theirs.
func numeric(op string, l, r Expr, pos ast.Pos) Expr {
	t := types.Arithmetic(op[0], l.Type(), r.Type())
	if t.Kind != types.Decimal {
		return &Call{Func: op, Args: []Expr{coerce(l, t), coerce(r, t)}, Of: t, Pos: pos}
	}
	scale := func(e Expr) Expr {
		d := e.Type().AsDecimal()
		if op == "+" || op == "-" {
			d = types.DecimalOf(t.Precision, t.Scale)
		}
		d.Precision = min(d.Precision, types.MaxPrecision)
		return coerce(e, d)
	}
	return &Call{Func: op, Args: []Expr{scale(l), scale(r)}, Of: t, Pos: pos}
}

// shift is a date-time moved by an interval. A DATE moves by whole days and
// months only.
func shift(op string, t, iv Expr, pos ast.Pos) (Expr, error) {
	if t.Type().Kind == types.TimeOfDay && iv.Type().Kind == types.MonthInterval {
		return nil, errorAt(pos, "TIME %s %s does not exist", op, iv.Type()).near(op)
	}
	name := "SHIFT"
	if iv.Type().Kind == types.MonthInterval {
		name = "SHIFT MONTHS"
	}
	if op == "-" {
		if lit, ok := iv.(*Literal); ok {
			iv = negated(lit)
		} else {
			iv = &Call{Func: "NEG", Args: []Expr{iv}, Of: iv.Type(), Pos: pos}
		}
	}
	return &Call{Func: name, Args: []Expr{t, iv}, Of: t.Type(), Pos: pos}, nil
}
