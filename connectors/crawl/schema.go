package crawl

import (
	"fmt"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/catalog"
)

// Schema is the columns of a catalog table as SQL has them: those of the files, then the partition keys. Errors: ErrType,
// naming the column.
func Schema(t catalog.Table) (types.Schema, error) {
	var fields []types.Field
	for _, cols := range [][]catalog.Column{t.Columns, t.PartitionKeys} {
		for _, c := range cols {
			typ, err := SQLType(c.Type)
			if err != nil {
				return types.Schema{}, fmt.Errorf("table %q: column %q: %w", t.Name, c.Name, err)
			}
			fields = append(fields, types.Field{Name: c.Name, Type: typ})
		}
	}
	return types.NewSchema(fields...), nil
}

var simpleTypes = map[string]types.Kind{
	"boolean": types.Boolean, "tinyint": types.TinyInt, "smallint": types.SmallInt, "int": types.Integer,
	"integer": types.Integer, "bigint": types.BigInt, "long": types.BigInt, "float": types.Real, "double": types.Double,
	"string": types.Varchar, "binary": types.Varbinary, "date": types.Date, "timestamp": types.Timestamp,
}

// SQLType is the SQL type of a Hive type string. Errors: ErrType for nested types and decimals of more than
// types.MaxPrecision digits.
func SQLType(hive string) (types.Type, error) {
	name := strings.ToLower(strings.ReplaceAll(hive, " ", ""))
	if k, ok := simpleTypes[name]; ok {
		return types.Of(k), nil
	}
	var precision, scale int
	switch {
	case name == "decimal":
		return types.DecimalOf(10, 0), nil
	case parseDecimal(name, &precision, &scale):
		if precision < 1 || precision > types.MaxPrecision || scale < 0 || scale > precision {
			return types.Type{}, fmt.Errorf("%w: %s has more than %d digits", ErrType, hive, types.MaxPrecision)
		}
		return types.DecimalOf(precision, scale), nil
	}
	if n, err := fmt.Sscanf(name, "varchar(%d)", &precision); n == 1 && err == nil && precision > 0 {
		return types.VarcharOf(precision), nil
	}
	if n, err := fmt.Sscanf(name, "char(%d)", &precision); n == 1 && err == nil && precision > 0 {
		return types.Type{Kind: types.Char, Precision: precision}, nil
	}
	return types.Type{}, fmt.Errorf("%w: %s", ErrType, hive)
}
