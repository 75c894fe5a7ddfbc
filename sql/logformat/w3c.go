package logformat

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// formats is the predefined ones; that of IIS is the extended W3C log with its usual
// fields, one blank between two.
var formats = map[string]string{
	"COMMON":            common,
	"COMMON WITH VHOST": "%v " + common,
	"NCSA EXTENDED":     common + ` "%[Referer]i" "%[User-agent]i"`,
	"REFERER":           "%[Referer]i ---> %U",
	"AGENT":             "%[User-agent]i",
	iis:                 "%[date]t %[time]t %A %m %U %[query]n %p %u %a %[User-Agent]i %[Referer]i %s %[substatus]n %[win32-status]n %[time-taken]n",
}

const common = `%h %l %u %t "%r" %>s %b`

const iis = "IIS"

// W3C is a compiled format of a web server's log.
type W3C struct {
	lead   string
	fields []w3cField
	iis    bool
}

type w3cField struct {
	// stop is the text that follows, up to the next field; search is that with the
	// bracket that the next field begins with.
	stop, search string
	numeric      bool
	escaped      bool // \ hides the character behind it
	brackets     bool // the value stands in [ ], which are part of it
	query        bool // the value is empty or begins with ?
	queryNext    bool // the next field is a query, with nothing between
}

// numericFields and textFields is the letters of the specifiers; the letters of
// namedFields may have a name in brackets, those of nameless ones have none.
const (
	numericFields = "BDTIOpPs"
	textFields    = "aAbCefhHilmnoqrtuUvVX"
	namedFields   = "CeinoPt"
	needName      = "Ceino"
)

// CompileW3C compiles a predefined name, in any case, or a format of Apache's
// mod_log_config, where a name may stand in [] or {}.
func CompileW3C(text string) (*W3C, error) {
	f := &W3C{}
	name := strings.ToUpper(strings.TrimSpace(text))
	if known, ok := formats[name]; ok {
		text, f.iis = known, name == iis
	}
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the format has %d bytes, more than %d", len(text), maxPattern)
	}
	literal := &f.lead
	for text != "" {
		at := strings.IndexByte(text, '%')
		if at < 0 {
			*literal += text
			break
		}
		*literal += text[:at]
		if text = text[at+1:]; strings.HasPrefix(text, "%") {
			*literal, text = *literal+"%", text[1:]
			continue
		}
		field, n, err := specifier(text)
		if err != nil {
			return nil, err
		}
		text = text[n:]
		f.fields = append(f.fields, field)
		literal = &f.fields[len(f.fields)-1].stop
		if len(f.fields) > MaxColumns {
			return nil, fmt.Errorf("the format has more than %d specifiers", MaxColumns)
		}
	}
	return f, f.connect()
}

// specifier reads `[!][status,...][<|>][name]letter`.
func specifier(text string) (w3cField, int, error) {
	at := 0
	for at < len(text) && strings.IndexByte("!0123456789,<>", text[at]) >= 0 {
		at++
	}
	named := at < len(text) && (text[at] == '[' || text[at] == '{')
	name := ""
	if named {
		end := strings.IndexByte(text[at:], text[at]+2) // ] and } are two behind [ and {
		if end < 0 {
			return w3cField{}, 0, fmt.Errorf("%%%s has no %c", text[:at+1], text[at]+2)
		}
		name = text[at+1 : at+end]
		at += end + 1
	}
	if at == len(text) {
		return w3cField{}, 0, fmt.Errorf("%%%s has no letter", text)
	}
	r, n := utf8.DecodeRuneInString(text[at:])
	letter := text[at]
	shown := "%" + text[:at+n]
	switch {
	case r >= utf8.RuneSelf || strings.IndexByte(numericFields+textFields, letter) < 0:
		return w3cField{}, 0, fmt.Errorf("%s is no specifier", shown)
	case named && strings.IndexByte(namedFields, letter) < 0:
		return w3cField{}, 0, fmt.Errorf("%s has no name", shown)
	case letter == 'P' && named && name != "pid" && name != "tid":
		return w3cField{}, 0, fmt.Errorf("%s: the name is pid or tid", shown)
	case strings.IndexByte(needName, letter) >= 0 && name == "":
		return w3cField{}, 0, fmt.Errorf("%s needs a name: %%[name]%c", shown, letter)
	}
	return w3cField{
		numeric: strings.IndexByte(numericFields, letter) >= 0, escaped: strings.IndexByte("rio", letter) >= 0,
		brackets: letter == 't' && !named, query: letter == 'q',
	}, at + n, nil
}

// connect finds out how each field ends.
func (f *W3C) connect() error {
	if len(f.fields) == 0 {
		return errors.New("the format has no specifier, so there is no field")
	}
	before := f.lead
	for i := range f.fields {
		field := &f.fields[i]
		// `[%t]` is the text between the brackets.
		if field.brackets && strings.HasSuffix(before, "[") && strings.HasPrefix(field.stop, "]") {
			field.brackets = false
		}
		before = field.stop
		if i == 0 {
			continue
		}
		last := &f.fields[i-1]
		last.search = last.stop
		if field.brackets {
			last.search += "["
		}
		if last.queryNext = field.query && last.stop == "" && !last.brackets; last.queryNext {
			continue
		}
		if last.search == "" && !last.brackets {
			return fmt.Errorf("nothing stands between specifiers %d and %d", i, i+1)
		}
	}
	return nil
}

// Fields is the number of specifiers.
func (f *W3C) Fields() int { return len(f.fields) }

// Numeric tells whether specifier i is a number.
func (f *W3C) Numeric(i int) bool { return f.fields[i].numeric || f.iis && i >= 11 }
