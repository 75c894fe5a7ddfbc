package kvfault

import (
	"strings"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

// MatchProblems fails the test unless a verification has reported exactly the problems wanted, in order. Each is given as
// parts of its text, separated by `|`.
func MatchProblems(t testing.TB, name string, got []kv.Problem, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: problems are %v", name, got)
		return
	}
	for i, p := range got {
		for _, part := range strings.Split(want[i], "|") {
			if !strings.Contains(p.String(), part) {
				t.Errorf("%s: %q is not in %q", name, part, p)
			}
		}
	}
}
