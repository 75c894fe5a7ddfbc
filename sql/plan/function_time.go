package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// timeFunctions is kda-sql.md §13.3 and §13.4.
var timeFunctions = []*Function{
	{
		Name: "CURRENT_TIMESTAMP", Synonyms: []string{"LOCALTIMESTAMP", "NOW"}, Types: current(types.Timestamp),
		Usage: "CURRENT_TIMESTAMP", Doc: "when the query, or the pump, started, in UTC",
		Examples: []Example{{"CURRENT_TIMESTAMP > TIMESTAMP '2021-03-09 07:05:09'", "true"}},
	},
	{
		Name: "CURRENT_DATE", Types: current(types.Date),
		Usage: "CURRENT_DATE", Doc: "the date of CURRENT_TIMESTAMP",
		Examples: []Example{{"CURRENT_DATE = CAST(CURRENT_TIMESTAMP AS DATE)", "true"}},
	},
	{
		Name: "CURRENT_TIME", Synonyms: []string{"LOCALTIME"}, Types: current(types.TimeOfDay),
		Usage: "CURRENT_TIME", Doc: "the time of day of CURRENT_TIMESTAMP",
		Examples: []Example{{"CURRENT_TIME = CAST(CURRENT_TIMESTAMP AS TIME)", "true"}},
	},
	{
		Name: rowTimestamp, Types: current(types.Timestamp),
		Usage: "CURRENT_ROW_TIMESTAMP", Doc: "the clock when the row is computed; in the select list and WHERE only. A row computed again after a crash has another one",
		Examples: []Example{{"CURRENT_ROW_TIMESTAMP >= CURRENT_TIMESTAMP", "true"}},
	},
	{
		Name: "TO_TIMESTAMP", Min: 1, Max: 2, Types: toTimestampTypes, Check: formatAt(1), Today: true,
		Usage: "TO_TIMESTAMP(ms), TO_TIMESTAMP(s [, format])", Doc: "milliseconds since 1970, or text, as a TIMESTAMP; without a format the text is as in CAST",
		Examples: []Example{
			{"TO_TIMESTAMP(1615273509250)", "2021-03-09 07:05:09.250"}, {"TO_TIMESTAMP('2021-03-09 07:05:09')", "2021-03-09 07:05:09.000"},
			{"TO_TIMESTAMP('09/03/21 07:05:09.123456', 'dd/MM/yy HH:mm:ss.SSSSSS')", "2021-03-09 07:05:09.123456"},
		},
	},
	{
		Name: "UNIX_TIMESTAMP", Min: 1, Max: 1, Types: unixTimestampTypes,
		Usage: "UNIX_TIMESTAMP(t)", Doc: "a TIMESTAMP as milliseconds since 1970",
		Examples: []Example{{"UNIX_TIMESTAMP(TIMESTAMP '2021-03-09 07:05:09.25')", "1615273509250"}},
	},
	{
		Name: "TSDIFF", Min: 2, Max: 2, Types: tsdiffTypes,
		Usage: "TSDIFF(start, end)", Doc: "end - start in milliseconds, of two TIMESTAMPs or two BIGINTs of milliseconds",
		Examples: []Example{{"TSDIFF(TIMESTAMP '2021-03-09 07:05:09', TIMESTAMP '2021-03-09 07:05:10.5')", "1500"}, {"TSDIFF(2500, 1000)", "-1500"}},
	},
}

func current(kind types.Kind) func([]types.Type) ([]types.Type, types.Type, string) {
	return func([]types.Type) ([]types.Type, types.Type, string) { return nil, types.Of(kind), "" }
}

func toTimestampTypes(args []types.Type) ([]types.Type, types.Type, string) {
	if args[0].IsInteger() && len(args) == 1 {
		return []types.Type{types.Of(types.BigInt)}, types.Of(types.Timestamp), ""
	}
	return textTo(args, types.Timestamp)
}

func tsdiffTypes(args []types.Type) ([]types.Type, types.Type, string) {
	kind := types.BigInt
	if args[0].Kind == types.Timestamp || args[1].Kind == types.Timestamp {
		kind = types.Timestamp
	}
	for _, a := range args {
		if a.Kind != kind && a.Kind != types.Null && !(a.IsInteger() && kind == types.BigInt) {
			return nil, a, "the arguments are two TIMESTAMPs, or two BIGINTs of milliseconds"
		}
	}
	return []types.Type{types.Of(kind), types.Of(kind)}, types.Of(types.BigInt), ""
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
	step := types.StepOf(types.Unit(e.Unit))
	if err := ofFamily(x, step, e.Pos, e.Unit.String()); err != nil {
		return nil, err
	}
	return &TimeFloor{X: x, Step: step, Ceil: e.Ceil}, nil
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
	if err := ofFamily(x, step, e.Pos, e.By.String()); err != nil {
		return nil, err
	}
	return &TimeFloor{X: x, Step: step}, nil
}

func (b *exprBinder) timeArg(name string, e ast.Expr) (Expr, error) {
	x, err := b.bind(e)
	if err != nil {
		return nil, err
	}
	if k := x.Type().Kind; k != types.Timestamp && k != types.Date && !x.Type().IsInterval() {
		return nil, errorAt(e.Position(), "%s takes a TIMESTAMP, DATE or interval, this is %s", name, x.Type()).near(strings.TrimSpace(e.String()))
	}
	return x, nil
}

// ofFamily refuses to round an interval of days by months, or the other way around.
func ofFamily(x Expr, step types.Step, pos ast.Pos, by string) error {
	t := x.Type()
	if t.IsInterval() && (t.Kind == types.MonthInterval) != (step.Months > 0) {
		return errorAt(pos, "%s cannot be rounded to %s", t, by).near(by)
	}
	return nil
}
