package ast

import "strings"

// Binding strength, loosest first. An operand is put in parentheses when it binds less than its place demands.
const (
	precAny = iota
	precOr
	precAnd
	precNot
	precPredicate
	precSum
	precProduct
	precSign
	precPrimary
)

var opPrec = map[Op]int{
	Or: precOr, And: precAnd,
	Eq: precPredicate, Ne: precPredicate, Lt: precPredicate, Le: precPredicate, Gt: precPredicate, Ge: precPredicate,
	Add: precSum, Sub: precSum, Concat: precSum,
	Mul: precProduct, Div: precProduct,
}

func prec(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		return opPrec[e.Op]
	case *Not:
		return precNot
	case *Is, *IsDistinct, *Between, *In, *Like, *Exists, *Period:
		return precPredicate
	case *Unary:
		return precSign
	}
	return precPrimary
}

func operand(e Expr, least int) string {
	if prec(e) < least {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func notWord(not bool) string {
	if not {
		return "NOT "
	}
	return ""
}

// String returns the literal; dates, times and intervals with their keyword.
func (e *Literal) String() string {
	switch e.Kind {
	case StringLit:
		return QuoteString(e.Text)
	case DateLit:
		return "DATE " + QuoteString(e.Text)
	case TimeLit:
		return "TIME " + QuoteString(e.Text)
	case TimestampLit:
		return "TIMESTAMP " + QuoteString(e.Text)
	case IntervalLit:
		return "INTERVAL " + QuoteString(e.Text) + " " + e.Interval.String()
	case BinaryLit:
		return "X'" + e.Text + "'"
	}
	return e.Text
}

// String returns the quoted, dotted name.
func (e *Column) String() string { return e.Parts.String() }

// String returns the sign and its operand; a signed operand goes in parentheses, since two minus signs begin a comment.
func (e *Unary) String() string { return string(e.Op) + operand(e.X, precPrimary) }

// String returns the operation; equal strength groups from the left, comparisons do not group at all.
func (e *Binary) String() string {
	p := opPrec[e.Op]
	left := p
	if p == precPredicate {
		left = p + 1
	}
	return operand(e.L, left) + " " + string(e.Op) + " " + operand(e.R, p+1)
}

// String returns NOT X.
func (e *Not) String() string { return "NOT " + operand(e.X, precNot) }

// String returns X IS [NOT] What.
func (e *Is) String() string {
	return operand(e.X, precSum) + " IS " + notWord(e.Not) + string(e.What)
}

// String returns L IS [NOT] DISTINCT FROM R.
func (e *IsDistinct) String() string {
	return operand(e.L, precSum) + " IS " + notWord(e.Not) + "DISTINCT FROM " + operand(e.R, precSum)
}

// String returns X [NOT] BETWEEN Low AND High.
func (e *Between) String() string {
	return operand(e.X, precSum) + " " + notWord(e.Not) + "BETWEEN " + operand(e.Low, precSum) + " AND " + operand(e.High, precSum)
}

// String returns X [NOT] IN (...).
func (e *In) String() string {
	s := operand(e.X, precSum) + " " + notWord(e.Not) + "IN ("
	if e.Query != nil {
		return s + e.Query.String() + ")"
	}
	return s + joinNodes(e.List) + ")"
}

// String returns X [NOT] LIKE Pattern or SIMILAR TO, with ESCAPE if set.
func (e *Like) String() string {
	verb := "LIKE "
	if e.Similar {
		verb = "SIMILAR TO "
	}
	s := operand(e.X, precSum) + " " + notWord(e.Not) + verb + operand(e.Pattern, precSum)
	if e.Escape != nil {
		s += " ESCAPE " + operand(e.Escape, precSum)
	}
	return s
}

// String returns EXISTS (Query).
func (e *Exists) String() string { return "EXISTS (" + e.Query.String() + ")" }

// String returns CASE ... END.
func (e *Case) String() string {
	var b strings.Builder
	b.WriteString("CASE")
	if e.Operand != nil {
		b.WriteString(" " + e.Operand.String())
	}
	for _, w := range e.Whens {
		b.WriteString(" WHEN " + w.Cond.String() + " THEN " + w.Then.String())
	}
	if e.Else != nil {
		b.WriteString(" ELSE " + e.Else.String())
	}
	b.WriteString(" END")
	return b.String()
}

// String returns the predicate.
func (e *Period) String() string {
	mode := e.Mode
	if mode != "" {
		mode += " "
	}
	return periodOperand(e.L) + " " + mode + e.Predicate + " " + periodOperand(e.R)
}

// periodOperand puts what is no period in parentheses, by which the predicate is known.
func periodOperand(e Expr) string {
	switch x := e.(type) {
	case *Row:
		return e.String()
	case *Call:
		if len(x.Name) == 1 && x.Name[0].Text == "PERIOD" && len(x.Args) == 2 {
			return e.String()
		}
	}
	return "(" + e.String() + ")"
}

// String returns CAST(X AS Type) or TRY_CAST.
func (e *Cast) String() string {
	name := "CAST("
	if e.Try {
		name = "TRY_CAST("
	}
	return name + e.X.String() + " AS " + e.Type.String() + ")"
}

// callName is the name of a function. A name written without quotes stays so, since the special forms are known by their bare names.
func callName(name Qualified) string {
	parts := make([]string, len(name))
	for i, n := range name {
		if parts[i] = n.Text; n.Quoted {
			parts[i] = n.String()
		}
	}
	return strings.Join(parts, ".")
}

// String returns the call.
func (e *Call) String() string {
	var b strings.Builder
	b.WriteString(callName(e.Name))
	if e.Bare {
		return b.String()
	}
	b.WriteByte('(')
	if e.Distinct {
		b.WriteString("DISTINCT ")
	}
	if e.Star {
		b.WriteByte('*')
	}
	if e.Words != nil {
		b.WriteString(e.arguments())
	} else {
		b.WriteString(joinNodes(e.Args))
	}
	if e.Nulls != "" {
		b.WriteString(" " + e.Nulls + " NULLS") // inside, or an argument might be taken to end in it
	}
	b.WriteByte(')')
	if e.Filter != nil {
		b.WriteString(" FILTER (WHERE " + e.Filter.String() + ")")
	}
	return b.String()
}

// arguments is the arguments behind their keywords. Predicates go in parentheses: they have such words of their own.
func (e *Call) arguments() string {
	var b strings.Builder
	for i, a := range e.Args {
		switch word := e.Words[i]; {
		case word != "" && i > 0:
			b.WriteString(" " + word + " ")
		case word != "":
			b.WriteString(word + " ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(operand(a, precSum))
	}
	return b.String()
}

// String returns the call with its clauses in the standard's order.
func (e *JSONCall) String() string {
	s := e.Func + "(" + operand(e.Doc, precSum) + ", " + operand(e.Path, precSum)
	if e.Returning != nil {
		s += " RETURNING " + e.Returning.String()
	}
	switch e.Wrapper {
	case "":
	case "WITHOUT":
		s += " WITHOUT ARRAY WRAPPER"
	default:
		s += " WITH " + e.Wrapper + " ARRAY WRAPPER"
	}
	return s + e.OnEmpty.clause("EMPTY") + e.OnError.clause("ERROR") + ")"
}

func (d *JSONDefault) clause(event string) string {
	switch {
	case d == nil:
		return ""
	case d.Value != nil:
		return " DEFAULT " + operand(d.Value, precSum) + " ON " + event
	}
	return " " + d.What + " ON " + event
}

// String returns FLOOR(X TO Unit) or CEIL(X TO Unit).
func (e *FloorTo) String() string {
	name := "FLOOR("
	if e.Ceil {
		name = "CEIL("
	}
	return name + e.X.String() + " TO " + e.Unit.String() + ")"
}

// String returns STEP(X BY By).
func (e *Step) String() string { return "STEP(" + e.X.String() + " BY " + e.By.String() + ")" }

// String returns EXTRACT(Unit FROM X).
func (e *Extract) String() string {
	return "EXTRACT(" + e.Unit.String() + " FROM " + e.X.String() + ")"
}

// String returns Call OVER Window.
func (e *Over) String() string { return e.Call.String() + " OVER " + e.Window.String() }

// String returns (L - R) Qualifier.
func (e *Difference) String() string {
	return "(" + operand(e.L, precSum) + " - " + operand(e.R, precProduct) + ") " + e.Qualifier.String()
}

// String returns the query in parentheses.
func (e *Subquery) String() string { return "(" + e.Query.String() + ")" }

// String returns * or Table.*.
func (e *Star) String() string {
	if len(e.Table) == 0 {
		return "*"
	}
	return e.Table.String() + ".*"
}

// String returns ROW(Items).
func (e *Row) String() string { return "ROW(" + joinNodes(e.Items) + ")" }
