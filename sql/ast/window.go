package ast

import "strings"

// Window is what stands behind OVER: a window's name, or a specification, which may refine the window of the Name. Frame is
// nil without ROWS or RANGE.
type Window struct {
	Name        *Name
	PartitionBy []Expr
	OrderBy     []OrderItem
	Frame       *Frame
	Pos
}

// NamedWindow is one entry of WINDOW: Name AS (Window).
type NamedWindow struct {
	Name   Name
	Window *Window
}

// Frame is ROWS or RANGE from Start to End; End is nil when only one bound was written.
type Frame struct {
	Rows  bool
	Start Bound
	End   *Bound
	Pos
}

// Bound is one end of a Frame. Value is nil for CURRENT ROW and UNBOUNDED.
type Bound struct {
	Value     Expr
	Unbounded bool
	Following bool
	Pos
}

// Stagger is WINDOWED BY STAGGER (PARTITION BY PartitionBy RANGE Range); Range is an interval literal.
type Stagger struct {
	PartitionBy []Expr
	Range       *Literal
	Pos
}

// String returns the window's name, or its specification in parentheses.
func (w *Window) String() string {
	if w.Name != nil && len(w.PartitionBy) == 0 && len(w.OrderBy) == 0 && w.Frame == nil {
		return w.Name.String()
	}
	return w.specification()
}

func (w *Window) specification() string {
	var parts []string
	if w.Name != nil {
		parts = append(parts, w.Name.String())
	}
	if len(w.PartitionBy) > 0 {
		parts = append(parts, "PARTITION BY "+joinNodes(w.PartitionBy))
	}
	if len(w.OrderBy) > 0 {
		parts = append(parts, "ORDER BY "+joinNodes(w.OrderBy))
	}
	if w.Frame != nil {
		parts = append(parts, w.Frame.String())
	}
	return "(" + strings.Join(parts, " ") + ")"
}

// Position returns where the name is.
func (w NamedWindow) Position() Pos { return w.Name.Pos }

// String returns the name and the specification.
func (w NamedWindow) String() string { return w.Name.String() + " AS " + w.Window.specification() }

// String returns ROWS or RANGE with its bounds.
func (f *Frame) String() string {
	word := "RANGE "
	if f.Rows {
		word = "ROWS "
	}
	if f.End == nil {
		return word + f.Start.String()
	}
	return word + "BETWEEN " + f.Start.String() + " AND " + f.End.String()
}

// String returns the bound.
func (b Bound) String() string {
	side := " PRECEDING"
	if b.Following {
		side = " FOLLOWING"
	}
	switch {
	case b.Unbounded:
		return "UNBOUNDED" + side
	case b.Value == nil:
		return "CURRENT ROW"
	}
	return operand(b.Value, precSum) + side
}

// String returns the clause.
func (s *Stagger) String() string {
	return "WINDOWED BY STAGGER (PARTITION BY " + joinNodes(s.PartitionBy) + " RANGE " + s.Range.String() + ")"
}
