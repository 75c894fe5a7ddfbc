package plan

import "strings"

// Explain is the tree of a plan, one line per node, inputs indented below.
func Explain(n Node) string {
	var b strings.Builder
	explain(&b, n, "", "")
	return b.String()
}

func explain(b *strings.Builder, n Node, first, rest string) {
	b.WriteString(first + n.String() + "\n")
	inputs := n.Inputs()
	for i, in := range inputs {
		if i == len(inputs)-1 {
			explain(b, in, rest+"└─ ", rest+"   ")
		} else {
			explain(b, in, rest+"├─ ", rest+"│  ")
		}
	}
}
