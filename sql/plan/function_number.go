package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// numberFunctions is kda-sql.md §13.6, and what users of SQL expect beside it.
var numberFunctions = []*Function{
	{
		Name: "ABS", Min: 1, Max: 1, Types: givesFirst(aMagnitude),
		Usage: "ABS(x)", Doc: "a number or interval without its sign",
		Examples: []Example{{"ABS(-2.50)", "2.50"}, {"ABS(INTERVAL '-2 1:30' DAY TO MINUTE)", "+2 01:30"}},
	},
	{
		Name: "SIGN", Min: 1, Max: 1, Types: gives(types.Of(types.Integer), aNumber),
		Usage: "SIGN(x)", Doc: "-1, 0 or 1",
		Examples: []Example{{"SIGN(-2.50)", "-1"}, {"SIGN(0e0)", "0"}},
	},
	{
		Name: "FLOOR", Min: 1, Max: 1, Types: floorTypes,
		Usage: "FLOOR(x), FLOOR(t TO unit)", Doc: "the greatest whole number or unit boundary at or below",
		Examples: []Example{{"FLOOR(-2.5)", "-3"}, {"FLOOR(TIMESTAMP '2021-03-09 17:43:52' TO HOUR)", "2021-03-09 17:00:00.000"}},
	},
	{
		Name: "CEIL", Synonyms: []string{"CEILING"}, Min: 1, Max: 1, Types: floorTypes,
		Usage: "CEIL(x), CEIL(t TO unit)", Doc: "the least whole number or unit boundary at or above",
		Examples: []Example{{"CEIL(-2.5)", "-2"}, {"CEIL(DATE '2021-03-09' TO YEAR)", "2022-01-01"}},
	},
	{
		Name: "STEP", Min: 2, Max: 2, Types: givesFirst(aWhole),
		Usage: "STEP(x BY n), STEP(t BY interval)", Doc: "the greatest multiple of n at or below x; of an interval since 1970 at or below t",
		Examples: []Example{{"STEP(47 BY 10)", "40"}, {"STEP(-1 BY 10)", "-10"}, {"STEP(TIMESTAMP '2021-03-09 17:43:52' BY INTERVAL '15' MINUTE)", "2021-03-09 17:30:00.000"}},
	},
	{
		Name: "ROUND", Min: 1, Max: 2, Types: digitTypes, Narrow: digitResult,
		Usage: "ROUND(x), ROUND(x, n)", Doc: "x with n digits behind the point, none without n; halves go away from zero; n below 0 rounds tens, hundreds, ...",
		Examples: []Example{{"ROUND(2.5)", "3"}, {"ROUND(-2.345, 2)", "-2.35"}, {"ROUND(1250, -2)", "1300"}, {"ROUND(2.675e0, 2)", "2.68"}},
	},
	{
		Name: "TRUNCATE", Synonyms: []string{"TRUNC"}, Min: 1, Max: 2, Types: digitTypes, Narrow: digitResult,
		Usage: "TRUNCATE(x), TRUNCATE(x, n)", Doc: "as ROUND, towards zero",
		Examples: []Example{{"TRUNCATE(-2.345, 2)", "-2.34"}, {"TRUNC(1299, -2)", "1200"}},
	},
	{
		Name: "MOD", Min: 2, Max: 2, Types: modTypes,
		Usage: "MOD(a, b)", Doc: "the rest of a / b, with the sign of a; of whole numbers",
		Examples: []Example{{"MOD(-7, 3)", "-1"}},
	},
	{
		Name: "POWER", Min: 2, Max: 2, Types: doubles,
		Usage: "POWER(x, y)", Doc: "x to the power of y",
		Examples: []Example{{"POWER(2, 10)", "1024"}, {"POWER(4, 0.5)", "2"}},
	},
	{
		Name: "SQRT", Min: 1, Max: 1, Types: doubles,
		Usage: "SQRT(x)", Doc: "the square root", Examples: []Example{{"SQRT(2.25)", "1.5"}},
	},
	{
		Name: "CBRT", Min: 1, Max: 1, Types: doubles,
		Usage: "CBRT(x)", Doc: "the cube root", Examples: []Example{{"CBRT(-8)", "-2"}},
	},
	{
		Name: "EXP", Min: 1, Max: 1, Types: doubles,
		Usage: "EXP(x)", Doc: "e to the power of x", Examples: []Example{{"EXP(0)", "1"}},
	},
	{
		Name: "LN", Min: 1, Max: 1, Types: doubles,
		Usage: "LN(x)", Doc: "the natural logarithm of x > 0", Examples: []Example{{"LN(1)", "0"}},
	},
	{
		Name: "LOG10", Min: 1, Max: 1, Types: doubles,
		Usage: "LOG10(x)", Doc: "the logarithm to the base of 10", Examples: []Example{{"LOG10(1000)", "3"}},
	},
	{
		Name: "LOG2", Min: 1, Max: 1, Types: doubles,
		Usage: "LOG2(x)", Doc: "the logarithm to the base of 2", Examples: []Example{{"LOG2(8)", "3"}},
	},
	{
		Name: "LOG", Min: 1, Max: 2, Types: doubles,
		Usage: "LOG(x), LOG(base, x)", Doc: "the natural logarithm, or that to a base", Examples: []Example{{"LOG(2, 8)", "3"}},
	},
	{
		Name: "WIDTH_BUCKET", Min: 4, Max: 4, Types: gives(types.Of(types.BigInt), aDouble, aDouble, aDouble, aWhole),
		Usage: "WIDTH_BUCKET(x, low, high, n)", Doc: "which of n equal parts of low to high has x: 1 to n, 0 below, n + 1 from high on",
		Examples: []Example{{"WIDTH_BUCKET(5.35, 0.024, 10.06, 5)", "3"}, {"WIDTH_BUCKET(10, 0, 10, 5)", "6"}},
	},
	{
		Name: "PI", Min: 0, Max: 0, Types: doubles,
		Usage: "PI()", Doc: "3.14159...", Examples: []Example{{"ROUND(PI(), 4)", "3.1416"}},
	},
	{
		Name: "SIN", Min: 1, Max: 1, Types: doubles,
		Usage: "SIN(x)", Doc: "the sine of an angle in radians", Examples: []Example{{"SIN(0)", "0"}},
	},
	{
		Name: "COS", Min: 1, Max: 1, Types: doubles,
		Usage: "COS(x)", Doc: "the cosine", Examples: []Example{{"COS(0)", "1"}},
	},
	{
		Name: "TAN", Min: 1, Max: 1, Types: doubles,
		Usage: "TAN(x)", Doc: "the tangent", Examples: []Example{{"TAN(0)", "0"}},
	},
	{
		Name: "ASIN", Min: 1, Max: 1, Types: doubles,
		Usage: "ASIN(x)", Doc: "the angle whose sine is x", Examples: []Example{{"ROUND(ASIN(1), 4)", "1.5708"}},
	},
	{
		Name: "ACOS", Min: 1, Max: 1, Types: doubles,
		Usage: "ACOS(x)", Doc: "the angle whose cosine is x", Examples: []Example{{"ACOS(1)", "0"}},
	},
	{
		Name: "ATAN", Min: 1, Max: 1, Types: doubles,
		Usage: "ATAN(x)", Doc: "the angle whose tangent is x", Examples: []Example{{"ROUND(ATAN(1), 4)", "0.7854"}},
	},
	{
		Name: "ATAN2", Min: 2, Max: 2, Types: doubles,
		Usage: "ATAN2(y, x)", Doc: "the angle of the point (x, y)", Examples: []Example{{"ROUND(ATAN2(1, -1), 4)", "2.3562"}},
	},
	{
		Name: "DEGREES", Min: 1, Max: 1, Types: doubles,
		Usage: "DEGREES(x)", Doc: "radians as degrees", Examples: []Example{{"DEGREES(PI())", "180"}},
	},
	{
		Name: "RADIANS", Min: 1, Max: 1, Types: doubles,
		Usage: "RADIANS(x)", Doc: "degrees as radians", Examples: []Example{{"ROUND(RADIANS(180), 4)", "3.1416"}},
	},
}

