package expr

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// TestAgainstNaive evaluates random expressions over random rows and compares
// each row with an evaluator that takes one row at a time, with numbers of any
// size, and stops at the first error.
func TestAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	evaluated := 0
	for range 3000 {
		tb := randomTable(rng)
		text := randomExpr(rng, 4, "IDBS"[rng.IntN(4)])
		e, columns, err := tb.bind(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		evaluated++
		got := tb.run(t, text)
		for i, row := range tb.rows {
			vars := make([]any, len(columns))
			for k, c := range columns {
				vars[k] = naiveValue(row[c], tb.fields[c].Type)
			}
			v, err := naive(e, vars)
			want := naiveText(v, e.Type())
			if err != nil {
				want = "!" + err.Error()
			}
			if got[i] != want {
				t.Fatalf("%s over %v: %s, want %s", e, row, got[i], want)
			}
		}
	}
	if evaluated == 0 {
		t.Error("nothing was evaluated")
	}
}

func randomTable(rng *rand.Rand) *table {
	tb := &table{fields: []types.Field{
		{Name: "I", Type: types.Of(types.Integer)}, {Name: "J", Type: types.Of(types.SmallInt)}, {Name: "D", Type: types.DecimalOf(6, 2)},
		{Name: "E", Type: types.DecimalOf(4, 1)}, {Name: "B", Type: types.Of(types.Boolean)}, {Name: "S", Type: types.VarcharOf(3)},
	}}
	for range 1 + rng.IntN(9) {
		row := []any{rng.IntN(9) - 4, rng.IntN(70000)%32768 - 100, fmt.Sprintf("%d.%02d", rng.IntN(2000)-1000, rng.IntN(100)), fmt.Sprintf("%d.%d", rng.IntN(9)-4, rng.IntN(10)), rng.IntN(2) == 0, strings.Repeat("a", rng.IntN(2)) + string(rune('a'+rng.IntN(3)))}
		if rng.IntN(6) == 0 {
			row[0] = []any{2147483647, -2147483648}[rng.IntN(2)]
		}
		for i := range row {
			if rng.IntN(5) == 0 {
				row[i] = nil
			}
		}
		tb.rows = append(tb.rows, row)
	}
	return tb
}

// randomExpr is an expression of an integer, decimal, boolean or string.
func randomExpr(rng *rand.Rand, depth int, kind byte) string {
	sub := func(kind byte) string { return randomExpr(rng, depth-1-rng.IntN(2), kind) }
	one := func(list ...string) string { return list[rng.IntN(len(list))] }
	if depth <= 0 {
		switch kind {
		case 'I':
			return one("I", "J", "0", "1", "-3", "7")
		case 'D':
			return one("D", "E", "0.5", "-2.25", "3.0")
		case 'B':
			return one("B", "TRUE", "FALSE", "UNKNOWN")
		}
		return one("S", "'a'", "'ab'", "''")
	}
	if rng.IntN(4) == 0 {
		return fmt.Sprintf(one("CASE WHEN %s THEN %s ELSE %s END", "CASE WHEN %s THEN %s WHEN B THEN %s END"), sub('B'), sub(kind), sub(kind))
	}
	if rng.IntN(6) == 0 {
		return fmt.Sprintf(one("COALESCE(%s, %s)", "NULLIF(%s, %s)"), sub(kind), sub(kind))
	}
	switch kind {
	case 'I':
		return fmt.Sprintf(one("(%s + %s)", "(%s - %s)", "(%s * %s)", "(%s / %s)", "MOD(%s, %s)", "ABS(%s - %s)", "(- (%s - %s))"), sub('I'), sub('I'))
	case 'D':
		return fmt.Sprintf(one("(%s + %s)", "(%s - %s)", "(%s * %s)", "(%s / %s)"), sub('D'), sub("DI"[rng.IntN(2)]))
	case 'S':
		return fmt.Sprintf("(%s || %s)", sub('S'), sub('S'))
	}
	switch rng.IntN(4) {
	case 0:
		return fmt.Sprintf("(%s %s %s)", sub('B'), one("AND", "OR"), sub('B'))
	case 1:
		return fmt.Sprintf(one("(NOT %s)", "(%s IS NULL)", "(%s IS TRUE)", "(%s IS NOT FALSE)"), sub('B'))
	}
	side := "IDS"[rng.IntN(3)]
	return fmt.Sprintf("(%s %s %s)", sub(side), one("=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM"), sub(side))
}

// number is an unscaled whole number of any size; the type says the scale.
type number = *big.Int

func naiveValue(v any, of types.Type) any {
	switch v := v.(type) {
	case int:
		return big.NewInt(int64(v))
	case string:
		if of.Kind == types.Decimal {
			n, _ := new(big.Int).SetString(strings.Replace(v, ".", "", 1), 10)
			return n
		}
	}
	return v
}

func naiveText(v any, of types.Type) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + v + "'"
	case number:
		return string(types.AppendDecimal(nil, v.Int64(), of.Scale))
	}
	return fmt.Sprint(v)
}

var (
	errZero     = errors.New("DivideByZero")
	errOverflow = errors.New("OverflowError")
	errCast     = errors.New("CastError")
)

