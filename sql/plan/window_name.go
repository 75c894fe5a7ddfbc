package plan

import "github.com/millrace-sql/millrace/sql/ast"

// checkWindows refuses a WINDOW clause with a window that means nothing, used or not: one
// named twice, one that refines what is not there, columns and frames that there are not.
func checkWindows(list []ast.NamedWindow, eb *exprBinder) error {
	keys := &exprBinder{catalog: eb.catalog, scope: eb.scope, outer: eb.outer, clause: "in WINDOW"}
	for i, w := range list {
		for _, earlier := range list[:i] {
			if earlier.Name.Text == w.Name.Text {
				return errorAt(w.Name.Pos, "WINDOW names %s twice", w.Name.Text).near(w.Name.Text).hint("give one of them another name")
			}
		}
		if _, err := specified(list, i, w.Window); err != nil {
			return err
		}
		if _, err := keys.bindAll(append(orderExprs(w.Window.OrderBy), w.Window.PartitionBy...)); err != nil {
			return err
		}
		if w.Window.Frame != nil {
			if _, err := frameExtent(w.Window.Frame); err != nil {
				return err
			}
		}
	}
	return nil
}

// windowSpec is the specification that a window behind OVER means: a window it names is
// filled in.
func windowSpec(list []ast.NamedWindow, w *ast.Window) (*ast.Window, error) {
	return specified(list, len(list), w)
}

// specified is windowSpec where only the first n windows can be named.
func specified(list []ast.NamedWindow, n int, w *ast.Window) (*ast.Window, error) {
	if w.Name == nil {
		return w, nil
	}
	at, err := windowNamed(list, n, *w.Name)
	if err != nil {
		return nil, err
	}
	base, err := specified(list, at, list[at].Window)
	if err != nil {
		return nil, err
	}
	return refined(base, w)
}

// windowNamed is which of the first n windows a name means.
func windowNamed(list []ast.NamedWindow, n int, name ast.Name) (int, error) {
	names := make([]string, len(list))
	for i, w := range list {
		names[i] = w.Name.Text
	}
	at, err := Match(name, names[:n], true)
	if err != nil {
		return at, errorAt(name.Pos, "%v", err).near(name.Text)
	}
	if at >= 0 {
		return at, nil
	}
	e := errorAt(name.Pos, "no window %s", name.Text).near(name.Text)
	switch later, _ := Match(name, names, true); {
	case later >= 0 && later == n:
		return at, e.hint("a window cannot refine itself")
	case later > n:
		return at, e.hint("%s is defined further on in WINDOW: put it before", names[later])
	case len(list) == 0:
		return at, e.hint("define it behind FROM, WHERE and HAVING: WINDOW %s AS (...)", name.Text)
	}
	return at, e.hint("%s", suggestName(name, names))
}

// refined is base with what w adds to it: an order or a frame that base does not have.
// The partitions are those of base.
func refined(base, w *ast.Window) (*ast.Window, error) {
	out := *base
	out.Pos = w.Pos
	if w.Frame != nil {
		out.Frame = w.Frame
	}
	if len(w.OrderBy) > 0 {
		out.OrderBy = w.OrderBy
	}
	name := w.Name.Text
	switch {
	case len(w.PartitionBy) > 0:
		return nil, errorAt(w.PartitionBy[0].Position(), "a window that refines %s cannot have PARTITION BY", name).near(name).
			hint("it has the partitions of %s", name)
	case len(w.OrderBy) > 0 && len(base.OrderBy) > 0:
		return nil, errorAt(w.OrderBy[0].Position(), "window %s has an ORDER BY already", name).near(name).hint("leave one of them out")
	case (w.Frame != nil || len(w.OrderBy) > 0) && base.Frame != nil:
		return nil, errorAt(w.Name.Pos, "window %s has a frame already and cannot be refined", name).near(name).
			hint("leave the frame out of %s, and give it to the windows that refine it", name)
	}
	return &out, nil
}