var doubles = gives(types.Of(types.Double), aDouble)

// floorTypes takes the fraction off a DECIMAL and leaves room for the carry of
// CEIL(9.9).
func floorTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, result, problem := givesFirst(aNumber)(args)
	return params, withoutFraction(result), problem
}

func withoutFraction(t types.Type) types.Type {
	if t.Kind == types.Decimal && t.Scale > 0 {
		return withScale(t, 0)
	}
	return t
}

// withScale has one more whole digit, for the carry.
func withScale(t types.Type, scale int) types.Type {
	return types.DecimalOf(min(t.Precision-t.Scale+scale+1, types.MaxPrecision), scale)
}

// digitTypes is ROUND(x[, n]): a DECIMAL keeps its scale where n is given, and has
// none without.
func digitTypes(args []types.Type) ([]types.Type, types.Type, string) {
	params, result, problem := givesFirst(aNumber, aWhole)(args)
	switch {
	case problem != "" || result.Kind != types.Decimal:
		return params, result, problem
	case len(args) == 1:
		return params, withoutFraction(result), ""
	}
	return params, withScale(result, result.Scale), ""
}

// digitResult gives a DECIMAL the scale that a constant n asks for.
func digitResult(args []Expr, result types.Type) types.Type {
	if len(args) < 2 || result.Kind != types.Decimal {
		return result
	}
	lit, ok := args[1].(*Literal)
	if !ok || lit.Value == nil {
		return result
	}
	from := args[0].Type()
	n := min(max(lit.Value.(int64), 0), int64(from.Scale))
	return withScale(from, int(n))
}

func modTypes(args []types.Type) ([]types.Type, types.Type, string) {
	for _, a := range args {
		if !a.IsInteger() && (a.Kind != types.Decimal || a.Scale > 0) && a.Kind != types.Null {
			return nil, a, "the argument is " + a.String() + ", not an integer"
		}
	}
	params, t, problem := commonTypes(args)
	if t.Kind == types.Null {
		t = types.Of(types.Integer)
		params[0], params[1] = t, t
	}
	return params, t, problem
}

// bindStepBy is STEP(x BY y), of a number or of a time.
func (b *exprBinder) bindStepBy(e *ast.Step) (Expr, error) {
	by, err := b.bind(e.By)
	if err != nil {
		return nil, err
	}
	if t := by.Type(); !t.IsNumeric() {
		return b.bindStep(e)
	}
	lit, ok := by.(*Literal)
	if !ok || !lit.Of.IsInteger() || lit.Value.(int64) <= 0 {
		return nil, errorAt(e.By.Position(), "STEP takes a positive integer literal").near(e.By.String()).hint("STEP(x BY 10)")
	}
	x, err := b.bind(e.X)
	if err != nil {
		return nil, err
	}
	if t := x.Type(); !t.IsInteger() && t.Kind != types.Null {
		return nil, errorAt(e.X.Position(), "STEP by a number takes an integer, this is %s", t).near(e.X.String())
	}
	if x.Type().Kind == types.Null {
		x = coerce(x, lit.Of)
	}
	return &Call{Func: "STEP", Args: []Expr{x, lit}, Of: x.Type(), Pos: e.Pos}, nil
}
