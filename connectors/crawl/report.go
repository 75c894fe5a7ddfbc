package crawl

// Change is what a run did to a table.
type Change string

// The changes.
const (
	Added     Change = "added"
	Changed   Change = "changed"
	Unchanged Change = "unchanged"
	Removed   Change = "removed"
)

// TableChange is what a run did to one table and its partitions.
type TableChange struct {
	Name     string
	Location string
	Change   Change

	PartitionsAdded, PartitionsChanged, PartitionsRemoved int
}

// Reason says why something was decided.
type Reason struct {
	Table string // or the file's key, for a file that was passed over
	Text  string
}

// Report is the result of a run: every table that was found, by location, and every table that was removed.
type Report struct {
	Tables  []TableChange
	Reasons []Reason
}

// Count is the number of tables with that change.
func (r Report) Count(c Change) int {
	n := 0
	for _, t := range r.Tables {
		if t.Change == c {
			n++
		}
	}
	return n
}

func (r *Report) add(t TableChange) { r.Tables = append(r.Tables, t) }

func (r *Report) because(table, text string) { r.Reasons = append(r.Reasons, Reason{table, text}) }
