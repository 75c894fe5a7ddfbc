package lake

import (
	"cmp"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// Range is a hint that only rows with Low <= column <= High are wanted; a nil bound is open. Bounds are int64 (integers,
// days, microseconds), float64, string or bool; others are not used.
type Range struct {
	Column    string
	Type      types.Type
	Low, High any
}

// excludes tells whether no value from low to high can be in the range. NaN, which statistics leave out, may count as
// above all numbers, so that a lower bound says nothing about approximate numbers.
func (r Range) excludes(low, high any) bool {
	if c, ok := compare(high, r.Low); ok && c < 0 && !r.Type.IsApproximate() {
		return true
	}
	c, ok := compare(low, r.High)
	return ok && c > 0
}

// compare orders two values of one kind; ok is false where there is no order.
func compare(a, b any) (int, bool) {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b), true
		}
	case float64:
		if b, ok := b.(float64); ok && a == a && b == b {
			return cmp.Compare(a, b), true
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case bool:
		if b, ok := b.(bool); ok {
			return cmp.Compare(number(a), number(b)), true
		}
	}
	return 0, false
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// wantsFile tells whether a file's partition can have rows in the ranges. Errors: ErrPartitionValue.
func wantsFile(path string, ranges []Range) (bool, error) {
	for _, v := range ParseFolders(path) {
		for _, r := range ranges {
			if !strings.EqualFold(r.Column, v.Key) || !partitionable(r.Type) || r.Type.Kind == types.Decimal {
				continue
			}
			if v.Null {
				return false, nil // NULL is in no range
			}
			value, err := parseValue(r.Type, v.Text)
			if err != nil {
				return false, err
			}
			if f, ok := value.(float64); ok && f != f {
				continue
			}
			if r.excludes(value, value) {
				return false, nil
			}
		}
	}
	return true, nil
}

// wantsChunk tells by its statistics whether a column chunk can have rows in the range.
func wantsChunk(chunk *parquet.FileColumnChunk, f fileType, r Range) bool {
	if rows := chunk.NumValues(); rows > 0 && chunk.NullCount() == rows {
		return false
	}
	low, high, ok := chunk.Bounds()
	if !ok {
		return true
	}
	a, b := bound(low, f, r.Type), bound(high, f, r.Type)
	return a == nil || b == nil || !r.excludes(a, b)
}

// bound is a statistic as the values of the type compare; nil where the file's order is another one.
func bound(v parquet.Value, f fileType, t types.Type) any {
	switch {
	case f.form == formInt && t.IsInteger(), f.form == formDate && t.Kind == types.Date:
		if f.kind == parquet.Int32 {
			return int64(v.Int32())
		}
		return v.Int64()
	case f.form == formTime && t.Kind == types.TimeOfDay, f.form == formTimestamp && t.Kind == types.Timestamp:
		n := int64(v.Int32())
		if f.kind == parquet.Int64 {
			n = v.Int64()
		}
		if n, err := f.micros(n); err == nil {
			return n
		}
	case f.form == formDouble && t.Kind == types.Double:
		return v.Double()
	case f.form == formFloat && t.IsApproximate():
		return float64(v.Float())
	case f.form == formText && t.IsString():
		return string(v.ByteArray())
	case f.form == formBoolean && t.Kind == types.Boolean:
		return v.Boolean()
	}
	return nil
}
