package plan

import "github.com/millrace-sql/millrace/sql/types"

// direction is how an expression moves as the rows of a stream come, in the order of
// their rowtime (kda-sql.md §8.5). Whether it may stand still between rows makes no
// difference to any rule, so strictness is not kept.
type direction uint8

const (
	noDirection direction = iota
	constant
	ascending
	descending
)

func (d direction) moves() bool { return d == ascending || d == descending }

func (d direction) reversed() direction {
	switch d {
	case ascending:
		return descending
	case descending:
		return ascending
	}
	return d
}

// monotonicFunction asserts that its argument never goes back.
const monotonicFunction = "MONOTONIC"

// directionOf is the direction of e over the rows of n.
func directionOf(e Expr, n Node) direction {
	switch e := e.(type) {
	case *Literal:
		return constant
	case *Column:
		return columnDirection(e, n)
	case *TimeFloor:
		return directionOf(e.X, n)
	case *Cast:
		if keepsOrder(e.X.Type(), e.Of) {
			return directionOf(e.X, n)
		}
	case *Call:
		return callDirection(e, n)
	}
	if !reads(e) {
		return constant
	}
	return noDirection
}

// reads tells whether e depends on the row.
func reads(e Expr) bool {
	found := ReadsClock(e)
	walk(e, func(e Expr) {
		_, column := e.(*Column)
		found = found || column
	})
	return found
}

// columnDirection follows a column to where it comes from: one that a subquery has
// computed keeps its class.
func columnDirection(c *Column, n Node) direction {
	if isTime(c, n) {
		return ascending
	}
	switch n := n.(type) {
	case *Project:
		return directionOf(n.Exprs[c.Index], n.Input)
	case *Filter:
		return columnDirection(c, n.Input)
	case *Limit:
		return columnDirection(c, n.Input)
	case *TimeSort:
		return columnDirection(c, n.Input)
	case *StreamDistinct:
		return columnDirection(c, n.Input)
	case *Lookup:
		if c.Index < len(n.Input.Schema().Fields) {
			return columnDirection(c, n.Input)
		}
	case *Aggregate:
		// Windows are released one after the other.
		if n.Window != nil && c.Index == n.Window.Key {
			return directionOf(n.Keys[c.Index], n.Input)
		}
	}
	return noDirection
}

// isTime tells whether e is the time of n's rows, under any of its names: ROWTIME, or
// the column that WATERMARK FOR makes it of.
func isTime(e Expr, n Node) bool {
	c, ok := e.(*Column)
	if !ok || n.Schema().RowTime < 0 {
		return false
	}
	switch n := n.(type) {
	case *EventTime:
		if c.Index == n.Column {
			return true
		}
	case *Project:
		if keepsRowTime(n) && isTime(n.Exprs[c.Index], n.Input) {
			return true
		}
	case *Filter:
		return isTime(c, n.Input)
	case *TimeSort:
		return isTime(c, n.Input)
	case *StreamDistinct:
		return isTime(c, n.Input)
	case *Forest:
		return c.Index < len(n.Input.Schema().Fields) && isTime(c, n.Input)
	case *Lookup:
		return c.Index < len(n.Input.Schema().Fields) && isTime(c, n.Input)
	}
	return isRowTime(c, n)
}

// keepsOrder tells whether a cast gives values in the order of those it takes.
func keepsOrder(from, to types.Type) bool {
	switch {
	case from.Kind == types.Timestamp && to.Kind == types.Date, from.Kind == types.Date && to.Kind == types.Timestamp:
		return true
	case from.IsNumeric() && to.IsNumeric():
		return true
	}
	return from.Kind == to.Kind && !from.IsString() && !from.IsBinary() || from.IsInterval() && to.IsNumeric()
}

