package plan

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Function is the signature of a scalar function: what it takes, and what it
// gives for that. Its kernel is in exec/expr, under the same name.
type Function struct {
	Name     string
	Min, Max int // arguments; Max < 0 = any number
	// Types converts the types of the arguments to those the kernel takes and the
	// result; a message where an argument does not fit.
	Types func(args []types.Type) (params []types.Type, result types.Type, problem string)
	// Usage and Doc are for messages and the reference page.
	Usage, Doc string
}

// Functions is the scalar functions by name, synonyms included.
func Functions() map[string]*Function { return functions }

var functions = byName(
	&Function{"COALESCE", 1, -1, commonTypes, "COALESCE(x, ...)", "the first argument that is not NULL"},
	&Function{"NULLIF", 2, 2, commonTypes, "NULLIF(a, b)", "NULL if a = b, else a"},
	&Function{"UPPER", 1, 1, textTypes, "UPPER(s)", "s in upper case"},
	&Function{"LOWER", 1, 1, textTypes, "LOWER(s)", "s in lower case"},
	&Function{"CHAR_LENGTH", 1, 1, lengthTypes, "CHAR_LENGTH(s)", "the number of characters"},
	&Function{"CHARACTER_LENGTH", 1, 1, lengthTypes, "CHARACTER_LENGTH(s)", "the number of characters"},
	&Function{"ABS", 1, 1, numberTypes, "ABS(x)", "x without its sign"},
	&Function{"FLOOR", 1, 1, roundTypes, "FLOOR(x), FLOOR(t TO unit)", "the greatest whole number or unit boundary at or below"},
	&Function{"CEIL", 1, 1, roundTypes, "CEIL(x), CEIL(t TO unit)", "the least whole number or unit boundary at or above"},
	&Function{"CEILING", 1, 1, roundTypes, "CEILING(x)", "as CEIL"},
	&Function{"MOD", 2, 2, modTypes, "MOD(a, b)", "the rest of a / b, with the sign of a"},
	&Function{"TO_TIMESTAMP", 1, 1, toTimestampTypes, "TO_TIMESTAMP(ms)", "milliseconds since 1970 as a TIMESTAMP"},
	&Function{"UNIX_TIMESTAMP", 1, 1, unixTimestampTypes, "UNIX_TIMESTAMP(t)", "a TIMESTAMP as milliseconds since 1970"},
)

func byName(list ...*Function) map[string]*Function {
	out := make(map[string]*Function, len(list))
	for _, f := range list {
		out[f.Name] = f
	}
	return out
}

// aggregateNames is the aggregates; their state is in exec/agg.
var aggregateNames = []string{"COUNT", "SUM", "AVG", "MIN", "MAX"}

// Aggregates is the names of the aggregate functions.
func Aggregates() []string { return append([]string(nil), aggregateNames...) }

func isAggregate(c *ast.Call) bool {
	name := c.Name.Last().Text
	for _, a := range aggregateNames {
		if len(c.Name) == 1 && a == name {
			return true
		}
	}
	return false
}

// AggregateType is the type of an aggregate's value, false where it does not
// take such an argument (kda-sql.md §13.1). SUM of integers is BIGINT: the
// reference leaves overflow undefined there, and a wider result loses nothing,
// since numbers are assignable to each other.
func AggregateType(name string, arg types.Type) (types.Type, bool) {
	switch name {
	case "COUNT":
		return types.Of(types.BigInt), true
	case "SUM":
		switch {
		case arg.IsInteger():
			return types.Of(types.BigInt), true
		case arg.Kind == types.Decimal:
			return types.DecimalOf(types.MaxPrecision, arg.Scale), true
		}
		return arg, arg.IsApproximate()
	case "AVG":
		return arg, arg.IsNumeric()
	}
	return arg, arg.IsNumeric() || arg.IsString() || arg.IsDateTime()
}

func (b *exprBinder) bindCall(e *ast.Call) (Expr, error) {
	name := e.Name.Last().Text
	if isAggregate(e) {
		return nil, errorAt(e.Pos, "aggregate %s cannot stand here", name).near(name).
			hint("aggregates stand in the select list, HAVING and ORDER BY, not inside each other")
	}
	f := functions[name]
	if f == nil || len(e.Name) > 1 {
		return nil, errorAt(e.Pos, "no function %s", name).near(name).hint("%s", Suggest(name, functionNames()))
	}
	if e.Star || e.Distinct || e.Filter != nil {
		return nil, errorAt(e.Pos, "%s is not an aggregate", name).near(name)
	}
	if n := len(e.Args); n < f.Min || f.Max >= 0 && n > f.Max {
		return nil, errorAt(e.Pos, "%s takes %s, not %d", name, f.arity(), n).near(name).hint("%s", f.Usage)
	}
	args, err := b.bindAll(e.Args)
	if err != nil {
		return nil, err
	}
	given := make([]types.Type, len(args))
	for i, a := range args {
		given[i] = a.Type()
	}
	params, result, problem := f.Types(given)
	if problem != "" {
		return nil, errorAt(e.Pos, "%s: %s", name, problem).near(name).hint("%s", f.Usage)
	}
	for i := range args {
		args[i] = coerce(args[i], params[i])
	}
	return &Call{Func: name, Args: args, Of: result, Pos: e.Pos}, nil
}

