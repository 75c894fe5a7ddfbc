package plan

import (
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// Binding strength, loosest first.
const (
	looseOr = iota + 1
	looseAnd
	looseNot
	loosePredicate
	looseSum
	looseProduct
	looseSign
	tight
)

// told is an expression as EXPLAIN prints it: near to what a user would write. Implied
// conversions are left out, and columns have their place only where in has two of one
// name. Expr.String tells expressions apart; this is to be read.
func told(e Expr, in types.Schema) string { return teller{in}.expr(e, 0) }

func toldAll(list []Expr, in types.Schema) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = told(e, in)
	}
	return out
}

type teller struct{ in types.Schema }

// expr puts e in parentheses where it binds less than its place demands.
func (t teller) expr(e Expr, least int) string {
	text, strength := t.text(e)
	if strength < least {
		return "(" + text + ")"
	}
	return text
}

func (t teller) text(e Expr) (string, int) {
	switch e := e.(type) {
	case *Column:
		return t.column(e), tight
	case *Cast:
		if e.Pos.Line == 0 {
			return t.text(e.X) // implied
		}
		word := "CAST("
		if e.Try {
			word = "TRY_CAST("
		}
		return word + t.expr(e.X, 0) + " AS " + e.Of.String() + ")", tight
	case *TimeFloor:
		c := *e
		c.X = &Column{Name: t.expr(e.X, 0), Index: -1}
		return strings.Replace(c.String(), "#-1", "", 1), tight
	case *Case:
		s := "CASE"
		for _, w := range e.Whens {
			s += " WHEN " + t.expr(w.Cond, 0) + " THEN " + t.expr(w.Then, 0)
		}
		return s + " ELSE " + t.expr(e.Else, 0) + " END", tight
	case *Call:
		return t.call(e)
	case *Field:
		// The last argument, today's date, is not one of the user's.
		call, _ := t.call(&Call{Func: e.X.Func, Args: e.X.Args[:len(e.X.Args)-1]})
		return call + "." + e.X.Fields[e.Index].Name, tight
	}
	return e.String(), tight
}

func (t teller) column(c *Column) string {
	same := 0
	for _, f := range t.in.Fields {
		if f.Name == c.Name {
			same++
		}
	}
	if same > 1 {
		return c.Name + "#" + strconv.Itoa(c.Index)
	}
	return c.Name
}

var strengths = map[string]int{
	"OR": looseOr, "AND": looseAnd, "=": loosePredicate, "<>": loosePredicate, "<": loosePredicate, "<=": loosePredicate, ">": loosePredicate,
	">=": loosePredicate, "IS DISTINCT FROM": loosePredicate, "LIKE": loosePredicate, "SIMILAR TO": loosePredicate, "+": looseSum, "-": looseSum, "||": looseSum,
	"*": looseProduct, "/": looseProduct,
}

func (t teller) call(e *Call) (string, int) {
	s := strengths[e.Func]
	switch {
	case s > 0 && len(e.Args) == 2:
		return t.expr(e.Args[0], s) + " " + e.Func + " " + t.expr(e.Args[1], s+1), s
	case s == loosePredicate && len(e.Args) == 3:
		return t.expr(e.Args[0], s) + " " + e.Func + " " + t.expr(e.Args[1], s+1) + " ESCAPE " + t.expr(e.Args[2], s+1), s
	case e.Func == "NOT":
		return "NOT " + t.expr(e.Args[0], looseNot+1), looseNot
	case e.Func == "NEG":
		return "-" + t.expr(e.Args[0], tight), looseSign
	case strings.HasPrefix(e.Func, "IS ") && len(e.Args) == 1:
		return t.expr(e.Args[0], loosePredicate+1) + " " + e.Func, loosePredicate
	case strings.HasPrefix(e.Func, "EXTRACT "):
		return "EXTRACT(" + strings.TrimPrefix(e.Func, "EXTRACT ") + " FROM " + t.expr(e.Args[0], 0) + ")", tight
	case e.Func == "BETWEEN TIMES":
		return "(" + t.expr(e.Args[0], looseSum) + " - " + t.expr(e.Args[1], looseSum+1) + ") " + strings.TrimPrefix(e.Of.String(), "INTERVAL "), tight
	case e.Func == "SCALE *" || e.Func == "SCALE /":
		return t.expr(e.Args[0], looseProduct) + strings.TrimPrefix(e.Func, "SCALE") + " " + t.expr(e.Args[1], looseProduct+1), looseProduct
	case strings.HasPrefix(e.Func, "SHIFT"):
		return t.shift(e), looseSum
	case e.Func == "DATE AND TIME":
		return "CAST(" + t.expr(e.Args[1], 0) + " AS TIMESTAMP)", tight
	case strings.HasPrefix(e.Func, "CURRENT_"):
		return e.Func, tight
	}
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = t.expr(a, 0)
	}
	return e.Func + "(" + strings.Join(args, ", ") + ")", tight
}

// shift is a time plus or minus an interval.
func (t teller) shift(e *Call) string {
	by, op := e.Args[1], " + "
	if lit, ok := by.(*Literal); ok {
		if v, ok := lit.Value.(int64); ok && v < 0 {
			by, op = negated(lit), " - "
		}
	} else if c, ok := by.(*Call); ok && c.Func == "NEG" {
		by, op = c.Args[0], " - "
	}
	return t.expr(e.Args[0], looseSum) + op + t.expr(by, looseSum+1)
}
