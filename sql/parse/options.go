package parse

import (
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// clauses reads what follows a column list, in any order, each at most once: WITH or OPTIONS, DESCRIPTION and, where partitions is not nil, PARTITIONED BY.
func (p *parser) clauses(options *[]ast.Option, description *string, partitions *[]ast.Name) error {
	seen := make(map[string]bool)
	for {
		t := p.peek()
		clause := t.text
		if clause == "OPTIONS" {
			clause = "WITH"
		}
		var err error
		switch {
		case t.isWord("WITH"), t.isWord("OPTIONS"):
			*options, err = p.options()
		case t.isWord("DESCRIPTION"):
			p.i++
			t, err = p.str()
			*description = t.text
		case t.isWord("PARTITIONED") && partitions != nil:
			p.i++
			if err = p.expect("BY"); err == nil {
				*partitions, p.i, err = nameList(p.toks, p.i)
			}
		default:
			return nil
		}
		if err != nil {
			return err
		}
		if seen[clause] {
			return errorAt(t, "", "a second %s", clause)
		}
		seen[clause] = true
	}
}

// options reads WITH ('key' = 'value', ...) or OPTIONS (key 'value', ...).
func (p *parser) options() ([]ast.Option, error) {
	if !p.accept("WITH") && !p.accept("OPTIONS") {
		return nil, p.unexpected()
	}
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	var out []ast.Option
	for {
		o, err := p.option()
		if err != nil {
			return nil, err
		}
		for _, earlier := range out {
			if strings.EqualFold(earlier.Key, o.Key) {
				return nil, &Error{Pos: o.KeyPos, Near: o.Key, Msg: "option " + ast.QuoteString(o.Key) + " is given twice"}
			}
		}
		out = append(out, o)
		if p.acceptOp(")") {
			return out, nil
		}
		if !p.acceptOp(",") {
			err := unexpected(p.toks, p.i)
			if t := p.peek(); t.kind == str {
				err.Hint = "a comma may be missing before " + t.raw
			}
			return nil, err
		}
	}
}

// option reads one entry; a key without quotes may be dotted.
func (p *parser) option() (ast.Option, error) {
	t := p.peek()
	o := ast.Option{Key: t.text, KeyPos: t.pos}
	switch t.kind {
	case str:
	case word, quoted:
		o.Key = t.raw
		if t.kind == quoted {
			o.Key = t.text
		}
		for p.toks[p.i+1].isOp(".") {
			part := p.toks[p.i+2]
			if part.kind != word {
				p.i += 2
				return o, p.unexpected()
			}
			o.Key += "." + part.raw
			p.i += 2
		}
	default:
		return o, p.unexpected()
	}
	p.i++
	p.acceptOp("=")
	v := p.peek()
	o.Value, o.ValuePos = v.text, v.pos
	if sign := p.acceptOp("-"); sign {
		v = p.peek()
		o.Value = "-" + v.text
		if v.kind == str {
			return o, p.unexpected()
		}
	}
	switch {
	case v.kind == str, v.kind == integer, v.kind == decimal, v.kind == approx:
	case v.isWord("TRUE"), v.isWord("FALSE"):
		o.Value = strings.ToLower(v.text)
	default:
		err := unexpected(p.toks, p.i)
		err.Hint = "the value of an option goes in single quotes"
		return o, err
	}
	p.i++
	return o, nil
}
