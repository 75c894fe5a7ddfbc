package plan

// pushRanges reads `column op literal` off a filter that stands on a scan and
// hands it to the source as a hint: a lake table skips partitions and row
// groups by it. The filter stays, so a hint can never change a result.
func pushRanges(n Node) Node {
	f, ok := n.(*Filter)
	if ok {
		if scan, ok := f.Input.(*Scan); ok {
			c := *scan
			for _, cond := range conjuncts(f.Cond) {
				if r, ok := rangeOf(cond, scan); ok {
					c.Ranges = append(c.Ranges, r)
				}
			}
			return &Filter{Input: &c, Cond: f.Cond, Having: f.Having}
		}
	}
	return rebuild(n, pushRanges)
}

func rangeOf(cond Expr, scan *Scan) (Range, bool) {
	call, ok := cond.(*Call)
	if !ok || len(call.Args) != 2 {
		return Range{}, false
	}
	op := call.Func
	col, isCol := call.Args[0].(*Column)
	lit, isLit := call.Args[1].(*Literal)
	if !isCol || !isLit {
		lit, isLit = call.Args[0].(*Literal)
		col, isCol = call.Args[1].(*Column)
		op = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
	}
	if !isCol || !isLit || lit.Value == nil || lit.Of.Kind != col.Of.Kind || lit.Of.Scale != col.Of.Scale {
		return Range{}, false
	}
	r := Range{Column: scan.Columns[col.Index]}
	switch op {
	case "=":
		r.Low, r.High = lit.Value, lit.Value
	case "<", "<=":
		r.High = lit.Value
	case ">", ">=":
		r.Low = lit.Value
	default:
		return Range{}, false
	}
	return r, true
}

// rebuild is n with f applied to its inputs.
func rebuild(n Node, f func(Node) Node) Node {
	switch n := n.(type) {
	case *Filter:
		return &Filter{Input: f(n.Input), Cond: n.Cond, Having: n.Having}
	case *Project:
		return &Project{Input: f(n.Input), Exprs: n.Exprs, schema: n.schema}
	case *Aggregate:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *TableCall:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *Lookup:
		c := *n
		c.Input, c.Table = f(n.Input), f(n.Table)
		return &c
	case *Sort:
		return &Sort{Input: f(n.Input), Keys: n.Keys}
	case *StreamSort:
		return &StreamSort{Input: f(n.Input), Window: n.Window, Keys: n.Keys}
	case *SortWithin:
		return &SortWithin{Input: f(n.Input), Column: n.Column, Slack: n.Slack, Keys: n.Keys}
	case *Forest:
		c := *n
		c.Input = f(n.Input)
		return &c
	case *WindowLimit:
		return &WindowLimit{Input: f(n.Input), Count: n.Count}
	case *StreamDistinct:
		return &StreamDistinct{Input: f(n.Input), Keys: n.Keys, Moving: n.Moving}
	case *Promote:
		return &Promote{Input: f(n.Input), Column: n.Column}
	case *EventTime:
		return &EventTime{Input: f(n.Input), Watermark: n.Watermark}
	case *TimeSort:
		return &TimeSort{Input: f(n.Input)}
	case *Exchange:
		return &Exchange{Input: f(n.Input), Keys: n.Keys}
	case *Limit:
		return &Limit{Input: f(n.Input), Count: n.Count, Offset: n.Offset}
	case *Union:
		c := &Union{schema: n.schema}
		for _, b := range n.Branches {
			c.Branches = append(c.Branches, f(b))
		}
		return c
	}
	return n
}