func naive(e plan.Expr, row []any) (any, error) {
	switch e := e.(type) {
	case *plan.Column:
		return row[e.Index], nil
	case *plan.Literal:
		if n, ok := e.Value.(int64); ok {
			return big.NewInt(n), nil
		}
		return e.Value, nil
	case *plan.Cast:
		return naiveCast(e, row)
	case *plan.Case:
		for _, w := range e.Whens {
			c, err := naive(w.Cond, row)
			if err != nil {
				return nil, err
			}
			if c == true {
				return naive(w.Then, row)
			}
		}
		return naive(e.Else, row)
	case *plan.Call:
		return naiveCall(e, row)
	}
	panic(fmt.Sprintf("%T", e))
}

func naiveCast(e *plan.Cast, row []any) (any, error) {
	v, err := naive(e.X, row)
	if err != nil || v == nil || e.Of.IsString() {
		return v, err
	}
	n := halfAway(v.(number), e.X.Type().Scale, e.Of.Scale)
	if !holds(n, e.Of) {
		return nil, errCast
	}
	return n, nil
}

// halfAway changes the scale of a number.
func halfAway(n number, from, to int) number {
	ten := func(k int) number { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil) }
	if to >= from {
		return new(big.Int).Mul(n, ten(to-from))
	}
	return roundedQuotient(n, ten(from-to))
}

func roundedQuotient(a, b number) number {
	// floor(|a/b| + 1/2) with the sign put back.
	abs := new(big.Int).Abs
	half := new(big.Int).Add(new(big.Int).Mul(abs(a), big.NewInt(2)), new(big.Int).Abs(b))
	q := half.Div(half, new(big.Int).Mul(new(big.Int).Abs(b), big.NewInt(2)))
	if a.Sign()*b.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

func holds(n number, t types.Type) bool {
	low, high := big.NewInt(0), big.NewInt(0)
	switch t.Kind {
	case types.Decimal:
		high.Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
		high.Sub(high, big.NewInt(1))
		low.Neg(high)
	default:
		bits := map[types.Kind]uint{types.TinyInt: 7, types.SmallInt: 15, types.Integer: 31, types.BigInt: 63}[t.Kind]
		high.Lsh(big.NewInt(1), bits)
		low.Neg(high)
		high.Sub(high, big.NewInt(1))
	}
	return n.Cmp(low) >= 0 && n.Cmp(high) <= 0
}

// naiveCall handles what looks at its operands one by one; the rest takes all.
func naiveCall(e *plan.Call, row []any) (any, error) {
	switch e.Func {
	case "AND", "OR":
		return naiveLogic(e, row)
	case "COALESCE":
		for _, a := range e.Args {
			if v, err := naive(a, row); v != nil || err != nil {
				return v, err
			}
		}
		return nil, nil
	}
	args := make([]any, len(e.Args))
	for i, a := range e.Args {
		var err error
		if args[i], err = naive(a, row); err != nil {
			return nil, err
		}
	}
	switch e.Func {
	case "IS NULL":
		return args[0] == nil, nil
	case "IS TRUE", "IS FALSE":
		return args[0] == (e.Func == "IS TRUE"), nil
	case "IS DISTINCT FROM":
		if args[0] == nil || args[1] == nil {
			return (args[0] == nil) != (args[1] == nil), nil
		}
		return order(args[0], args[1]) != 0, nil
	case "NULLIF":
		if args[0] != nil && args[1] != nil && order(args[0], args[1]) == 0 {
			return nil, nil
		}
		return args[0], nil
	}
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
	}
	return naiveStrict(e, args)
}

func naiveLogic(e *plan.Call, row []any) (any, error) {
	l, err := naive(e.Args[0], row)
	decided := e.Func == "OR"
	if err != nil || l == decided {
		return l, err
	}
	r, err := naive(e.Args[1], row)
	switch {
	case err != nil || r == decided:
		return r, err
	case l == nil || r == nil:
		return nil, nil
	}
	return !decided, nil
}

func order(a, b any) int {
	switch a := a.(type) {
	case number:
		return a.Cmp(b.(number))
	case string:
		return strings.Compare(a, b.(string))
	}
	if a == b {
		return 0
	}
	if b == true {
		return -1
	}
	return 1
}

// naiveStrict is an operator none of whose operands is NULL.
func naiveStrict(e *plan.Call, args []any) (any, error) {
	switch e.Func {
	case "NOT":
		return args[0] == false, nil
	case "||":
		return args[0].(string) + args[1].(string), nil
	case "=", "<>", "<", "<=", ">", ">=":
		c := order(args[0], args[1])
		return strings.Contains(e.Func, "=") && c == 0 || strings.Contains(e.Func, "<") && c < 0 || strings.Contains(e.Func, ">") && c > 0, nil
	}
	a, out := args[0].(number), new(big.Int)
	var b number
	if len(args) > 1 {
		b = args[1].(number)
	}
	switch e.Func {
	case "NEG":
		out.Neg(a)
	case "ABS":
		out.Abs(a)
	case "+":
		out.Add(a, b)
	case "-":
		out.Sub(a, b)
	case "*":
		out = halfAway(out.Mul(a, b), e.Args[0].Type().Scale+e.Args[1].Type().Scale, e.Of.Scale)
	case "/", "MOD":
		if b.Sign() == 0 {
			return nil, errZero
		}
		switch {
		case e.Func == "MOD":
			out.Rem(a, b)
		case e.Of.Kind == types.Decimal:
			up := e.Of.Scale + e.Args[1].Type().Scale - e.Args[0].Type().Scale
			out = roundedQuotient(halfAway(a, 0, up), b)
		default:
			out.Quo(a, b)
		}
	default:
		panic(e.Func)
	}
	if !holds(out, e.Of) {
		return nil, errOverflow
	}
	return out, nil
}
