package logformat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// namedSets is the named classes, all of ASCII.
var namedSets = map[string][]runeRange{
	"Digit": {{'0', '9'}}, "Upper": {{'A', 'Z'}}, "Lower": {{'a', 'z'}}, "ASCII": {{0, 127}},
	"Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}},
	"Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "Blank": {{' ', ' '}, {'\t', '\t'}},
	"Space": {{' ', ' '}, {'\t', '\r'}}, "Cntrl": {{0, 31}, {127, 127}}, "XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}},
	"Print": {{' ', '~'}}, "Graph": {{'!', '~'}},
}

// char is a character, or the one behind \.
func (p *fastParser) char() (rune, error) {
	if p.text[p.at] == '\\' {
		if p.at++; p.at == len(p.text) {
			return 0, errors.New("\\ ends the pattern")
		}
	}
	r, n := utf8.DecodeRuneInString(p.text[p.at:])
	p.at += n
	return r, nil
}

// class is [...] or [^...].
func (p *fastParser) class() (*node, error) {
	p.at++
	not := strings.HasPrefix(p.text[p.at:], "^")
	if not {
		p.at++
	}
	var ranges []runeRange
	for {
		if p.at >= len(p.text) {
			return nil, errors.New("[ has no ]")
		}
		if p.text[p.at] == ']' && len(ranges) > 0 {
			p.at++
			break
		}
		lo, err := p.char()
		if err != nil {
			return nil, err
		}
		hi := lo
		if rest := p.text[p.at:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
			p.at++
			if hi, err = p.char(); err != nil {
				return nil, err
			}
		}
		if hi < lo {
			return nil, fmt.Errorf("the range %c-%c is backwards", lo, hi)
		}
		ranges = append(ranges, runeRange{lo, hi})
	}
	n := p.set(ranges)
	if not {
		return p.set(complement(n.set)), nil
	}
	return n, nil
}

// named is <Name> or <n-m>.
func (p *fastParser) named() (*node, error) {
	end := strings.IndexByte(p.text[p.at:], '>')
	if end < 0 {
		return nil, errors.New("< has no >")
	}
	name := p.text[p.at+1 : p.at+end]
	p.at += end + 1
	if set, ok := namedSets[name]; ok {
		return p.set(append([]runeRange(nil), set...)), nil
	}
	low, high, ok := strings.Cut(name, "-")
	if !ok || !isDigits(low) || !isDigits(high) {
		return nil, fmt.Errorf("<%s> is no class, and no interval of numbers", name)
	}
	return p.interval(low, high)
}

func isDigits(s string) bool {
	return s != "" && len(s) <= 18 && strings.Trim(s, "0123456789") == ""
}

// interval is the numbers from low to high: of exactly so many digits where both
// are written with the same number of them, else with any number of zeros before
// them.
func (p *fastParser) interval(low, high string) (*node, error) {
	a, _ := strconv.ParseInt(low, 10, 64)
	z, _ := strconv.ParseInt(high, 10, 64)
	if a > z {
		return nil, fmt.Errorf("the interval <%s-%s> is backwards", low, high)
	}
	if len(low) == len(high) {
		return p.between(low, high), nil
	}
	low, high = strconv.FormatInt(a, 10), strconv.FormatInt(z, 10)
	out := p.nothing
	for n := len(low); n <= len(high); n++ {
		from, to := "1"+strings.Repeat("0", n-1), strings.Repeat("9", n)
		if n == len(low) {
			from = low
		}
		if n == len(high) {
			to = high
		}
		out = p.many(opUnion, out, p.between(from, to))
	}
	return p.concat(p.star(p.digits('0', '0')), out), nil
}

func (p *fastParser) digits(lo, hi byte) *node { return p.set([]runeRange{{rune(lo), rune(hi)}}) }

// between is the numbers of as many digits as low and high have.
func (p *fastParser) between(low, high string) *node {
	if low == "" {
		return p.empty
	}
	l, h := low[0], high[0]
	if l == h {
		return p.concat(p.digits(l, l), p.between(low[1:], high[1:]))
	}
	zeros, nines := strings.Repeat("0", len(low)-1), strings.Repeat("9", len(low)-1)
	if low[1:] == zeros && high[1:] == nines {
		rest := p.empty
		for range zeros {
			rest = p.concat(p.digits('0', '9'), rest)
		}
		return p.concat(p.digits(l, h), rest)
	}
	out := p.many(opUnion, p.concat(p.digits(l, l), p.between(low[1:], nines)), p.concat(p.digits(h, h), p.between(zeros, high[1:])))
	if l+1 < h {
		out = p.many(opUnion, out, p.concat(p.digits(l+1, h-1), p.between(zeros, nines)))
	}
	return out
}
