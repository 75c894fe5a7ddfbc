package format

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
)

// The functions below store one value in the current row of a column, by the
// table of kda-sql.md §16.2, and return what is wrong with it: "" for nothing.

// putNumber stores the number n, which is spelled text.
func (c *column) putNumber(row int, n number, text []byte) string {
	switch c.shape {
	case shapeInt:
		limit := c.max
		if n.neg {
			limit++
		}
		v, exact, ok := n.unscaled(text, 0, limit)
		switch {
		case ok && !exact:
			return fmt.Sprintf("%s has a fraction, %s does not", shown(text), c.kind)
		case !ok:
			return c.outOfRange(text)
		}
		c.putInt(row, v)
	case shapeDecimal:
		v, _, ok := n.unscaled(text, c.scale, c.max)
		if !ok {
			return c.outOfRange(text)
		}
		c.putDecimal(row, v)
	case shapeDouble:
		v, ok := n.float64(text)
		if !ok {
			return c.outOfRange(text)
		}
		c.put8(row, math.Float64bits(v))
	case shapeReal:
		v, ok := n.float32(text)
		if !ok {
			return c.outOfRange(text)
		}
		c.put4(row, math.Float32bits(v))
	case shapeBool:
		v, ok := n.float64(text)
		c.putBit(row, n.mant != 0 || n.long && (!ok || v != 0))
	case shapeText:
		c.putBytes(row, text)
	default:
		return fmt.Sprintf("a number (%s) cannot become %s", shown(text), c.kind)
	}
	return ""
}

// putBool stores a JSON true or false.
func (c *column) putBool(row int, v bool, text []byte) string {
	bit := uint64(0)
	if v {
		bit = 1
	}
	switch c.shape {
	case shapeBool:
		c.putBit(row, v)
	case shapeText:
		c.putBytes(row, text)
	case shapeBinary:
		// The lowest bit is that of the last byte.
		zeros := 0
		if c.kind == types.Binary {
			zeros = max(c.limit-1, 0)
		}
		c.putBytes(row, append(make([]byte, zeros, zeros+1), byte(bit)))
	case shapeInt, shapeDecimal, shapeReal, shapeDouble:
		return c.putNumber(row, number{mant: bit}, strconv.AppendUint(nil, bit, 10))
	default:
		return fmt.Sprintf("%s cannot become %s", text, c.kind)
	}
	return ""
}

// putNested stores an array or object, which is spelled text.
func (c *column) putNested(row int, text []byte) string {
	if c.shape != shapeText {
		return fmt.Sprintf("an array or object cannot become %s", c.kind)
	}
	c.putBytes(row, text)
	return ""
}

// putText stores a character string.
func (c *column) putText(row int, text []byte) string {
	var v int64
	var err error
	switch c.shape {
	case shapeText:
		c.putBytes(row, text)
		return ""
	case shapeBool:
		c.putBit(row, bytes.EqualFold(text, []byte("true")))
		return ""
	case shapeBinary:
		return c.putBinary(row, text, base64Bytes)
	case shapeDate:
		if v, err = types.ParseDate(text); err == nil {
			c.put4(row, uint32(int32(v)))
		}
	case shapeTime:
		if v, err = types.ParseTimeOfDay(text); err == nil {
			c.put8(row, uint64(v))
		}
	case shapeTimestamp:
		if v, err = c.clock.long(text); err == nil {
			c.put8(row, uint64(v))
		}
	default:
		return c.putNumberText(row, text)
	}
	if err != nil {
		return fmt.Sprintf("%s is not a %s: %s", shown(text), c.kind, err)
	}
	return ""
}

// putNumberText stores the number that a string spells, blanks around it
// allowed. NaN and the infinities are what the encoders write for them.
func (c *column) putNumberText(row int, text []byte) string {
	text = bytes.Trim(text, " ")
	n, end := scanNumberText(text, 0, false)
	if end == len(text) && end > 0 {
		return c.putNumber(row, n, text)
	}
	var v float64
	switch string(text) {
	case "NaN":
		v = math.NaN()
	case "Infinity":
		v = math.Inf(1)
	case "-Infinity":
		v = math.Inf(-1)
	default:
		return fmt.Sprintf("%s is not a number", shown(text))
	}
	switch c.shape {
	case shapeDouble:
		c.put8(row, math.Float64bits(v))
	case shapeReal:
		c.put4(row, math.Float32bits(float32(v)))
	default:
		return c.outOfRange(text)
	}
	return ""
}

// putBinary stores the bytes that a text spells: a literal X'..', or what plain
// reads.
func (c *column) putBinary(row int, text []byte, plain func([]byte) ([]byte, error)) string {
	if n := len(text); n >= 3 && text[0]|0x20 == 'x' && text[1] == '\'' && text[n-1] == '\'' {
		text, plain = text[2:n-1], hexBytes
	}
	v, err := plain(text)
	if err != nil {
		return fmt.Sprintf("%s is not a %s: %s", shown(text), c.kind, err)
	}
	if c.limit > 0 && len(v) > c.limit {
		return fmt.Sprintf("%d bytes are too many for %s(%d)", len(v), c.kind, c.limit)
	}
	c.putBytes(row, v)
	return ""
}

var errBase64 = errors.New("neither base64 nor X'..'")

func base64Bytes(text []byte) ([]byte, error) {
	v, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil || bytes.ContainsAny(text, "\r\n") {
		return nil, errBase64
	}
	return v, nil
}

var errHex = errors.New("not pairs of hexadecimal digits")

func hexBytes(text []byte) ([]byte, error) {
	v, err := hex.AppendDecode(nil, text)
	if err != nil {
		return nil, errHex
	}
	return v, nil
}

func (c *column) outOfRange(text []byte) string {
	t := c.kind.String()
	if c.shape == shapeDecimal {
		t = c.typ.String()
		t = strings.Replace(t, "decimal", "DECIMAL", 1)
	}
	return fmt.Sprintf("%s is out of range of %s", shown(text), t)
}

// shown is a value as messages quote it.
func shown(text []byte) string {
	const most = 40
	if n, _ := cut(text, most); n < len(text) {
		return strconv.Quote(string(text[:n])) + "..."
	}
	return strconv.Quote(string(text))
}
