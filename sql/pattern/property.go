package pattern

import (
	"strings"
	"unicode"
)

// posix is the classes that Java defines for ASCII.
var posix = map[string]set{
	"Lower": {{'a', 'z'}}, "Upper": {{'A', 'Z'}}, "ASCII": {{0, 0x7f}}, "Alpha": {{'A', 'Z'}, {'a', 'z'}}, "Digit": digits,
	"Alnum": {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, "Punct": {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, "Graph": {{'!', '~'}},
	"Print": {{' ', '~'}}, "Blank": {{'\t', '\t'}, {' ', ' '}}, "Cntrl": {{0, 0x1f}, {0x7f, 0x7f}},
	"XDigit": {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, "Space": spaces,
}

// binary is the properties that Java names with Is.
var binary = map[string][]*unicode.RangeTable{
	"ALPHABETIC": {unicode.L, unicode.Nl, unicode.Other_Alphabetic}, "LETTER": {unicode.L}, "DIGIT": {unicode.Nd},
	"UPPERCASE": {unicode.Lu, unicode.Other_Uppercase}, "LOWERCASE": {unicode.Ll, unicode.Other_Lowercase}, "TITLECASE": {unicode.Lt},
	"PUNCTUATION": {unicode.P}, "CONTROL": {unicode.Cc}, "WHITE_SPACE": {unicode.White_Space}, "IDEOGRAPHIC": {unicode.Ideographic},
	"HEX_DIGIT": {unicode.Hex_Digit},
}

// property is the set of \p{name}; ok is false for a name that is unknown.
func property(name string) (set, bool) {
	if s, ok := posix[name]; ok {
		return s, true
	}
	key, value, given := strings.Cut(name, "=")
	switch key = strings.ToLower(key); {
	case given && (key == "gc" || key == "general_category"):
		return category(value)
	case given && (key == "sc" || key == "script"):
		return script(value)
	case given:
		return nil, false
	}
	if rest, is := strings.CutPrefix(name, "Is"); is {
		if tables, ok := binary[strings.ToUpper(rest)]; ok {
			return tableSet(tables...), true
		}
		if s, ok := script(rest); ok {
			return s, true
		}
		name = rest
	}
	return category(name)
}

func category(name string) (set, bool) {
	if name == "LC" {
		return tableSet(unicode.Lu, unicode.Ll, unicode.Lt), true
	}
	t, ok := unicode.Categories[name]
	if !ok || len(name) > 2 {
		return nil, false
	}
	return tableSet(t), true
}

func script(name string) (set, bool) {
	for n, t := range unicode.Scripts {
		if strings.EqualFold(n, name) {
			return tableSet(t), true
		}
	}
	return nil, false
}
