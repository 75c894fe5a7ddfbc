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
	b.WriteString(first + n.String() + note(n) + "\n")
	inputs := n.Inputs()
	for i, in := range inputs {
		if i == len(inputs)-1 {
			explain(b, in, note, rest+"└─ ", rest+"   ")
		} else {
			explain(b, in, note, rest+"├─ ", rest+"│  ")
		}
	}
}
