package parse

import (
	"fmt"
	"strings"
	"testing"
)

func TestSplitter(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one", "VALUES (1);\n", `1:1 "VALUES (1);"`},
		{"two on a line", "a; b;\n", `1:1 "a;" 1:3 " b;"`},
		{"over lines", "a\nb;\n\nc;\n", `1:1 "a\nb;" 2:3 "\n\nc;"`},
		{"quotes", "'a;''b' \"c;\" `d;`;\n", "1:1 \"'a;''b' \\\"c;\\\" `d;`;\""},
		{"a text over lines", "'a\n;b';\n", `1:1 "'a\n;b';"`},
		{"comments", "a -- b;\n/* ;\n; */ // ;'\n;\n", `1:1 "a -- b;\n/* ;\n; */ // ;'\n;"`},
		{"no content", ";; -- only this\n;/* x */;\n", ""},
		{"rest", "a;\n b\n", `1:1 "a;" rest 1:3 "\n b\n"`},
		{"a comment as rest", "a; -- b\n", `1:1 "a;"`},
		{"wide characters", "'é';b;\n", `1:1 "'é';" 1:5 "b;"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s Splitter
			var got []string
			for _, line := range strings.SplitAfter(tt.text, "\n") {
				for _, p := range s.Add(line) {
					got = append(got, fmt.Sprintf("%d:%d %q", p.Pos.Line, p.Pos.Col, p.Text))
				}
			}
			if p, ok := s.Rest(); ok {
				got = append(got, fmt.Sprintf("rest %d:%d %q", p.Pos.Line, p.Pos.Col, p.Text))
			}
			if all := strings.Join(got, " "); all != tt.want {
				t.Errorf("cuts\n%s\nnot\n%s", all, tt.want)
			}
		})
	}
}

// TestSplitterAgrees: what the parser reads as several statements is cut into as
// many, each of which it reads alone.
func TestSplitterAgrees(t *testing.T) {
	const text = "CREATE STREAM s (a VARCHAR(4)); -- one; two\nSELECT 'it''s; here', \"A;\" FROM s /* ; */;;\nDROP STREAM s"
	all, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var s Splitter
	pieces := s.Add(text)
	if rest, ok := s.Rest(); ok {
		pieces = append(pieces, rest)
	}
	if len(pieces) != len(all) {
		t.Fatalf("%d pieces, %d statements", len(pieces), len(all))
	}
	for i, p := range pieces {
		stmt, err := ParseStatement(p.Text)
		if err != nil || stmt.String() != all[i].String() {
			t.Errorf("piece %d: %v %v", i, stmt, err)
		}
	}
}

func TestKeywordsAreWords(t *testing.T) {
	for _, w := range Keywords() {
		if w != strings.ToUpper(w) || w == "" {
			t.Errorf("keyword %q", w)
		}
	}
	if !IsReserved("ORDER") || IsReserved("ORDERS") || IsReserved("ROWTIME") {
		t.Error("reserved words are not those of the grammar")
	}
}
