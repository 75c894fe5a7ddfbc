package lake

import (
	"fmt"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// form is what the values of a Parquet column are.
type form uint8

const (
	formOther form = iota // readable by name of its Hive type only
	formNull
	formBoolean
	formInt
	formUint
	formDecimal
	formFloat
	formDouble
	formText
	formBytes
	formDate
	formTime
	formTimestamp
)

// fileType is a leaf's type: its form, and the physical kind that holds it.
type fileType struct {
	form      form
	kind      parquet.Kind
	bits      int           // of integers
	scale     int           // of decimals
	precision int           // of decimals
	unit      time.Duration // of times
}

func fileTypeOf(t parquet.Type) fileType {
	lt := t.LogicalType()
	if lt != nil {
		if _, null := lt.Value.(*format.NullType); null {
			return fileType{form: formNull}
		}
	}
	f := physicalForm(t)
	if lt == nil {
		return f
	}
	switch v := lt.Value.(type) {
	case *format.IntType:
		f.form, f.bits = formInt, int(v.BitWidth)
		if !v.IsSigned {
			f.form = formUint
		}
	case *format.DecimalType:
		f.form, f.scale, f.precision = formDecimal, int(v.Scale), int(v.Precision)
	case *format.DateType:
		f.form = formDate
	case *format.TimeType:
		f.form, f.unit = formTime, duration(v.Unit)
	case *format.TimestampType:
		f.form, f.unit = formTimestamp, duration(v.Unit)
	case *format.StringType, *format.EnumType, *format.JsonType:
		f.form = formText
	case *format.Float16Type:
		f.form = formOther
	}
	return f
}

func physicalForm(t parquet.Type) fileType {
	f := fileType{kind: t.Kind()}
	switch f.kind {
	case parquet.Boolean:
		f.form = formBoolean
	case parquet.Int32:
		f.form, f.bits = formInt, 32
	case parquet.Int64:
		f.form, f.bits = formInt, 64
	case parquet.Float:
		f.form = formFloat
	case parquet.Double:
		f.form = formDouble
	case parquet.ByteArray, parquet.FixedLenByteArray:
		f.form = formBytes
	}
	return f
}

func duration(u format.TimeUnit) time.Duration {
	if u.Value == nil {
		return time.Microsecond
	}
	return u.Value.Duration()
}

// hive is the Hive type of the leaf (lake-and-catalog.md §1.5, §2.7); unsigned integers need the next larger type.
func (f fileType) hive() string {
	switch f.form {
	case formBoolean:
		return "boolean"
	case formInt:
		return map[int]string{8: "tinyint", 16: "smallint", 32: "int", 64: "bigint"}[f.bits]
	case formUint:
		return map[int]string{8: "smallint", 16: "int", 32: "bigint", 64: "decimal(20,0)"}[f.bits]
	case formDecimal:
		return fmt.Sprintf("decimal(%d,%d)", f.precision, f.scale)
	case formFloat:
		return "float"
	case formDouble:
		return "double"
	case formDate:
		return "date"
	case formTimestamp:
		return "timestamp"
	case formBytes:
		return "binary"
	}
	if f.kind == parquet.Int96 && f.form == formOther {
		return "timestamp" // nobody stores anything else in this form
	}
	return "string"
}

// hiveOf is the Hive type of a column with all that it contains.
func hiveOf(c *parquet.Column) string {
	if c.Repeated() {
		return "array<" + hiveElement(c) + ">"
	}
	return hiveElement(c)
}

func hiveElement(c *parquet.Column) string {
	if c.Leaf() {
		return fileTypeOf(c.Type()).hive()
	}
	children := c.Columns()
	if lt := c.Type().LogicalType(); lt != nil && len(children) == 1 && children[0].Repeated() {
		switch lt.Value.(type) {
		case *format.ListType:
			// Three levels where the middle one is a wrapper, two where it is the element itself.
			if item := children[0]; item.Leaf() || len(item.Columns()) != 1 {
				return "array<" + hiveElement(item) + ">"
			}
			return "array<" + hiveOf(children[0].Columns()[0]) + ">"
		case *format.MapType:
			if pair := children[0].Columns(); len(pair) == 2 {
				return "map<" + hiveOf(pair[0]) + "," + hiveOf(pair[1]) + ">"
			}
		}
	}
	members := make([]string, len(children))
	for i, m := range children {
		members[i] = strings.ToLower(m.Name()) + ":" + hiveOf(m)
	}
	return "struct<" + strings.Join(members, ",") + ">"
}
