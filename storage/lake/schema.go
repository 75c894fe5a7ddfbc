package lake

import (
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"github.com/millrace-sql/millrace/sql/types"
)

// leaf is how a SQL type stands in a file.
type leaf struct {
	node     parquet.Node
	encoding encoding.Encoding
	sampled  bool // a dictionary may be better than the encoding
}

// leafOf is the form of a type in files (lake-and-catalog.md §2.7). Decimals are integers: 18 digits fit, and their order
// in statistics is right. Errors: ErrType.
func leafOf(t types.Type) (leaf, error) {
	delta := encoding.Encoding(&parquet.DeltaBinaryPacked)
	switch t.Kind {
	case types.Boolean:
		return leaf{node: parquet.Leaf(parquet.BooleanType), encoding: &parquet.Plain}, nil
	case types.TinyInt, types.SmallInt, types.Integer, types.BigInt:
		return leaf{node: parquet.Int(intBits[t.Kind]), encoding: delta}, nil
	case types.Decimal:
		if t.Precision <= 9 {
			return leaf{node: parquet.Decimal(t.Scale, t.Precision, parquet.Int32Type), encoding: delta}, nil
		}
		return leaf{node: parquet.Decimal(t.Scale, t.Precision, parquet.Int64Type), encoding: delta}, nil
	case types.Real:
		return leaf{node: parquet.Leaf(parquet.FloatType), encoding: &parquet.ByteStreamSplit}, nil
	case types.Double:
		return leaf{node: parquet.Leaf(parquet.DoubleType), encoding: &parquet.ByteStreamSplit}, nil
	case types.Char, types.Varchar:
		return leaf{node: parquet.String(), encoding: &parquet.DeltaLengthByteArray, sampled: true}, nil
	case types.Binary, types.Varbinary:
		return leaf{node: parquet.Leaf(parquet.ByteArrayType), encoding: &parquet.DeltaLengthByteArray, sampled: true}, nil
	case types.Date:
		return leaf{node: parquet.Date(), encoding: delta}, nil
	case types.TimeOfDay:
		return leaf{node: parquet.TimeAdjusted(parquet.Microsecond, false), encoding: delta}, nil
	case types.Timestamp:
		return leaf{node: parquet.TimestampAdjusted(parquet.Microsecond, false), encoding: delta}, nil
	}
	return leaf{}, fmt.Errorf("%w: %s in a table", ErrType, t)
}

// orderedGroup is a group whose fields stay in SQL order; the library's own sorts them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

func (g *orderedGroup) Fields() []parquet.Field { return g.fields }

// fileSchema is the schema of a new file; dictionary tells which columns get one.
func (l layout) fileSchema(dictionary []bool) (*parquet.Schema, error) {
	group := parquet.Group{}
	for i, c := range l.data {
		lf, err := leafOf(l.fields[c].Type)
		if err != nil {
			return nil, err
		}
		enc := lf.encoding
		if dictionary[i] {
			enc = &parquet.RLEDictionary
		}
		group[l.fields[c].Name] = parquet.Optional(parquet.Encoded(lf.node, enc))
	}
	byName := map[string]parquet.Field{}
	for _, f := range group.Fields() {
		byName[f.Name()] = f
	}
	ordered := &orderedGroup{Group: group}
	for _, c := range l.data {
		ordered.fields = append(ordered.fields, byName[l.fields[c].Name])
	}
	return parquet.NewSchema("table", ordered), nil
}
