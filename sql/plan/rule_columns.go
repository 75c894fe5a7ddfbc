package plan

import "github.com/millrace-sql/millrace/sql/types"

// pruneColumns cuts every column that nothing above reads, down to the scans:
// decoding is most of the cost of a query (performance.md §6), and a column not
// asked for is only checked, not built.
func pruneColumns(n Node) Node {
	all := make([]bool, len(n.Schema().Fields))
	for i := range all {
		all[i] = true
	}
	out, _ := prune(n, all)
	return out
}

// prune is n with at least the needed columns, and where each old column went;
// -1 where it is gone. The rowtime of a stream is always kept: order and
// watermarks hang on it.
func prune(n Node, need []bool) (Node, []int) {
	if rt := n.Schema().RowTime; rt >= 0 {
		need[rt] = true
	}
	switch n := n.(type) {
	case *Scan:
		return pruneScan(n, need)
	case *Filter:
		uses(need, n.Cond)
		in, to := prune(n.Input, need)
		return &Filter{Input: in, Cond: remap(n.Cond, to), Having: n.Having}, to
	case *Project:
		return pruneProject(n, need)
	case *Aggregate:
		return pruneAggregate(n), identity(len(need))
	case *TableCall:
		return pruneTableCall(n), identity(len(need))
	case *Lookup:
		return pruneLookup(n, need)
	case *Sort:
		in, to, keys := pruneSorted(n.Input, need, n.Keys)
		return &Sort{Input: in, Keys: keys}, to
	case *StreamSort:
		in, to, keys := pruneSorted(n.Input, need, n.Keys)
		return &StreamSort{Input: in, Window: n.Window, Keys: keys}, to
	case *SortWithin:
		need[n.Column] = true
		in, to, keys := pruneSorted(n.Input, need, n.Keys)
		return &SortWithin{Input: in, Column: to[n.Column], Slack: n.Slack, Keys: keys}, to
	case *Promote:
		need[n.Column] = true
		in, to := prune(n.Input, need)
		return &Promote{Input: in, Column: to[n.Column]}, to
	case *WindowLimit:
		in, to := prune(n.Input, need)
		return &WindowLimit{Input: in, Count: n.Count}, to
	case *Forest:
		return pruneForest(n, need)
	case *StreamDistinct:
		for _, k := range n.Keys {
			need[k] = true
		}
		in, to := prune(n.Input, need)
		out := &StreamDistinct{Input: in, Moving: to[n.Moving]}
		for _, k := range n.Keys {
			out.Keys = append(out.Keys, to[k])
		}
		return out, to
	case *EventTime:
		need[n.Column] = true
		uses(need, n.Bound)
		in, to := prune(n.Input, need)
		out := &EventTime{Input: in, Watermark: n.Watermark}
		out.Column, out.Bound = to[n.Column], remap(n.Bound, to)
		return out, to
	case *TimeSort:
		in, to := prune(n.Input, need)
		return &TimeSort{Input: in}, to
	case *Exchange:
		for _, k := range n.Keys {
			need[k] = true
		}
		in, to := prune(n.Input, need)
		out := &Exchange{Input: in}
		for _, k := range n.Keys {
			out.Keys = append(out.Keys, to[k])
		}
		return out, to
	case *Limit:
		in, to := prune(n.Input, need)
		return &Limit{Input: in, Count: n.Count, Offset: n.Offset}, to
	}
	return rebuild(n, pruneColumns), identity(len(need))
}

// pruneForest keeps what the forest learns from, and what it adds.
func pruneForest(n *Forest, need []bool) (Node, []int) {
	width := len(n.Input.Schema().Fields)
	below := append([]bool(nil), need[:width]...)
	for _, c := range n.Columns {
		below[c] = true
	}
	in, to := prune(n.Input, below)
	out := *n
	out.Input, out.Columns = in, nil
	for _, c := range n.Columns {
		out.Columns = append(out.Columns, to[c])
	}
	out.schema = types.Schema{Fields: make([]types.Field, len(in.Schema().Fields)), RowTime: in.Schema().RowTime}
	for old, i := range to {
		if i >= 0 {
			out.schema.Fields[i] = n.schema.Fields[old]
		}
	}
	for old := width; old < len(n.schema.Fields); old++ {
		to = append(to, len(out.schema.Fields))
		out.schema.Fields = append(out.schema.Fields, n.schema.Fields[old])
	}
	return &out, to
}

// pruneSorted is prune for the input of what orders by keys.
func pruneSorted(input Node, need []bool, keys []SortKey) (Node, []int, []SortKey) {
	for _, k := range keys {
		uses(need, k.Expr)
	}
	in, to := prune(input, need)
	keys = append([]SortKey(nil), keys...)
	for i := range keys {
		keys[i].Expr = remap(keys[i].Expr, to)
	}
	return in, to, keys
}

