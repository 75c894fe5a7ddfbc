package types

import (
	"fmt"
	"strings"
)

// Pattern is a date-time pattern of Java's SimpleDateFormat, US locale, UTC
// (kda-sql.md §5.4). It is immutable: any number of goroutines may use it.
type Pattern struct {
	parts []patternPart
	// fraction tells that S counts digits behind the point, as Java's
	// DateTimeFormatter and the portable functions have it; otherwise S is a number of
	// milliseconds.
	fraction bool
}

// patternPart is a field, its letter and how often it stands there, or with letter 0
// the text between fields.
type patternPart struct {
	letter byte
	count  int
	text   string
	// abuts tells that a number follows at once: this one has exactly count digits.
	abuts bool
}

const patternLetters = "GyYMLwWDdFEuaHkKhmsSzZX"

// ParsePattern reads a pattern: letters are fields, text stands in single quotes, two
// of which are one, other characters stand for themselves.
func ParsePattern(text string) (*Pattern, error) { return parsePattern(text, false) }

// ParseFormat is ParsePattern for the portable functions: S is a digit of the
// fraction of a second.
func ParseFormat(text string) (*Pattern, error) { return parsePattern(text, true) }

func parsePattern(text string, fraction bool) (*Pattern, error) {
	p := &Pattern{fraction: fraction}
	for at := 0; at < len(text); {
		c := text[at]
		switch {
		case c == '\'':
			quoted, n, ok := quotedPattern(text[at:])
			if !ok {
				return nil, fmt.Errorf("the quote in the pattern %s is never closed", text)
			}
			p.literal(quoted)
			at += n
		case isLetter(c):
			n := 1
			for at+n < len(text) && text[at+n] == c {
				n++
			}
			if !strings.ContainsRune(patternLetters, rune(c)) {
				return nil, fmt.Errorf("%c in the pattern %s is no field; text goes in quotes", c, text)
			}
			if c == 'X' && n > 3 {
				return nil, fmt.Errorf("a zone has at most three X")
			}
			p.parts = append(p.parts, patternPart{letter: c, count: n})
			at += n
		default:
			p.literal(text[at : at+1])
			at++
		}
	}
	for i := range p.parts[:max(0, len(p.parts)-1)] {
		p.parts[i].abuts = p.parts[i].number() && p.parts[i+1].number()
	}
	return p, nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// quotedPattern reads quoted text and says how long it is in the pattern.
func quotedPattern(text string) (quoted string, n int, ok bool) {
	if strings.HasPrefix(text, "''") {
		return "'", 2, true
	}
	var b strings.Builder
	for at := 1; at < len(text); at++ {
		switch {
		case text[at] != '\'':
			b.WriteByte(text[at])
		case strings.HasPrefix(text[at:], "''"):
			b.WriteByte('\'')
			at++
		default:
			return b.String(), at + 1, true
		}
	}
	return "", 0, false
}

// literal adds text, to the text before it if there is one.
func (p *Pattern) literal(text string) {
	if n := len(p.parts); n > 0 && p.parts[n-1].letter == 0 {
		p.parts[n-1].text += text
		return
	}
	p.parts = append(p.parts, patternPart{text: text})
}

// number tells whether the part is written in digits.
func (p *patternPart) number() bool {
	switch p.letter {
	case 0, 'G', 'E', 'a', 'z', 'Z', 'X':
		return false
	case 'M', 'L':
		return p.count < 3
	}
	return true
}

var monthNames = [...]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// dayNames begins with Monday, which ISO 8601 counts as 1.
var dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// weekday is 1 for Monday to 7 for Sunday. 1970-01-01 was a Thursday.
func weekday(days int64) int { return int(floorMod(days+3, 7)) + 1 }

// sunday is how many days into its week a day is: weeks begin on Sunday.
func sunday(days int64) int64 { return int64(weekday(days) % 7) }

// week is the week of a year and the year that the week belongs to: the week with
// January 1 is the first, as the US locale has it.
func week(days int64) (year int64, n int) {
	year, _, _ = Civil(days - sunday(days) + 6) // the year of the week's last day
	first := Days(year, 1, 1)
	first -= sunday(first)
	return year, int((days-first)/7) + 1
}
