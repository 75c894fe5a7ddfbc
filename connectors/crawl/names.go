package crawl

import (
	"fmt"
	"hash/fnv"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/storage/catalog"
)

// The catalog's limit of a table's name.
const maxName = 128

// names gives tables their names: the one that their location has in the catalog already, else one after the folder.
type names struct {
	prefix string
	at     map[string]*catalog.Table // by location
	used   map[string]bool
}

func newNames(prefix string, known []catalog.Table) *names {
	n := &names{prefix: strings.ToLower(prefix), at: map[string]*catalog.Table{}, used: map[string]bool{}}
	for i, t := range known {
		n.used[t.Name] = true
		location := strings.TrimSuffix(t.Location, "/") + "/"
		if n.at[location] == nil {
			n.at[location] = &known[i]
		}
	}
	return n
}

// of is the table's name; where two folders would have the same, the second has a hash of its location behind it.
func (n *names) of(root, location string) string {
	if t := n.at[location]; t != nil {
		return t.Name
	}
	name := n.prefix + fold(path.Base(strings.TrimSuffix(location, "/")))
	name = name[:min(len(name), maxName)]
	if n.used[name] {
		h := fnv.New32a()
		h.Write([]byte(root))
		suffix := fmt.Sprintf("_%08x", h.Sum32())
		name = name[:min(len(name), maxName-len(suffix))] + suffix
	}
	n.used[name] = true
	return name
}

// fold makes a name of a folder's: lower case; what is no letter, digit or underscore becomes an underscore.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(s))
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
