package plan

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

type (
	// StreamSort is ORDER BY of a stream: the rows of a Window, whose key is the first of
	// Keys, come out in the order of Keys when it has ended, with the time of its end
	// (kda-sql.md §10.1).
	StreamSort struct {
		Input  Node
		Window *Window
		Keys   []SortKey
	}
	// SortWithin is ORDER BY t WITHIN INTERVAL: rows come out in the order of Column, which
	// becomes their rowtime, and then of Keys; a row may be later than the greatest time
	// that came before it by Slack, in microseconds (kda-sql.md §10.2).
	SortWithin struct {
		Input  Node
		Column int
		Slack  types.Time
		Keys   []SortKey
	}
)

func (*StreamSort) node() {}
func (*SortWithin) node() {}

// Schema is the input's: ROWTIME is the end of the window.
func (n *StreamSort) Schema() types.Schema { return n.Input.Schema() }

// Schema is the input's: ROWTIME is the column.
func (n *SortWithin) Schema() types.Schema { return n.Input.Schema() }

// Inputs is the one input.
func (n *StreamSort) Inputs() []Node { return []Node{n.Input} }

// Inputs is the one input.
func (n *SortWithin) Inputs() []Node { return []Node{n.Input} }

// String is the keys.
func (n *StreamSort) String() string {
	parts := toldKeys(n.Keys, n.Input.Schema())
	parts[0] = toldSource(n.Keys[0].Expr, n.Input)
	if n.Window.Change {
		return "Sort by " + strings.Join(parts, ", ") + " when it becomes another one"
	}
	return "Sort by " + strings.Join(parts, ", ") + " when it has passed"
}

// toldSource is a column of a select list as the expression that it is.
func toldSource(e Expr, n Node) string {
	if c, ok := e.(*Column); ok {
		return columnSource(n, c.Index)
	}
	return told(e, n.Schema())
}

// String is the time, the slack and the further keys.
func (n *SortWithin) String() string {
	keys := append([]string{columnSource(n.Input, n.Column)}, toldKeys(n.Keys, n.Input.Schema())...)
	return fmt.Sprintf("Sort by %s within %s, promoted to ROWTIME", strings.Join(keys, ", "), n.Slack.Duration())
}

// orderStream is ORDER BY of a stream; keys are bound over n.
func (b *Binder) orderStream(n Node, t ast.Tail, bind func(ast.Expr) (Expr, error)) (Node, error) {
	first := t.OrderBy[0]
	if first.Within != nil {
		return b.sortWithin(n, t, bind)
	}
	keys, err := sortKeys(n, t.OrderBy, bind)
	if err != nil {
		return nil, err
	}
	e := keys[0].Expr
	d := directionOf(e, n)
	if !d.moves() || keys[0].Desc != (d == descending) {
		return nil, errorAt(first.Expr.Position(), "a stream can be ordered by time first, and not backwards").near(first.Expr.String()).
			hint("ORDER BY FLOOR(s.ROWTIME TO SECOND), ... orders the rows of each second; ORDER BY t WITHIN INTERVAL '5' SECOND puts rows into the order of a column")
	}
	w := windowOf(e, n)
	if c, ok := e.(*Column); ok {
		// The expression of the select list, which may be a plain FLOOR.
		if p, computed := source(c, n); computed && keepsRowTime(p) {
			w = windowOf(p.Exprs[c.Index], p.Input)
		}
	}
	if w.Change {
		n = sorted(n)
	}
	return resultTimes(&StreamSort{Input: n, Window: w, Keys: keys}), nil
}

// resultTimes gives the items that are ROWTIME alone the time of the result: it is that of
// the row that comes out, not of the one that went in (kda-sql.md §8.3).
func resultTimes(n *StreamSort) Node {
	in, ok := n.Input.(*Project)
	if !ok {
		return n
	}
	s := n.Schema()
	out := &Project{Input: n, Exprs: allColumns(s), schema: s}
	found := false
	for i := range s.Fields {
		if in.now[i] {
			out.Exprs[i] = &Column{Index: s.RowTime, Name: types.RowTimeName, Of: s.Fields[i].Type}
			found = true
		}
	}
	if !found {
		return n
	}
	return out
}

// sortWithin binds the T-sort and holds its rules.
func (b *Binder) sortWithin(n Node, t ast.Tail, bind func(ast.Expr) (Expr, error)) (Node, error) {
	first := t.OrderBy[0]
	pos := first.Expr.Position()
	p, ok := n.(*Project)
	if !ok || p.promoted() < 0 {
		return nil, errorAt(pos, "ORDER BY ... WITHIN needs its column in the select list AS ROWTIME").near(first.Expr.String()).
			hint("SELECT STREAM t AS ROWTIME, ... ORDER BY t WITHIN INTERVAL '5' SECOND")
	}
	if c, ok := first.Expr.(*ast.Column); ok && len(c.Parts) == 1 && c.Parts[0].Text == types.RowTimeName {
		return nil, errorAt(pos, "ORDER BY ... WITHIN orders by a column, ROWTIME alone is the time of the result").near(types.RowTimeName).
			hint("write s.ROWTIME for the time that the rows have, or the column itself")
	}
	if first.Desc {
		return nil, errorAt(pos, "ORDER BY ... WITHIN cannot go backwards").near(first.Expr.String()).hint("leave out DESC")
	}
	width, err := (&exprBinder{scope: newScope(types.NewSchema(), ast.Name{})}).bind(first.Within)
	if err != nil {
		return nil, err
	}
	slack, ok := width.(*Literal)
	if !ok || slack.Of.Kind != types.DayInterval || slack.Value.(int64) < 0 {
		return nil, errorAt(first.Within.Position(), "WITHIN takes an interval of days to seconds that is not negative").near(first.Within.String())
	}
	key, err := bind(first.Expr)
	if err != nil {
		return nil, err
	}
	if c, ok := key.(*Column); !ok || p.Exprs[c.Index].String() != p.Exprs[p.promoted()].String() {
		return nil, errorAt(pos, "ORDER BY ... WITHIN orders by what the select list has AS ROWTIME").near(first.Expr.String()).
			hint("both must be the same expression")
	}
	keys, err := sortKeys(n, t.OrderBy[1:], bind)
	return &SortWithin{Input: n, Column: p.promoted(), Slack: types.Time(slack.Value.(int64)), Keys: keys}, err
}

// sortKeys binds keys of ORDER BY. NULLs come last ascending (kda-sql.md §10.1) and,
// being the greatest, first descending.
func sortKeys(n Node, items []ast.OrderItem, bind func(ast.Expr) (Expr, error)) ([]SortKey, error) {
	var keys []SortKey
	for i, item := range items {
		if item.Within != nil {
			e := errorAt(item.Within.Position(), "ORDER BY ... WITHIN orders streams only")
			if n.Schema().RowTime >= 0 {
				e = errorAt(item.Within.Position(), "WITHIN stands behind the first key of ORDER BY").near(items[i].Expr.String())
			}
			return nil, e
		}
		e, err := ordinal(n, item.Expr)
		if e == nil && err == nil {
			e, err = bind(item.Expr)
		}
		if err != nil {
			return nil, err
		}
		first := item.Nulls == ast.NullsFirst || item.Nulls == ast.NullsDefault && item.Desc
		keys = append(keys, SortKey{Expr: e, Desc: item.Desc, NullsFirst: first})
	}
	return keys, nil
}
