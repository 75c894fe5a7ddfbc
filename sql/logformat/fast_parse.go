package logformat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxRepeat is the largest number in {n,m}, maxDepth how deep parentheses may stand
// in each other.
const maxRepeat, maxDepth = 1000, 100

// item is a part of the pattern's outermost sequence: a group that is a field, or
// what stands between two.
type item struct {
	n     *node
	group bool
}

// fastParser reads a fast pattern (kda-sql.md §14.2).
type fastParser struct {
	*builder
	text  string
	at    int
	depth int
}

// pattern is the outermost sequence. Under | and & there are no groups: what a
// group would be depends on the side that matches.
func (p *fastParser) pattern() ([]item, error) {
	var items []item
	for p.at < len(p.text) && p.text[p.at] != '|' && p.text[p.at] != '&' {
		if p.text[p.at] == ')' {
			return nil, errors.New(") has no (")
		}
		grouped := p.text[p.at] == '(' && !strings.HasPrefix(p.text[p.at:], "()")
		n, err := p.single()
		if err != nil {
			return nil, err
		}
		plain := p.at
		if n, err = p.repeated(n); err != nil {
			return nil, err
		}
		items = append(items, item{n, grouped && p.at == plain})
	}
	if p.at < len(p.text) {
		p.at = 0
		n, err := p.union()
		if err == nil && p.at < len(p.text) {
			err = errors.New(") has no (")
		}
		return []item{{n: n}}, err
	}
	return items, nil
}

func (p *fastParser) union() (*node, error) { return p.list('|', opUnion, p.intersection) }

func (p *fastParser) intersection() (*node, error) { return p.list('&', opInter, p.sequence) }

func (p *fastParser) list(sign byte, op nodeOp, operand func() (*node, error)) (*node, error) {
	x, err := operand()
	for err == nil && p.at < len(p.text) && p.text[p.at] == sign {
		p.at++
		var y *node
		if y, err = operand(); err == nil {
			x = p.many(op, x, y)
		}
	}
	return x, err
}

func (p *fastParser) sequence() (*node, error) {
	var parts []*node
	for p.at < len(p.text) && !strings.ContainsRune("|&)", rune(p.text[p.at])) {
		n, err := p.single()
		if err == nil {
			n, err = p.repeated(n)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
	}
	out := p.empty
	for i := len(parts) - 1; i >= 0; i-- {
		out = p.concat(parts[i], out)
	}
	return out, nil
}

// repeated is n under the quantifiers that follow it.
func (p *fastParser) repeated(n *node) (*node, error) {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '?':
			n = p.optional(n)
		case '*':
			n = p.star(n)
		case '+':
			n = p.concat(n, p.star(n))
		case '{':
			var err error
			if n, err = p.counted(n); err != nil {
				return nil, err
			}
			continue
		default:
			return n, nil
		}
		p.at++
	}
	return n, nil
}

// counted is n{low}, n{low,} or n{low,high}.
func (p *fastParser) counted(n *node) (*node, error) {
	end := strings.IndexByte(p.text[p.at:], '}')
	if end < 0 {
		return nil, errors.New("{ has no }")
	}
	text := p.text[p.at+1 : p.at+end]
	p.at += end + 1
	first, second, two := strings.Cut(text, ",")
	low, err := strconv.Atoi(first)
	high := low
	if err == nil && two && second != "" {
		high, err = strconv.Atoi(second)
	}
	if err != nil || low < 0 || high < low {
		return nil, fmt.Errorf("{%s} is not {n}, {n,} or {n,m}", text)
	}
	if high > maxRepeat {
		return nil, fmt.Errorf("{%s} repeats more than %d times", text, maxRepeat)
	}
	out := p.empty
	if two && second == "" {
		out = p.star(n)
	}
	for range high - low {
		out = p.optional(p.concat(n, out))
	}
	for range low {
		out = p.concat(n, out)
	}
	return out, nil
}

func (p *fastParser) single() (*node, error) {
	c := p.text[p.at]
	switch c {
	case '(':
		return p.parentheses()
	case '[':
		return p.class()
	case '.':
		p.at++
		return p.anyOf, nil
	case '#':
		p.at++
		return p.nothing, nil
	case '@':
		p.at++
		return p.star(p.anyOf), nil
	case '"':
		end := strings.IndexByte(p.text[p.at+1:], '"')
		if end < 0 {
			return nil, errors.New("\" is not closed")
		}
		text := []rune(p.text[p.at+1 : p.at+1+end])
		p.at += end + 2
		out := p.empty
		for i := len(text) - 1; i >= 0; i-- {
			out = p.concat(p.set([]runeRange{{text[i], text[i]}}), out)
		}
		return out, nil
	case '<':
		return p.named()
	case '?', '*', '+', '{':
		return nil, fmt.Errorf("%c has nothing before it", c)
	}
	r, err := p.char()
	if err != nil {
		return nil, err
	}
	return p.set([]runeRange{{r, r}}), nil
}

func (p *fastParser) parentheses() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("parentheses stand more than %d deep", maxDepth)
	}
	p.at++
	n, err := p.union()
	if err != nil {
		return nil, err
	}
	if p.at == len(p.text) {
		return nil, errors.New("( has no )")
	}
	p.at++
	p.depth--
	return n, nil
}
