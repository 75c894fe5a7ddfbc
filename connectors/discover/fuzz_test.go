package discover

import (
	"fmt"
	"strings"
	"testing"
)

// counted is how many records the comment of a statement gives up.
func counted(sql string) int {
	n := 0
	for _, line := range strings.Split(sql, "\n") {
		if strings.Contains(line, " sampled ") {
			_, _ = fmt.Sscanf(line, "-- %d of", &n)
		}
	}
	return n
}

// FuzzText: whatever the text, there is an error or a statement that runs and
// reads what it says.
func FuzzText(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":{"c":[1],"d":{"e":{"f":1}}}}` + "\n" + `{"a":"x","A":2}`, "a,b\n1,2\n", "x;y\n1;2020-01-01\n2;\n", `[{"a":1},{"b":"\ud800"}]`,
		"{\"a\":\"2020-01-01 00:00:00\"}\n{\"a\":\"-0001-01-01 00:00:00\"}", "1|\"2\n3\"|x\n4|5|6", "\"a\"\"\",b\n,\n", `{"ROWTIME":1,"rowtime":{"x'y":1}}`,
		"{\"a\":1}{\"a\":1e400}\n{\"a\":-0}", "a,a\n1,2", "a,A\n1,2", "\ta\n\tb", "{\"\":{\"\":{\"\":1}}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sql, err := Text(text, true, Options{Name: "s", With: [][2]string{{"path", "p"}}, FormatKnown: known})
		if err != nil {
			return
		}
		reads(t, sql, []byte(strings.TrimPrefix(string(text), "\xef\xbb\xbf")))
	})
}
