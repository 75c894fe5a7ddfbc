package plan

import "strings"

// Explain is the tree of a plan, one line per node, inputs indented below.
func Explain(n Node) string { return ExplainWith(n, func(Node) string { return "" }) }

// ExplainWith puts a note behind each node's line.
func ExplainWith(n Node, note func(Node) string) string {
	var b strings.Builder
	explain(&b, n, note, "", "")
	return b.String()
}

func explain(b *strings.Builder, n Node, note func(Node) string, first, rest string) {
	b.WriteString(first + n.String() + keeps(n) + note(n) + "\n")
	inputs := n.Inputs()
	for i, in := range inputs {
		if i == len(inputs)-1 {
			explain(b, in, note, rest+"└─ ", rest+"   ")
		} else {
			explain(b, in, note, rest+"├─ ", rest+"│  ")
		}
	}
}

// keeps says what state a node holds and, where that is not each shard on its own, what
// order it needs. It is what a checkpoint holds, and what the memory budget counts.
func keeps(n Node) string {
	text := ""
	switch n := n.(type) {
	case *Aggregate:
		switch {
		case n.Window != nil:
			text = "the groups of open windows"
		case len(n.Keys) > 0:
			text = "every group"
		}
	case *Lookup:
		text = "the right side"
		if n.Input.Schema().RowTime >= 0 {
			text = "the right side as it was at the start"
		}
	case *Sort:
		text = "all rows"
	case *StreamSort:
		text = "the rows of open windows, of all shards in one order"
	case *SortWithin:
		text = "the rows of the last " + n.Slack.Duration() + ", of all shards in one order"
	case *Forest:
		text = "its trees, of all shards in one order"
	case *StreamDistinct:
		text = "what has been seen, of all shards in one order"
	case *Promote:
		text = "the last time, of all shards in one order"
	case *TimeSort:
		text = "the rows above the watermark, of all shards in one order"
	case *Union:
		if n.schema.RowTime >= 0 {
			text = "rows that wait for another branch"
		}
	case *EventTime:
		text = "nothing, in the order of the log over all shards"
	}
	if text == "" {
		return ""
	}
	return "  (keeps " + text + ")"
}
