package plan

import (
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// partitionKeyName is the pseudo-column of stored streams.
const partitionKeyName = "PARTITION_KEY"

// keyed settles the partition key of rows that go into a stored stream, and with
// it their order, which must depend on the log alone within a key (DESIGN §6, §8):
//
//   - the GROUP BY columns of a grouped query: its rows are in one order already;
//   - else, unless the option partition_key names columns, the key of the record
//     that a row came from: rows of one key are in one shard, so shards may run on
//     their own;
//   - else columns of the row: rows of several shards may share a key, so the
//     shards are merged in log order first, and then divided by key again.
func keyed(root Node, into *Relation) (Node, []int) {
	if groups := groupedColumns(root); groups != nil {
		return root, groups
	}
	if into.Connector != StoredStream || root.Schema().RowTime < 0 {
		return root, nil
	}
	keys := namedKeys(into)
	if keys == nil {
		if n, key, ok := carryKey(root); ok {
			return n, []int{key}
		}
		keys = root.Schema().Visible()[:1]
	}
	if !fromShards(root) {
		return root, keys
	}
	return &Exchange{Input: root, Keys: keys}, keys
}

// namedKeys is the columns of the option partition_key, nil for none. The visible
// columns of a plan that writes into a relation are those of the relation, in order.
func namedKeys(into *Relation) (keys []int) {
	text, ok := into.Options["partition_key"]
	if !ok {
		return nil
	}
	for _, name := range strings.Split(text, ",") {
		if i, n := into.Schema.Lookup(strings.TrimSpace(name), false); n == 1 {
			keys = append(keys, slices.Index(into.Schema.Visible(), i))
		}
	}
	return keys
}

// fileConnector is the connector of files, which have one shard each.
const fileConnector = "file"

// fromShards tells whether the rows may come in several lanes: from the shards of a
// scan, with nothing on the way that orders them.
func fromShards(n Node) bool {
	switch n := n.(type) {
	case *Scan:
		return n.Relation.Connector != InApplication && n.Relation.Connector != fileConnector
	case *Filter:
		return fromShards(n.Input)
	case *Project:
		return fromShards(n.Input)
	case *TableCall:
		return fromShards(n.Input)
	case *Lookup:
		return fromShards(n.Input)
	}
	return false
}

// carryKey adds the partition key of the scanned record to the rows of n, as a
// hidden column behind the others.
func carryKey(n Node) (out Node, key int, ok bool) {
	switch n := n.(type) {
	case *Scan:
		at := slices.IndexFunc(n.schema.Fields, func(f types.Field) bool { return f.Hidden && f.Name == partitionKeyName })
		return n, at, at >= 0 && n.Relation.Connector == StoredStream
	case *EventTime:
		in, key, ok := carryKey(n.Input)
		return &EventTime{Input: in, Watermark: n.Watermark}, key, ok
	case *Filter:
		in, key, ok := carryKey(n.Input)
		return &Filter{Input: in, Cond: n.Cond, Having: n.Having}, key, ok
	case *Lookup:
		in, key, ok := carryKey(n.Input)
		added := len(in.Schema().Fields) - len(n.Input.Schema().Fields)
		switch {
		case added == 0:
			c := *n
			c.Input = in
			return &c, key, ok
		case n.Kind == LookupInner || n.Kind == LookupLeft || !ok:
			return n, 0, false // the table's columns would move
		}
		return carryPast(n, in, key), len(n.schema.Fields), true
	case *TableCall:
		in, from, ok := carryKey(n.Input)
		if !ok {
			return n, 0, false
		}
		c := *n
		c.Input = in
		c.carry(from)
		return &c, len(c.schema.Fields) - 1, true
	case *Project:
		in, from, ok := carryKey(n.Input)
		if !ok {
			return n, 0, false
		}
		f := in.Schema().Fields[from]
		c := &Project{Input: in, Exprs: append(slices.Clone(n.Exprs), &Column{Index: from, Name: f.Name, Of: f.Type})}
		c.schema = types.Schema{Fields: append(slices.Clone(n.schema.Fields), f), RowTime: n.schema.RowTime}
		return c, len(c.Exprs) - 1, true
	}
	return n, 0, false
}

// carryPast is a subquery's join over an input with one more column, the key, which
// goes behind the columns that the join had.
func carryPast(n *Lookup, in Node, key int) Node {
	left := len(n.Input.Schema().Fields)
	shifted := func(width int) []int {
		to := identity(width)
		for i := left; i < width; i++ {
			to[i]++
		}
		return to
	}
	c := *n
	c.Input = in
	if n.On != nil {
		c.On = remap(n.On, shifted(left+len(n.Table.Schema().Fields)))
	}
	f := in.Schema().Fields[key]
	c.schema.Fields = slices.Insert(slices.Clone(n.schema.Fields), left, f)
	out := &Project{Input: &c, Exprs: remapAll(allColumns(n.schema), shifted(len(n.schema.Fields)))}
	out.Exprs = append(out.Exprs, &Column{Index: key, Name: f.Name, Of: f.Type})
	out.schema = types.Schema{Fields: append(slices.Clone(n.schema.Fields), f), RowTime: n.schema.RowTime}
	return out
}
