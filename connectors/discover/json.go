package discover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/millrace-sql/millrace/connectors/format"
)

// maxNesting is how many levels of objects become columns beside the first.
const maxNesting = 2

// place is a member of the documents, or the document itself.
type place struct {
	values
	names   []string // of members, outermost first
	members []*place // in the order in which they were met
	index   map[string]*place
}

// jsonSchema is the schema of JSON records; nil: most are none.
func jsonSchema(records [][]byte) (*schema, error) {
	root := &place{}
	var good [][]byte
	for _, r := range records {
		docs, err := documents(r)
		if err != nil {
			continue
		}
		good = append(good, r)
		for _, doc := range docs {
			root.observe(doc)
		}
	}
	if 2*len(good) <= len(records) {
		return nil, nil
	}
	s := &schema{format: "json"}
	switch {
	case root.objects > 0 && root.objects == root.some():
	case root.arrays > 0 && root.arrays == root.some():
		root = root.elements(good)
		if root.objects == 0 || root.objects != root.some() {
			return nil, undetected(records[0], "the elements of the arrays are not all objects")
		}
		s.decode.RowPath, _ = format.ParsePath("$[0:]")
		s.options = append(s.options, [2]string{"row_path", "$[0:]"})
	default:
		return nil, undetected(records[0], "the documents are not all objects, nor all arrays")
	}
	used := names{}
	s.place(root, used)
	if len(s.columns) == 0 {
		return nil, undetected(records[0], "the objects have no members")
	}
	var paths []string
	for _, c := range s.columns {
		s.decode.Paths = append(s.decode.Paths, c.path)
		if text := c.path.String(); text != "" {
			paths = append(paths, c.name+"="+text)
		}
	}
	if len(paths) > 0 {
		s.options = append(s.options, [2]string{"columns", strings.Join(paths, ", ")})
	}
	left, err := s.settle(good)
	if left += len(records) - len(good); left > 0 {
		s.comments = append(s.comments, fmt.Sprintf("%d of %d sampled records are not such JSON and would be rejected", left, len(records)))
	}
	return s, err
}

// documents are the JSON values of a record.
func documents(record []byte) (out []json.RawMessage, err error) {
	dec := json.NewDecoder(bytes.NewReader(record))
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
}

// elements is the place of the elements of documents that are arrays.
func (p *place) elements(records [][]byte) *place {
	out := &place{}
	for _, r := range records {
		docs, err := documents(r)
		if err != nil {
			continue
		}
		for _, doc := range docs {
			var list []json.RawMessage
			if err := json.Unmarshal(doc, &list); err != nil {
				continue
			}
			for _, e := range list {
				out.observe(e)
			}
		}
	}
	return out
}

// observe takes one more value, which is valid JSON.
func (p *place) observe(raw []byte) {
	switch raw[0] {
	case 'n':
	case 't', 'f':
		p.bools++
		p.length(raw)
	case '"':
		var text string
		if json.Unmarshal(raw, &text) == nil {
			p.text([]byte(text))
		}
	case '[':
		p.arrays++
		p.length(raw)
	case '{':
		p.objects++
		p.length(raw)
		p.object(raw)
	default:
		p.number(raw)
	}
}

// object takes the members of an object down to the level that is looked at.
func (p *place) object(raw []byte) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil || len(p.names) > maxNesting {
		return
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return
		}
		name := key.(string)
		m := p.index[name]
		if m == nil {
			m = &place{names: append(p.names[:len(p.names):len(p.names)], name)}
			if p.index == nil {
				p.index = map[string]*place{}
			}
			p.index[name] = m
			p.members = append(p.members, m)
		}
		m.observe(value)
	}
}

// place adds the columns of an object's members.
func (s *schema) place(p *place, used names) {
	for _, m := range p.members {
		if m.objects > 0 && m.objects == m.some() && (len(m.members) > 0 || len(m.names) > maxNesting) {
			if len(m.names) > maxNesting {
				s.comments = append(s.comments, "left out, nested deeper than two levels: "+format.MemberPath(m.names...).String())
			} else {
				s.place(m, used)
			}
			continue
		}
		source := strings.Join(m.names, "_")
		c := column{name: used.column(source, len(s.columns)), typ: m.typ()}
		if len(m.names) > 1 || c.name != source {
			c.path = format.MemberPath(m.names...)
		}
		s.columns = append(s.columns, c)
	}
}
