package logformat

import (
	"testing"
	"unicode/utf8"
)

// naive is the same rule for pieces over lists of factors, and a matcher that tries
// everything.
type naive struct {
	factors []*node
	pieces  []int    // the first factor of each
	groups  [][2]int // the first factor of each, and the one behind it
	steps   int
}

// maxSteps is when the matcher that tries everything gives up.
const maxSteps = 200_000

func newNaive(items []item) *naive {
	v := &naive{pieces: []int{0}}
	for i, it := range items {
		newStretch := i == 0 || it.group || items[i-1].group
		if newStretch {
			v.pieces = append(v.pieces, -1) // not begun
		}
		from := len(v.factors)
		for n := it.n; n.op != opEmpty; {
			head, rest := n, (*node)(nil)
			if n.op == opConcat {
				head, rest = n.subs[0], n.subs[1]
			}
			if _, fixed := head.length(); !fixed && v.pieces[len(v.pieces)-1] < 0 {
				v.pieces[len(v.pieces)-1] = len(v.factors)
			}
			v.factors = append(v.factors, head)
			if rest == nil {
				break
			}
			n = rest
		}
		if it.group {
			v.groups = append(v.groups, [2]int{from, len(v.factors)})
		}
	}
	begun := v.pieces[:0]
	for _, p := range v.pieces {
		if p >= 0 {
			begun = append(begun, p)
		}
	}
	v.pieces = begun
	return v
}

func (v *naive) accepts(list []*node, s []rune) bool {
	if v.steps++; v.steps > maxSteps {
		return false
	}
	if len(list) == 0 {
		return len(s) == 0
	}
	for n := range len(s) + 1 {
		if v.acceptsOne(list[0], s[:n]) && v.accepts(list[1:], s[n:]) {
			return true
		}
	}
	return false
}

func (v *naive) acceptsOne(n *node, s []rune) bool {
	if v.steps++; v.steps > maxSteps {
		return false
	}
	switch n.op {
	case opEmpty:
		return len(s) == 0
	case opSet:
		return len(s) == 1 && contains(n.set, s[0])
	case opConcat:
		return v.accepts(n.subs, s)
	case opUnion, opInter:
		for _, sub := range n.subs {
			if v.acceptsOne(sub, s) == (n.op == opUnion) {
				return n.op == opUnion
			}
		}
		return n.op == opInter
	case opStar:
		if len(s) == 0 {
			return true
		}
		for k := 1; k <= len(s); k++ {
			if v.acceptsOne(n.subs[0], s[:k]) && v.acceptsOne(n, s[k:]) {
				return true
			}
		}
	}
	return false
}

// match gives the groups of a line, nil for none.
func (v *naive) match(s []rune) []string {
	at := 0
	ends := make([]int, len(v.pieces))
	for p, first := range v.pieces {
		behind := len(v.factors)
		if p+1 < len(v.pieces) {
			behind = v.pieces[p+1]
		}
		list, n := v.factors[first:behind], -1
		switch {
		case p == len(v.pieces)-1:
			if v.accepts(list, s[at:]) {
				n = len(s) - at
			}
		default:
			for k := 1; k <= len(s)-at && n < 0; k++ {
				if v.accepts(list, s[at:at+k]) {
					n = k
				}
			}
			if n < 0 && v.accepts(list, nil) {
				n = 0
			}
		}
		if n < 0 {
			return nil
		}
		at += n
		ends[p] = at
	}
	out := []string{}
	for _, g := range v.groups {
		out = append(out, string(s[v.place(g[0], ends):v.place(g[1], ends)]))
	}
	return out
}

// place is where a factor begins: what is between it and the end of its piece has a
// fixed length.
func (v *naive) place(factor int, ends []int) int {
	p := 0
	for p+1 < len(v.pieces) && v.pieces[p+1] < factor {
		p++
	}
	behind := len(v.factors)
	if p+1 < len(v.pieces) {
		behind = v.pieces[p+1]
	}
	at := ends[p]
	for _, f := range v.factors[factor:behind] {
		n, _ := f.length()
		at -= n
	}
	return at
}

// FuzzFast compares the automata with a matcher that tries everything.
func FuzzFast(f *testing.F) {
	for _, seed := range [][2]string{
		{"(.*)_+(.*)", "k__v"}, {"(.*)_+(._.*)", "k_vv_w_z"}, {"(.*)_(._.*)", "k_vv_w_z"}, {"(a{2,3})(.*)", "aaaa"}, {"(ü*)(é.*)ß(.)", "üüéaßx"},
		{"([a-c]*&[b-d]*)(.*)", "bcda"}, {"(<1-12>)/(<08-11>)", "012/09"}, {`("a.b"?)(#|@)`, "a.bx"}, {"[^a](a|bc)?(<Lower>+)x", "zbcdx"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, line string) {
		fast, err := CompileFast(pattern)
		if err != nil {
			return
		}
		spans := make([]int32, 2*fast.Groups())
		ok := fast.Match([]byte(line), spans)
		if len(pattern) > 20 || len(line) > 10 || !utf8.ValidString(line) {
			return
		}
		p := &fastParser{builder: newBuilder(), text: pattern}
		items, err := p.pattern()
		if err != nil {
			t.Fatal(err)
		}
		v := newNaive(items)
		want := v.match([]rune(line))
		if v.steps > maxSteps {
			return
		}
		if ok != (want != nil) || ok && len(want) != fast.Groups() {
			t.Fatalf("%q on %q: %v, %q", pattern, line, ok, want)
		}
		for k := range want {
			if got := line[spans[2*k]:spans[2*k+1]]; got != want[k] {
				t.Fatalf("%q on %q: group %d is %q, want %q", pattern, line, k, got, want[k])
			}
		}
	})
}

// FuzzW3C holds that the fields and what stands between them make up the line again.
func FuzzW3C(f *testing.F) {
	for _, seed := range [][2]string{
		{"COMMON", `h - - [x] "GET / HTTP/1.1" 200 5`}, {"NCSA EXTENDED", `h - - [x] "GET \"/" 200 - "-" "a"`}, {"%m %U%q %H", "GET /x?y HTTP/1.1"},
		{"IIS", "2020-02-05 10:00:01 10.0.0.1 GET /x y=1 443 - 10.0.0.9 curl/7 - 200 0 0 15"}, {"[%t]%% %!404,5[Referer]i%>s", "[a]% x5"}, {"%t%h", "[a]b"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, format, line string) {
		w, err := CompileW3C(format)
		if err != nil {
			return
		}
		spans := make([]int32, 2*w.Fields())
		if !w.Match([]byte(line), spans) {
			return
		}
		again := w.lead
		for i, field := range w.fields {
			if spans[2*i] < 0 {
				again += "-" + field.stop
				continue
			}
			again += line[spans[2*i]:spans[2*i+1]] + field.stop
		}
		if again != line {
			t.Fatalf("%q on %q: %q", format, line, again)
		}
	})
}

// FuzzColumns holds that a description is read or refused, never more.
func FuzzColumns(f *testing.F) {
	f.Add(`a TYPE INTEGER NOT NULL START 0 FOR 4, "b c" TYPE DATE 'dd''x' START 5`)
	f.Add("a, b DECIMAL(5, 2)")
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) ([]Column, error){ParseColumns, ParseGroups, ParsePlaced} {
			if columns, err := read(text); err == nil && len(columns) == 0 {
				t.Fatalf("%q has no columns", text)
			}
		}
	})
}
