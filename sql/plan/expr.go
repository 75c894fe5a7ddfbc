package plan

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Expr is a typed expression over the columns of a node's input. The set is
// closed. String is the form EXPLAIN prints; equal strings mean equal
// expressions over one input.
type Expr interface {
	Type() types.Type
	String() string
	expr()
}

type (
	// Column is a column of the input.
	Column struct {
		Index int
		Name  string
		Of    types.Type
	}
	// Literal is a constant. Value is nil for NULL, bool, string, []byte, float64
	// (approximate numbers) or int64: integers, unscaled decimals, days, and
	// microseconds or months of date-times and intervals.
	Literal struct {
		Value any
		Of    types.Type
	}
	// Call is an operator or function on arguments of exactly the types its
	// kernel takes. Func is the operator as SQL writes it ("+", "AND", "IS NULL")
	// or the function's name; "NEG" is the minus sign.
	Call struct {
		Func string
		Args []Expr
		Of   types.Type
		Pos  ast.Pos
		User *UserFunction // for one of the embedding program
	}
	// Case is a searched CASE; Else is never nil.
	Case struct {
		Whens []When
		Else  Expr
		Of    types.Type
	}
	// When is a branch of Case.
	When struct{ Cond, Then Expr }
	// Cast converts X, written or implied. With Try a value that cannot be
	// converted gives NULL.
	Cast struct {
		X   Expr
		Of  types.Type
		Try bool
		Pos ast.Pos
	}
	// Record is a call of a log parser (kda-sql.md §14): a value of several fields. It
	// stands in Field only.
	Record struct {
		Func   string
		Args   []Expr
		Fields []types.Field
		Pos    ast.Pos
	}
	// Field is one field of a Record.
	Field struct {
		X     *Record
		Index int
	}
	// TimeFloor is FLOOR(X TO unit), STEP(X BY interval) and, with Ceil, CEIL(X TO
	// unit), on a TIMESTAMP or DATE.
	TimeFloor struct {
		X    Expr
		Step types.Step
		Ceil bool
	}
)

func (*Column) expr()    {}
func (*Literal) expr()   {}
func (*Call) expr()      {}
func (*Case) expr()      {}
func (*Cast) expr()      {}
func (*TimeFloor) expr() {}
func (*Record) expr()    {}
func (*Field) expr()     {}

// Type is the column's type.
func (e *Column) Type() types.Type { return e.Of }

// Type is the literal's type.
func (e *Literal) Type() types.Type { return e.Of }

// Type is the result type.
func (e *Call) Type() types.Type { return e.Of }

// Type is the common type of the branches.
func (e *Case) Type() types.Type { return e.Of }

// Type is the target type.
func (e *Cast) Type() types.Type { return e.Of }

// Type is that of X.
func (e *TimeFloor) Type() types.Type { return e.X.Type() }

// Type is none: no operator takes a record.
func (e *Record) Type() types.Type { return types.Of(types.Null) }

// Type is the field's type.
func (e *Field) Type() types.Type { return e.X.Fields[e.Index].Type }

// String is the column's name and index.
func (e *Column) String() string { return fmt.Sprintf("%s#%d", e.Name, e.Index) }

// String is the literal as SQL writes it.
func (e *Literal) String() string {
	switch v := e.Value.(type) {
	case nil:
		return "NULL"
	case bool:
		return strings.ToUpper(fmt.Sprint(v))
	case string:
		return ast.QuoteString(v)
	case []byte:
		return "X'" + strings.ToUpper(hex.EncodeToString(v)) + "'"
	case float64:
		return string(types.AppendFloat(nil, v, 64))
	case int64:
		return e.intString(v)
	}
	return fmt.Sprint(e.Value)
}

func (e *Literal) intString(v int64) string {
	switch e.Of.Kind {
	case types.Decimal:
		return string(types.AppendDecimal(nil, v, e.Of.Scale))
	case types.Date:
		return "DATE '" + string(types.AppendDate(nil, v)) + "'"
	case types.TimeOfDay:
		return "TIME '" + string(types.AppendTimeOfDay(nil, v)) + "'"
	case types.Timestamp:
		return "TIMESTAMP '" + string(types.AppendTimestamp(nil, v)) + "'"
	case types.DayInterval, types.MonthInterval:
		text := strings.TrimPrefix(string(types.AppendInterval(nil, v, e.Of)), "+")
		return "INTERVAL '" + text + "' " + strings.TrimPrefix(e.Of.String(), "INTERVAL ")
	}
	return fmt.Sprint(v)
}