func (f *Function) arity() string {
	switch {
	case f.Max < 0:
		return fmt.Sprintf("at least %d argument(s)", f.Min)
	case f.Min == f.Max:
		return fmt.Sprintf("%d argument(s)", f.Min)
	}
	return fmt.Sprintf("%d to %d arguments", f.Min, f.Max)
}

func functionNames() []string {
	out := append([]string(nil), aggregateNames...)
	for name := range functions {
		out = append(out, name)
	}
	return out
}

func commonTypes(args []types.Type) ([]types.Type, types.Type, string) {
	t := args[0]
	for _, a := range args[1:] {
		common, ok := types.Common(t, a)
		if !ok {
			return nil, t, fmt.Sprintf("the arguments are %s and %s", t, a)
		}
		t = common
	}
	params := make([]types.Type, len(args))
	for i := range params {
		params[i] = t
	}
	return params, t, ""
}

func textTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsString() && args[0].Kind != types.Null {
		return nil, args[0], "the argument is " + args[0].String() + ", not a string"
	}
	return []types.Type{types.VarcharOf(0)}, types.VarcharOf(args[0].Precision), ""
}

func lengthTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, _, problem := textTypes(args)
	return params, types.Of(types.Integer), problem
}

func numberTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsNumeric() {
		return nil, args[0], "the argument is " + args[0].String() + ", not a number"
	}
	return args, args[0], ""
}

// roundTypes takes the fraction off a DECIMAL and leaves room for the carry of
// CEIL(9.9).
func roundTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, result, problem := numberTypes(args)
	if result.Kind == types.Decimal && result.Scale > 0 {
		result = types.DecimalOf(min(result.Precision-result.Scale+1, types.MaxPrecision), 0)
	}
	return params, result, problem
}

func modTypes(args []types.Type) ([]types.Type, types.Type, string) {
	for _, a := range args {
		if !a.IsInteger() {
			return nil, a, "the argument is " + a.String() + ", not an integer"
		}
	}
	return commonTypes(args)
}

func toTimestampTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if !args[0].IsInteger() {
		return nil, args[0], "the argument is " + args[0].String() + ", not BIGINT"
	}
	return []types.Type{types.Of(types.BigInt)}, types.Of(types.Timestamp), ""
}

func unixTimestampTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if args[0].Kind != types.Timestamp {
		return nil, args[0], "the argument is " + args[0].String() + ", not TIMESTAMP"
	}
	return args, types.Of(types.BigInt), ""
}

// bindFloorTo is FLOOR(t TO unit) and CEIL(t TO unit).
func (b *exprBinder) bindFloorTo(e *ast.FloorTo) (Expr, error) {
	name := "FLOOR"
	if e.Ceil {
		name = "CEIL"
	}
	x, err := b.timeArg(name, e.X)
	if err != nil {
		return nil, err
	}
	// ast.Unit counts as types.Unit does: YEAR is 1, SECOND is 6.
	return &TimeFloor{X: x, Step: types.StepOf(types.Unit(e.Unit)), Ceil: e.Ceil}, nil
}

// bindStep is STEP(t BY INTERVAL 'n' unit).
func (b *exprBinder) bindStep(e *ast.Step) (Expr, error) {
	x, err := b.timeArg("STEP", e.X)
	if err != nil {
		return nil, err
	}
	by, err := b.bind(e.By)
	if err != nil {
		return nil, err
	}
	lit, ok := by.(*Literal)
	if !ok || !lit.Of.IsInterval() || lit.Value.(int64) <= 0 {
		return nil, errorAt(e.By.Position(), "STEP takes a positive interval literal").near(e.By.String()).hint("STEP(t BY INTERVAL '60' SECOND)")
	}
	step := types.Step{Micros: types.Time(lit.Value.(int64))}
	if lit.Of.Kind == types.MonthInterval {
		step = types.Step{Months: lit.Value.(int64)}
	}
	return &TimeFloor{X: x, Step: step}, nil
}

func (b *exprBinder) timeArg(name string, e ast.Expr) (Expr, error) {
	x, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	if k := x.Type().Kind; k != types.Timestamp && k != types.Date {
		return nil, errorAt(e.Position(), "%s takes a TIMESTAMP or DATE, this is %s", name, x.Type()).near(strings.TrimSpace(e.String()))
	}
	return x, nil
}
