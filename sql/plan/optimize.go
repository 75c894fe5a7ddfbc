package plan

// A rule rewrites a tree into an equivalent one.
type rule struct {
	name  string
	apply func(Node) Node
}

// rules run once, in this order: ranges are read off filters that still stand on
// their scans, then columns nobody reads are cut.
var rules = []rule{
	{"ranges", pushRanges},
	{"columns", pruneColumns},
}

// Optimize applies every rule. The result has the schema of n.
func Optimize(n Node) Node {
	for _, r := range rules {
		n = r.apply(n)
	}
	return n
}