// String is infix for operators, a call otherwise.
func (e *Call) String() string {
	switch {
	case len(e.Args) == 2 && !isWord(e.Func) || e.Func == "AND" || e.Func == "OR":
		return "(" + e.Args[0].String() + " " + e.Func + " " + e.Args[1].String() + ")"
	case strings.HasPrefix(e.Func, "IS "):
		if len(e.Args) == 2 {
			return "(" + e.Args[0].String() + " " + e.Func + " " + e.Args[1].String() + ")"
		}
		return "(" + e.Args[0].String() + " " + e.Func + ")"
	case e.Func == "NOT":
		return "NOT " + e.Args[0].String()
	case e.Func == "NEG":
		return "-" + e.Args[0].String()
	}
	return e.Func + "(" + exprList(e.Args) + ")"
}

func isWord(s string) bool { return s[0] >= 'A' && s[0] <= 'Z' }

// String is the CASE expression.
func (e *Case) String() string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, w := range e.Whens {
		b.WriteString(" WHEN " + w.Cond.String() + " THEN " + w.Then.String())
	}
	return b.String() + " ELSE " + e.Else.String() + " END"
}

// String is the CAST expression.
func (e *Cast) String() string {
	name := "CAST("
	if e.Try {
		name = "TRY_CAST("
	}
	return name + e.X.String() + " AS " + e.Of.String() + ")"
}

// String is the call.
func (e *Record) String() string { return e.Func + "(" + exprList(e.Args) + ")" }

// String is the call and the name of the field.
func (e *Field) String() string { return e.X.String() + "." + e.X.Fields[e.Index].Name }

// String is the function call.
func (e *TimeFloor) String() string {
	n, unit := stepParts(e.Step)
	switch {
	case e.Ceil:
		return "CEIL(" + e.X.String() + " TO " + unit + ")" // CEIL knows single units only
	case n == "1":
		return "FLOOR(" + e.X.String() + " TO " + unit + ")"
	}
	return "STEP(" + e.X.String() + " BY INTERVAL '" + n + "' " + unit + ")"
}

// stepParts is a width in the longest unit that divides it.
func stepParts(s types.Step) (n, unit string) {
	if s.Months > 0 {
		if s.Months%12 == 0 {
			return strconv.FormatInt(s.Months/12, 10), "YEAR"
		}
		return strconv.FormatInt(s.Months, 10), "MONTH"
	}
	for _, u := range []types.Unit{types.UnitDay, types.UnitHour, types.UnitMinute, types.UnitSecond} {
		if s.Micros%u.Micros() == 0 {
			return strconv.FormatInt(int64(s.Micros/u.Micros()), 10), u.String()
		}
	}
	return string(types.AppendDecimal(nil, int64(s.Micros), 6)), "SECOND"
}

func exprList(list []Expr) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.String()
	}
	return strings.Join(parts, ", ")
}

// walk calls f for e and everything below it.
func walk(e Expr, f func(Expr)) {
	f(e)
	for _, c := range children(e) {
		walk(c, f)
	}
}

func children(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		return e.Args
	case *Cast:
		return []Expr{e.X}
	case *TimeFloor:
		return []Expr{e.X}
	case *Record:
		return e.Args
	case *Field:
		return []Expr{e.X}
	case *Case:
		var out []Expr
		for _, w := range e.Whens {
			out = append(out, w.Cond, w.Then)
		}
		return append(out, e.Else)
	}
	return nil
}

// remap is e over another input: column i is now column to[i].
func remap(e Expr, to []int) Expr {
	return transform(e, func(e Expr) Expr {
		if c, ok := e.(*Column); ok {
			return &Column{Index: to[c.Index], Name: c.Name, Of: c.Of}
		}
		return nil
	})
}

// transform is e with every part for which f gives another expression replaced by
// that.
func transform(e Expr, f func(Expr) Expr) Expr {
	if out := f(e); out != nil {
		return out
	}
	switch e := e.(type) {
	case *Call:
		out := *e
		out.Args = transformAll(e.Args, f)
		return &out
	case *Cast:
		return &Cast{X: transform(e.X, f), Of: e.Of, Try: e.Try, Pos: e.Pos}
	case *TimeFloor:
		return &TimeFloor{X: transform(e.X, f), Step: e.Step, Ceil: e.Ceil}
	case *Field:
		r := *e.X
		r.Args = transformAll(r.Args, f)
		return &Field{X: &r, Index: e.Index}
	case *Case:
		out := &Case{Of: e.Of, Else: transform(e.Else, f)}
		for _, w := range e.Whens {
			out.Whens = append(out.Whens, When{transform(w.Cond, f), transform(w.Then, f)})
		}
		return out
	}
	return e
}

func transformAll(list []Expr, f func(Expr) Expr) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = transform(e, f)
	}
	return out
}

func remapAll(list []Expr, to []int) []Expr {
	out := make([]Expr, len(list))
	for i, e := range list {
		out[i] = remap(e, to)
	}
	return out
}