func pruneScan(n *Scan, need []bool) (Node, []int) {
	out := &Scan{Relation: n.Relation, Ranges: n.Ranges, Bounded: n.Bounded}
	to := make([]int, len(need))
	var keep []int
	for i, c := range n.Columns {
		to[i] = -1
		if need[i] {
			to[i] = len(out.Columns)
			out.Columns = append(out.Columns, c)
			keep = append(keep, i)
		}
	}
	out.schema = n.schema.Select(keep)
	return out, to
}

func pruneProject(n *Project, need []bool) (Node, []int) {
	out := &Project{schema: types.NewSchema()}
	to := make([]int, len(need))
	below := make([]bool, len(n.Input.Schema().Fields))
	for i, e := range n.Exprs {
		to[i] = -1
		if !need[i] {
			continue
		}
		to[i] = len(out.Exprs)
		if i == n.schema.RowTime {
			out.schema.RowTime = to[i]
		}
		out.Exprs = append(out.Exprs, e)
		out.schema.Fields = append(out.schema.Fields, n.schema.Fields[i])
		uses(below, e)
	}
	in, down := prune(n.Input, below)
	out.Input, out.Exprs = in, remapAll(out.Exprs, down)
	return out, to
}

// pruneAggregate keeps the aggregate's own columns: a key decides the groups
// even where nobody reads it.
func pruneAggregate(n *Aggregate) Node {
	below := make([]bool, len(n.Input.Schema().Fields))
	uses(below, n.Keys...)
	for _, c := range n.Calls {
		uses(below, c.Args...)
	}
	in, to := prune(n.Input, below)
	out := &Aggregate{Input: in, Keys: remapAll(n.Keys, to), Window: n.Window, schema: n.schema}
	for _, c := range n.Calls {
		c.Args = remapAll(c.Args, to)
		out.Calls = append(out.Calls, c)
	}
	return out
}

// pruneTableCall keeps the function's columns: it makes them all anyway.
func pruneTableCall(n *TableCall) Node {
	below := make([]bool, len(n.Input.Schema().Fields))
	uses(below, n.Args...)
	for _, i := range n.Carry {
		below[i] = true
	}
	in, to := prune(n.Input, below)
	out := &TableCall{Input: in, User: n.User, Args: remapAll(n.Args, to), schema: n.schema}
	for _, i := range n.Carry {
		out.Carry = append(out.Carry, to[i])
	}
	return out
}

func pruneLookup(n *Lookup, need []bool) (Node, []int) {
	left := len(n.Input.Schema().Fields)
	inputNeed := append([]bool(nil), need[:left]...)
	tableNeed := make([]bool, len(n.Table.Schema().Fields))
	if n.Kind.Pairs() {
		copy(tableNeed, need[left:])
	}
	if n.On != nil {
		both := make([]bool, left+len(tableNeed))
		uses(both, n.On)
		for i, used := range both {
			if i < left {
				inputNeed[i] = inputNeed[i] || used
			} else {
				tableNeed[i-left] = tableNeed[i-left] || used
			}
		}
	}
	uses(inputNeed, n.InputKeys...)
	uses(tableNeed, n.TableKeys...)
	in, inTo := prune(n.Input, inputNeed)
	table, tableTo := prune(n.Table, tableNeed)
	shift := len(in.Schema().Fields)
	to := append([]int(nil), inTo...)
	for _, t := range tableTo {
		if t >= 0 {
			t += shift
		}
		to = append(to, t)
	}
	out := &Lookup{
		Kind: n.Kind, Input: in, Table: table, In: n.In, NullSafe: n.NullSafe,
		InputKeys: remapAll(n.InputKeys, inTo), TableKeys: remapAll(n.TableKeys, tableTo),
	}
	if n.On != nil {
		out.On = remap(n.On, to)
	}
	fields := make([]types.Field, shift+len(table.Schema().Fields))
	if !n.Kind.Pairs() {
		to = append([]int(nil), inTo...)
		fields = fields[:shift]
	}
	if n.Kind == LookupMark {
		to = append(to, shift)
		fields = append(fields, types.Field{})
	}
	for old, t := range to {
		if t >= 0 {
			fields[t] = n.schema.Fields[old]
		}
	}
	out.schema = types.Schema{Fields: fields, RowTime: in.Schema().RowTime}
	return out, to
}

// uses marks the columns that expressions read.
func uses(need []bool, list ...Expr) {
	for _, e := range list {
		walk(e, func(e Expr) {
			if c, ok := e.(*Column); ok {
				need[c.Index] = true
			}
		})
	}
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