func callDirection(e *Call, n Node) direction {
	arg := func(i int) direction { return directionOf(e.Args[i], n) }
	switch e.Func {
	case monotonicFunction:
		return ascending
	case "NEG":
		return arg(0).reversed()
	case "+", "SHIFT", "SHIFT MONTHS":
		return together(arg(0), arg(1))
	case "-", "BETWEEN TIMES", "TSDIFF":
		l, r := arg(0), arg(1)
		if e.Func == "TSDIFF" {
			l, r = r, l
		}
		return together(l, r.reversed())
	case "*", "SCALE *":
		return scaledBy(arg(0), arg(1), e.Args[0], e.Args[1])
	case "/", "SCALE /":
		if arg(1) == constant {
			return signed(arg(0), e.Args[1])
		}
		// c / m reverses where m keeps its sign, which nothing proves (§8.5, C18).
	case "FLOOR", "CEIL", "STEP", "UNIX_TIMESTAMP", "TO_TIMESTAMP":
		return arg(0)
	case "SUBSTRING FROM", "SUBSTRING":
		// The beginnings of texts that ascend do so too.
		if start, ok := e.Args[1].(*Literal); ok && start.Value != nil && start.Value.(int64) <= 1 && (len(e.Args) < 3 || arg(2) == constant) {
			return arg(0)
		}
	}
	if !reads(e) {
		return constant
	}
	return noDirection
}

// together is the direction of a sum.
func together(a, b direction) direction {
	switch {
	case a == constant:
		return b
	case b == constant || a == b:
		return a
	}
	return noDirection
}

// scaledBy is the direction of a product.
func scaledBy(a, b direction, x, y Expr) direction {
	switch {
	case b == constant:
		return signed(a, y)
	case a == constant:
		return signed(b, x)
	}
	return noDirection
}

// signed is the direction of what moves as d, times a constant.
func signed(d direction, by Expr) direction {
	switch sign(by) {
	case -1:
		return d.reversed()
	case 0:
		return constant
	case 1:
		return d
	}
	return noDirection
}

// sign is that of a literal number or interval, under casts and signs; 2 for what is
// known only when the query runs.
func sign(e Expr) int {
	switch e := e.(type) {
	case *Cast:
		return sign(e.X)
	case *Call:
		if e.Func != "NEG" {
			return 2
		}
		if s := sign(e.Args[0]); s != 2 {
			return -s
		}
	case *Literal:
		switch v := e.Value.(type) {
		case int64:
			return cmpZero(v)
		case float64:
			return cmpZero(v)
		}
	}
	return 2
}

func cmpZero[T int64 | float64](v T) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	case v == 0:
		return 0
	}
	return 2 // NaN
}

// overRowTime is e as a function of the rowtime of n's rows alone: column 0 of the
// result's input is that time. Not every expression is one.
func overRowTime(e Expr, n Node) (Expr, bool) {
	ok := true
	out := transform(e, func(e Expr) Expr {
		c, column := e.(*Column)
		if !column {
			return nil
		}
		if isTime(c, n) {
			return &Column{Index: 0, Name: types.RowTimeName, Of: c.Of}
		}
		if p, computed := source(c, n); computed {
			if over, found := overRowTime(p.Exprs[c.Index], p.Input); found && keepsRowTime(p) {
				return over
			}
		}
		ok = false
		return nil
	})
	return out, ok && reads(out) && !ReadsClock(out)
}

// source is the Project that computes a column of n; its rows have the rowtime of n's.
func source(c *Column, n Node) (*Project, bool) {
	switch n := n.(type) {
	case *Project:
		return n, true
	case *Filter:
		return source(c, n.Input)
	case *TimeSort:
		return source(c, n.Input)
	case *StreamDistinct:
		return source(c, n.Input)
	case *Lookup:
		if c.Index < len(n.Input.Schema().Fields) {
			return source(c, n.Input)
		}
	}
	return nil, false
}

// keepsRowTime tells whether the rows of p have the time of the rows it reads.
func keepsRowTime(p *Project) bool {
	rt := p.schema.RowTime
	return rt >= 0 && isRowTime(p.Exprs[rt], p.Input)
}
