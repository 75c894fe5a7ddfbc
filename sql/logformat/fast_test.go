package logformat

import (
	"strings"
	"testing"
)

func fields(line string, spans []int32) string {
	var out []string
	for i := 0; i < len(spans); i += 2 {
		if spans[i] < 0 {
			out = append(out, "NULL")
			continue
		}
		out = append(out, line[spans[i]:spans[i+1]])
	}
	return strings.Join(out, "|")
}

// TestFast has the worked effects of kda-sql.md §14.2 and one line or more for each
// symbol; the fields are worked out by hand.
func TestFast(t *testing.T) {
	for _, c := range []struct{ pattern, line, want string }{
		{"(.*)_+(.*)", "k__v", "k|v"},
		{"(.*)_+(._.*)", "k_vv_w_z", "none"},
		{"(.*)_(._.*)", "k_vv_w_z", "k_vv|w_z"},
		{"(.*)_+(.*)", "k___v", "k|_v"}, // the piece _* stops at its first character
		{"(.*)_.*", "a_b_c", "a"},
		{"(.*)", "", ""}, {"(.*)", "a\nb", "a\nb"}, {"(.+)", "", "none"},
		{"([^ ]*) ([^ ]*) (.*)", "a  b c", "a||b c"},
		{"([^ ]*) ([^ ]*)", "a b c", "none"},
		{"(<Digit>{3})-(<Upper>+)", "123-ABC", "123|ABC"}, {"(<Digit>{3})-(<Upper>+)", "12-ABC", "none"},
		{"(<1-12>)/(<2020-2021>)", "012/2021", "012|2021"}, {"(<1-12>)/(<2020-2021>)", "13/2021", "none"}, {"(<01-12>)", "7", "none"},
		{"(<98-1203>)", "97", "none"}, {"(<98-1203>)", "99", "99"}, {"(<98-1203>)", "1203", "1203"}, {"(<98-1203>)", "1204", "none"}, {"(<98-1203>)", "0500", "0500"},
		{"(<0-999999999999999999>)x", "0012x", "0012"}, {"(<000-255>)", "255", "255"}, {"(<000-255>)", "256", "none"}, {"(<100-199>)", "170", "170"}, {"(<5-5>)", "5", "5"},
		{"(@)=(@)", "k=v=w", "k|v=w"}, {"(#)", "", "none"}, {"(#)", "a", "none"}, {"(a()b)", "ab", "ab"},
		{`("a.b*")(.)`, "a.b*x", "a.b*|x"}, {`(\(\.\"\)).*`, `(.")`, `(.")`},
		{"([a-c]*&[b-d]*)(.*)", "bcda", "b|cda"}, {"(.*&[^a]*)", "bcd", "bcd"}, {"(.*&[^a]*)", "bad", "none"},
		{"(a|bc|d)(x)?(.*)", "bcx", "bc|"}, {"(a|bc|d)(.*)", "dz", "d|z"}, {"(a{2,3})(.*)", "aaaa", "aaa|a"}, {"(a{2,}) (b{0,1})", "aaa ", "aaa|"},
		{"(ü*)(é.*)ß(.)", "üüéaßx", "üü|éa|x"}, {"(ü*)(.)ß(.)", "üéßx", "ü|é|x"}, {"x(.*),(..)", "xé,öä", "é|öä"},
		{"([^,]+),(.*)", ",b", "none"}, {"([]a]+)", "]a]", "]a]"}, {"([a\\]-]+)", "a]-", "a]-"},
		{"[a-z]+ (.*)", "ab c", "c"}, {"(<ASCII>)(.)", "aü", "a|ü"},
	} {
		f, err := CompileFast(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		spans := make([]int32, 2*f.Groups())
		got := "none"
		if f.Match([]byte(c.line), spans) {
			got = fields(c.line, spans)
		}
		if got != c.want {
			t.Errorf("%s on %q = %q, want %q", c.pattern, c.line, got, c.want)
		}
	}
}

func TestFastRejects(t *testing.T) {
	for pattern, want := range map[string]string{
		"abc": "the pattern has no group, so there is no field", "(a)|(b)": "the pattern has no group, so there is no field",
		"(a": "( has no )", "a)": ") has no (", "a|b)": ") has no (", "[a": "[ has no ]", "(a{2": "{ has no }", "(a{x})": "{x} is not {n}, {n,} or {n,m}",
		"(a{3,2})": "{3,2} is not {n}, {n,} or {n,m}", "(a{1001})": "{1001} repeats more than 1000 times", "*(a)": "* has nothing before it",
		"(<Nope>)": "<Nope> is no class, and no interval of numbers", "(<9-1>)": "the interval <9-1> is backwards", "(<a": "< has no >",
		"([z-a])": "the range z-a is backwards", `("a)`: `" is not closed`, `(a)\`: `\ ends the pattern`,
		"(" + strings.Repeat("(", 120) + "a": "parentheses stand more than 100 deep", "(\xff)": "the pattern is not UTF-8",
		"(.*a.{16})": "a part of the pattern needs more than 4096 states", "(((a{900}){900}){900})": "the pattern is too large",
		"(" + strings.Repeat("a", 16<<10) + ")": "the pattern has 16386 bytes, more than 16384",
	} {
		if _, err := CompileFast(pattern); err == nil || err.Error() != want {
			t.Errorf("%.30s: %v, want %s", pattern, err, want)
		}
	}
}
