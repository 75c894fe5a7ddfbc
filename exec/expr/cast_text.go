package expr

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/millrace-sql/millrace/sql/types"
)

// cutText shortens a string or binary to the target's length: silently, as
// assignments do (kda-sql.md §3.1). CHAR is padded with blanks.
func cutText(e *cast, _ *call, x *vec, i uint32) string {
	v := x.text(i)
	if n := e.to.Precision; n > 0 {
		if e.to.IsBinary() {
			v = v[:min(n, len(v))]
		} else {
			v = cutRunes(v, n)
		}
	}
	e.out.setText(i, v)
	e.pad(i)
	return ""
}

func cutRunes(v []byte, n int) []byte {
	if len(v) <= n {
		return v
	}
	at := 0
	for range n {
		if at >= len(v) {
			return v
		}
		_, size := utf8.DecodeRune(v[at:])
		at += size
	}
	return v[:at]
}

// pad fills the CHAR value set last for row i.
func (e *cast) pad(i uint32) {
	if e.to.Kind != types.Char || e.to.Precision == 0 {
		return
	}
	for n := utf8.RuneCount(e.out.data[e.out.starts[i]:]); n < e.to.Precision; n++ {
		e.out.data = append(e.out.data, ' ')
	}
	e.out.ends[i] = int32(len(e.out.data))
}

// formatText is a value as text; one that the target is too short for fails.
func formatText(e *cast, _ *call, x *vec, i uint32) string {
	at := int(i) & x.mask()
	b := e.buf[:0]
	switch {
	case e.from.Kind == types.Boolean:
		b = strconv.AppendBool(b, x.bools[at])
	case e.from.Kind == types.Real:
		b = types.AppendFloat(b, x.floats[at], 32)
	case e.from.Kind == types.Double:
		b = types.AppendFloat(b, x.floats[at], 64)
	case e.from.Kind == types.Date:
		b = types.AppendDate(b, x.ints[at])
	case e.from.Kind == types.TimeOfDay:
		b = trimMillis(types.AppendTimeOfDay(b, x.ints[at]))
	case e.from.Kind == types.Timestamp:
		b = trimMillis(types.AppendTimestamp(b, x.ints[at]))
	case e.from.IsInterval():
		var ok bool
		if b, ok = cutFields(types.AppendInterval(b, x.ints[at], e.from), e.to.Precision); !ok {
			return e.tooShort("the interval")
		}
	default:
		b = types.AppendDecimal(b, x.ints[at], e.from.Scale)
	}
	e.buf = b
	if e.to.Precision > 0 && len(b) > e.to.Precision {
		if e.quiet {
			return unread
		}
		return e.tooShort(strconv.Quote(string(b)))
	}
	e.out.setText(i, b)
	e.pad(i)
	return ""
}

func (e *cast) tooShort(what string) string {
	if e.quiet {
		return unread
	}
	return what + " does not fit " + e.to.String()
}

// trimMillis drops a fraction of zero: TIMESTAMP as text is `yyyy-MM-dd
// HH:mm:ss` (kda-sql.md §3.3), and the fraction is kept where there is one.
func trimMillis(b []byte) []byte { return bytes.TrimSuffix(b, []byte(".000")) }

// parseText reads a value from text; blanks around it are ignored, except in
// dates and times, whose form is strict.
func parseText(e *cast, _ *call, x *vec, i uint32) string {
	raw := x.text(i)
	v := bytes.TrimSpace(raw)
	var err error
	switch e.to.Kind {
	case types.Boolean:
		t, f := bytes.EqualFold(v, []byte("true")), bytes.EqualFold(v, []byte("false"))
		if !t && !f {
			return e.problem(raw, types.ErrFormat)
		}
		e.out.bools[i] = t
		return ""
	case types.Real, types.Double:
		f, err := parseFloat(v)
		if err != nil || math.IsInf(f, 0) {
			return e.problem(raw, err)
		}
		return e.setFloat(i, f)
	case types.Date:
		e.out.ints[i], err = types.ParseDate(raw)
	case types.TimeOfDay:
		e.out.ints[i], err = types.ParseTimeOfDay(bytes.TrimLeft(raw, " "))
	case types.Timestamp:
		e.out.ints[i], err = types.ParseTimestamp(raw)
	default:
		return e.parseNumber(i, v, raw)
	}
	if err != nil {
		return e.problem(raw, err)
	}
	return ""
}

// problem is what is wrong with a text.
func (e *cast) problem(raw []byte, err error) string {
	if e.quiet {
		return unread
	}
	why := "is not a " + e.to.Kind.String()
	if errors.Is(err, types.ErrRange) || errors.Is(err, strconv.ErrRange) {
		why = "is out of range for " + e.to.String()
	}
	return strconv.Quote(string(raw)) + " " + why
}

// parseFloat is strconv's, which allocates to say what is wrong, for what begins as its
// numbers do.
func parseFloat(v []byte) (float64, error) {
	digits := bytes.TrimLeft(v, "+-")
	if len(digits) == 0 || digits[0]-'0' > 9 && bytes.IndexByte([]byte(".iInN"), digits[0]) < 0 {
		return 0, types.ErrFormat
	}
	return strconv.ParseFloat(string(v), 64)
}

// parseNumber reads an exact number: digit by digit, or through a float where
// there is an exponent. The digit behind the target's scale decides the rounding,
// half away from zero; those behind it only have to be digits.
func (e *cast) parseNumber(i uint32, v, raw []byte) string {
	if bytes.ContainsAny(v, "eE") {
		f, err := parseFloat(v)
		if err != nil || f-f != 0 {
			return e.problem(raw, err)
		}
		return e.setRounded(i, f)
	}
	whole, fraction, _ := bytes.Cut(v, []byte("."))
	for _, c := range fraction {
		if c < '0' || c > '9' {
			return e.problem(raw, types.ErrFormat)
		}
	}
	keep := min(len(fraction), e.to.Scale)
	digits := append(append(e.buf[:0], whole...), fraction[:keep]...)
	if len(fraction) > 0 && keep == 0 && (len(whole) == 0 || whole[len(whole)-1] < '0') {
		digits = append(digits, '0') // `.7` and `-.7` without room for a fraction
	}
	e.buf = digits
	n, _, err := types.ParseDecimal(string(digits))
	if err != nil {
		return e.problem(raw, err)
	}
	n, ok := rescale(n, keep, e.to.Scale)
	low, high := bounds(e.to)
	if len(fraction) > keep && fraction[keep] >= '5' {
		if digits[0] == '-' {
			ok, n = ok && n > low, n-1
		} else {
			ok, n = ok && n < high, n+1
		}
	}
	if !ok || n < low || n > high {
		return e.problem(raw, types.ErrRange)
	}
	e.out.ints[i] = n
	return ""
}

// quoteText is a value in a message: not all of a long one.
func quoteText(v []byte) string {
	if len(v) > 60 {
		return strconv.Quote(string(cutRunes(v, 60))) + "..."
	}
	return strconv.Quote(string(v))
}
