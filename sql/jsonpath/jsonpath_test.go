package jsonpath

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ path, doc, want string }{
		{"$", ` {"a": 1} `, `{"a": 1}`}, {"$.a", `{"a": 1}`, "1"}, {"$.a.b[1]", `{"a": {"b": [10, 20]}}`, "20"}, {"$['a b']", `{"a b": "x"}`, `"x"`}, {`$.["a.b"][0]`, `{"a.b":[0.998,0.996]}`, "0.998"},
		{"$.a", `{"\u0061": 1}`, "1"}, {"$.a", `{"a": 1, "a": 2}`, "2"}, {"$.a.b", `{"a": {"b": 1}, "a": {}}`, ""}, {"$.a[0]", `{"a": {"0": 1}}`, ""}, {"$.a", `[{"a": 1}]`, ""}, {"$[1]", `[1]`, ""},
		{"$[*]", `[1, [2], {"a": 3}]`, `1|[2]|{"a": 3}`}, {"$.*", `{"a": 1, "b": 2}`, "1|2"}, {"$[*].a", `[{"a": 1}, {}, 5, {"a": 2}]`, "1|2"}, {"$.a[*].b[*]", `{"a": [{"b": [1, 2]}, {"b": [3]}]}`, "1|2|3"},
		{"lax  $.a", `{"a": true}`, "true"}, {"STRICT $.é", `{"é": null}`, "null"}, {`$['it\'s']`, `{"it's": 1}`, "1"}, {"$.a", `{"b": {"a": 1}, "c": [{"a": 2}]}`, ""},
	} {
		p, err := Parse(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		var r Result
		p.Find([]byte(c.doc), &r)
		var found []string
		for _, s := range r.Spans {
			found = append(found, c.doc[s.Start:s.End])
		}
		if got := strings.Join(found, "|"); got != c.want || !r.Valid {
			t.Errorf("%s of %s: %s (%v), want %s", c.path, c.doc, got, r.Valid, c.want)
		}
	}
}

func TestReached(t *testing.T) {
	for doc, want := range map[string]bool{`{"a": []}`: true, `{"a": {}}`: true, `{}`: false, `{"a": 1}`: false, `{"a": [1]`: false} {
		p, _ := Parse("$.a[*].b")
		var r Result
		if p.Find([]byte(doc), &r); r.Reached != want {
			t.Errorf("%s: reached %v", doc, r.Reached)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for path, want := range map[string]string{
		"": "the path begins with $, as in $.a.b[0]", "a": "the path begins with $, as in $.a.b[0]", "lax": "the path begins with $, as in $.a.b[0]", "$a": `"a" cannot stand in a path here`, "$..a": ".. is not supported in a path", "$.": `"" is no name of a member; other names go in brackets: ['a b']`,
		"$[": "[ is never closed in the path", "$[0": "[ is never closed in the path", "$['a": "a name in brackets ends with ']", "$['a'": "a name in brackets ends with ']", "$[-1]": "[-1] is not supported in a path: [0], [*] and ['name'] are", "$[?(@.a)]": "[?(@.a)] is not supported in a path: [0], [*] and ['name'] are", "$[0:2]": "[0:2] is not supported in a path: [0], [*] and ['name'] are", "$.a()": `"a()" is no name of a member; other names go in brackets: ['a b']`,
	} {
		if _, err := Parse(path); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", path, err, want)
		}
	}
}

// FuzzFind compares with encoding/json: what is a document, and what stands at a
// path.
func FuzzFind(f *testing.F) {
	for _, doc := range []string{`{"a": [1, {"b": "x\n\u00e9"}], "b": null}`, `[[1e5, -0.5], "\ud83d\ude00", true, false]`, `{"a": 1, "a": {"b": [2]}}`, ` 12 `, `{"a":}`, `[01]`, `"\x"`, `[1,]`, `{"a\"b": 1}`} {
		for _, path := range []string{"$", "$.a", "$.a[1].b", "$[0][1]", "$[*]", "$.*", "$.a.b[0]"} {
			f.Add(path, doc)
		}
	}
	f.Fuzz(func(t *testing.T, path, doc string) {
		p, err := Parse(path)
		if err != nil || !utf8.ValidString(doc) {
			return
		}
		var r Result
		p.Find([]byte(doc), &r)
		if r.Valid != json.Valid([]byte(doc)) && strings.Count(doc, "[")+strings.Count(doc, "{") < maxDepth {
			t.Fatalf("%q: valid %v", doc, r.Valid)
		}
		if !r.Valid {
			return
		}
		var got []any
		for _, s := range r.Spans {
			got = append(got, decode(t, []byte(doc[s.Start:s.End])))
			compact := AppendCompact(nil, []byte(doc[s.Start:s.End]))
			var want bytes.Buffer
			if err := json.Compact(&want, []byte(doc[s.Start:s.End])); err != nil || want.String() != string(compact) {
				t.Fatalf("%q compact is %q", doc[s.Start:s.End], compact)
			}
			if text, ok := got[len(got)-1].(string); ok && string(AppendText(nil, []byte(doc[s.Start:s.End]))) != text {
				t.Fatalf("the text of %q is %q", doc[s.Start:s.End], AppendText(nil, []byte(doc[s.Start:s.End])))
			}
		}
		for _, s := range p.steps {
			if s.kind == every {
				return // objects of encoding/json have no order
			}
		}
		want, found := walk(decode(t, []byte(doc)), p.steps)
		if found != (len(got) == 1) || found && !reflect.DeepEqual(got[0], want) {
			t.Fatalf("%s of %s is %v, want %v", path, doc, got, want)
		}
	})
}

func decode(t *testing.T, doc []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", doc, err)
	}
	return v
}

func walk(v any, steps []step) (any, bool) {
	for _, s := range steps {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[s.name]
			if !ok || s.kind != member {
				return nil, false
			}
			v = next
		case []any:
			if s.kind != element || s.index >= len(x) {
				return nil, false
			}
			v = x[s.index]
		default:
			return nil, false
		}
	}
	return v, true
}

func BenchmarkFind(b *testing.B) {
	doc := []byte(`{"id": 184467, "user": {"name": "north", "tags": ["a", "bb", "ccc"]}, "price": 12.5, "text": "some longer text that is not looked at", "at": "2021-03-09"}`)
	for _, path := range []string{"$.user.tags[1]", "$.at"} {
		b.Run(path, func(b *testing.B) {
			p, _ := Parse(path)
			var r Result
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if p.Find(doc, &r); len(r.Spans) != 1 {
					b.Fatal(fmt.Sprint(r))
				}
			}
		})
	}
}
