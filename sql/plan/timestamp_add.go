package plan

import (
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// bindUnitCall is TIMESTAMPADD(unit, n, t) and TIMESTAMPDIFF(unit, a, b), which the
// portable subset has for t + n units and (b - a) unit; nil for other calls.
func (b *exprBinder) bindUnitCall(e *ast.Call) (Expr, error) {
	name := e.Name.Last().Text
	if len(e.Name) > 1 || name != "TIMESTAMPADD" && name != "TIMESTAMPDIFF" {
		return nil, nil
	}
	usage := functions[name].Usage
	if len(e.Args) != 3 {
		return nil, errorAt(e.Pos, "%s takes a unit and two arguments", name).near(name).hint("%s", usage)
	}
	unit := ast.NoUnit
	if c, ok := e.Args[0].(*ast.Column); ok && len(c.Parts) == 1 {
		unit = ast.UnitOf(c.Parts[0].Text)
	}
	if unit == ast.NoUnit {
		return nil, errorAt(e.Args[0].Position(), "%s is not a unit", e.Args[0]).near(name).
			hint("%s; the units are YEAR, MONTH, DAY, HOUR, MINUTE and SECOND", usage)
	}
	args, err := b.bindAll(e.Args[1:])
	if err != nil {
		return nil, err
	}
	of := types.IntervalOf(types.Unit(unit), types.Unit(unit))
	if name == "TIMESTAMPADD" {
		return timestampAdd(of, args[0], args[1], e, usage)
	}
	for i, a := range args {
		if k := a.Type().Kind; k != types.Timestamp && k != types.Date && k != types.Null {
			return nil, errorAt(e.Args[i+1].Position(), "%s: the argument is %s, not TIMESTAMP or DATE", name, a.Type()).near(name).hint("%s", usage)
		}
		args[i] = coerce(a, types.Of(types.Timestamp))
	}
	var between Expr = &Call{Func: "BETWEEN TIMES", Args: []Expr{args[1], args[0]}, Of: of, Pos: e.Pos}
	if of.From == types.UnitSecond {
		// SECOND keeps its fraction, which the CAST to BIGINT would round.
		of.Precision = 18
		between = &Cast{X: between, Of: of, Pos: e.Pos}
	}
	return &Cast{X: between, Of: types.Of(types.BigInt), Pos: e.Pos}, nil
}

func timestampAdd(of types.Type, n, t Expr, e *ast.Call, usage string) (Expr, error) {
	if !n.Type().IsInteger() && n.Type().Kind != types.Null {
		return nil, errorAt(e.Args[1].Position(), "TIMESTAMPADD: the number is %s, not an integer", n.Type()).near("TIMESTAMPADD").hint("%s", usage)
	}
	if !t.Type().IsDateTime() && t.Type().Kind != types.Null {
		return nil, errorAt(e.Args[2].Position(), "TIMESTAMPADD: the time is %s", t.Type()).near("TIMESTAMPADD").hint("%s", usage)
	}
	if t.Type().Kind == types.Date && of.From > types.UnitDay || t.Type().Kind == types.Null {
		t = coerce(t, types.Of(types.Timestamp)) // hours take a DATE off midnight
	}
	one := int64(1)
	switch {
	case of.From == types.UnitYear:
		one = 12
	case of.Kind == types.DayInterval:
		one = int64(of.From.Micros())
	}
	return shift("+", t, scaled("*", &Literal{one, of}, coerce(n, types.Of(types.BigInt)), e.Pos), e.Pos)
}
