package file

import (
	"fmt"
	"strings"
	"testing"
)

// TestLongDelimiters has delimiters that the reading cuts in two, in a file of many
// chunks, and a row that is too long, whose end is looked for across chunks too.
func TestLongDelimiters(t *testing.T) {
	var text strings.Builder
	var want []string
	for i := range 60_000 {
		name := fmt.Sprintf("n%d%s", i, strings.Repeat("<", i%5))
		if i%7 == 0 {
			name = `"` + name + `<=>` + "\n<<end>>" + `"`
		}
		fmt.Fprintf(&text, "%d<=>%s<=>%s<<end>>", i, name, strings.Repeat(" ", i%97))
		want = append(want, fmt.Sprint(i))
	}
	for _, before := range []int{1, 3, 6} {
		// The delimiter behind the long row begins so many bytes before the end of a chunk.
		filler := chunk - before - (text.Len()+len("0<=>")+maxLine)%chunk
		long := "0<=>" + strings.Repeat("z", maxLine+filler+chunk) + "<<end>>"
		h := newHarness(t, "d.csv", text.String()+long+"1<=>a<=>", func(o *Options) {
			o.NoHeader = true
			o.Schema.Fields = append(o.Schema.Fields[:2:2], o.Schema.Fields[3])
			o.Schema.RowTime = 2
			o.Mapping = map[string]string{"column_delimiter": "<=>", "row_delimiter": "<<end>>"}
		})
		got, _ := h.read("", 10_000, 1<<20, 0)
		n := len(got)
		if n != len(want)+2 || got[n-1] != "1" || !strings.HasPrefix(got[n-2], "TRADES line 60001 TooLargeRecord") {
			t.Fatalf("%d lines, the last %.60q %.60q", n, got[n-2], got[n-1])
		}
		equal(t, got[:n-2], want)
	}
}
