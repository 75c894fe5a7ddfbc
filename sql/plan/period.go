package plan

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Periods are half-open: start <= t < end. Each predicate is a condition over the ends
// of the left one, s and e, and of the right one, S and E (kda-sql.md §4.6).
var periodConditions = map[string]string{
	"CONTAINS":             "s<=S e>=E",
	"OVERLAPS":             "s<E S<e",
	"EQUALS":               "s=S e=E",
	"PRECEDES":             "e<=S",
	"SUCCEEDS":             "s>=E",
	"LEADS":                "s<S S<e e<=E",
	"LAGS":                 "s>=S s<E e>E",
	"STRICTLY CONTAINS":    "s<S e>E",
	"STRICTLY OVERLAPS":    "s<E S<e s<>S e<>E",
	"STRICTLY PRECEDES":    "e<S",
	"STRICTLY SUCCEEDS":    "s>E",
	"STRICTLY LEADS":       "s<S S<e e<E",
	"STRICTLY LAGS":        "s>S s<E e>E",
	"IMMEDIATELY PRECEDES": "e=S",
	"IMMEDIATELY SUCCEEDS": "s=E",
	"IMMEDIATELY LEADS":    "s<S e=E",
	"IMMEDIATELY LAGS":     "s=S e>E",
	// An instant is S.
	"CONTAINS INSTANT":          "s<=S S<e",
	"STRICTLY CONTAINS INSTANT": "s<S S<e",
}

// bindPeriod is unknown where an end is NULL.
func (b *exprBinder) bindPeriod(e *ast.Period) (Expr, error) {
	name := strings.TrimSpace(e.Mode + " " + e.Predicate)
	left := periodEnds(e.L)
	if left == nil {
		return nil, errorAt(e.L.Position(), "%s compares periods, this is none", name).near(e.Predicate).hint("a period is (start, end)")
	}
	ends, right := left, periodEnds(e.R)
	switch {
	case right != nil:
		ends = append(ends, right...)
	case e.Predicate == "CONTAINS":
		name += " INSTANT"
		ends = append(ends, e.R)
	default:
		return nil, errorAt(e.R.Position(), "%s compares periods, this is none", name).near(e.Predicate).hint("a period is (start, end); an instant stands behind CONTAINS only")
	}
	text, ok := periodConditions[name]
	if !ok {
		return nil, errorAt(e.Pos, "%s does not exist", name).near(e.Mode)
	}
	bound, err := b.bindAll(ends)
	if err != nil {
		return nil, err
	}
	var unknown Expr
	for i, x := range bound {
		if k := x.Type().Kind; k != types.Timestamp && k != types.Date && k != types.Null {
			return nil, errorAt(ends[i].Position(), "%s compares times, this is %s", e.Predicate, x.Type()).near(e.Predicate)
		}
		null := &Call{Func: "IS NULL", Args: []Expr{x}, Of: boolean}
		if unknown == nil {
			unknown = null
			continue
		}
		unknown = &Call{Func: "OR", Args: []Expr{unknown, null}, Of: boolean}
	}
	cond, err := periodCondition(text, bound, e.Pos)
	if err != nil {
		return nil, err
	}
	return &Case{Whens: []When{{unknown, &Literal{nil, boolean}}}, Else: cond, Of: boolean}, nil
}

// periodEnds is start and end of a period as written, nil for anything else.
func periodEnds(e ast.Expr) []ast.Expr {
	switch e := e.(type) {
	case *ast.Row:
		if len(e.Items) == 2 {
			return e.Items[:2:2]
		}
	case *ast.Call:
		if e.Name.Last().Text == "PERIOD" && len(e.Name) == 1 && len(e.Args) == 2 {
			return e.Args[:2:2]
		}
	}
	return nil
}

func periodCondition(text string, ends []Expr, pos ast.Pos) (Expr, error) {
	var cond Expr
	for _, part := range strings.Fields(text) {
		l, op, r := part[:1], part[1:len(part)-1], part[len(part)-1:]
		c, err := compare(op, ends[strings.Index("seSE", l)], ends[strings.Index("seSE", r)], pos)
		if err != nil {
			return nil, err
		}
		cond = conjunction(cond, c)
	}
	return cond, nil
}
