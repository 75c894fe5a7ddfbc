package logformat

import (
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

// typed is a type, its pattern and NOT NULL.
func (r *columnReader) typed(c *Column) (err error) {
	if c.Type, err = r.typeName(); err != nil {
		return err
	}
	if w := r.peek(); w != "" && w[0] == '\'' {
		if !c.Type.IsDateTime() {
			return fmt.Errorf("%s has no pattern", c.Type)
		}
		c.Pattern = w[1:]
		if _, err := types.ParsePattern(c.Pattern); err != nil {
			return err
		}
		if c.Pattern == "" {
			return errors.New("the pattern is empty")
		}
		r.at++
	}
	if r.accept("NOT") {
		c.NotNull = true
		return r.expect("NULL")
	}
	return nil
}

var columnTypes = map[string]types.Kind{
	"BOOLEAN": types.Boolean, "TINYINT": types.TinyInt, "SMALLINT": types.SmallInt, "INTEGER": types.Integer, "INT": types.Integer,
	"BIGINT": types.BigInt, "DECIMAL": types.Decimal, "DEC": types.Decimal, "NUMERIC": types.Decimal, "REAL": types.Real,
	"DOUBLE": types.Double, "FLOAT": types.Double, "CHAR": types.Char, "CHARACTER": types.Char, "VARCHAR": types.Varchar,
	"DATE": types.Date, "TIME": types.TimeOfDay, "TIMESTAMP": types.Timestamp,
}

func (r *columnReader) typeName() (types.Type, error) {
	word := r.peek()
	kind, ok := columnTypes[word]
	if !ok {
		if word == "" {
			return types.Type{}, errors.New("the type is missing")
		}
		return types.Type{}, fmt.Errorf("%s is no type that a field can have", word)
	}
	r.at++
	if word == "DOUBLE" {
		r.accept("PRECISION")
	}
	if kind == types.Char && r.accept("VARYING") {
		kind = types.Varchar
	}
	t := types.Of(kind)
	var sizes []int
	if r.accept("(") {
		for {
			n, err := r.number(0)
			if err != nil {
				return t, err
			}
			sizes = append(sizes, n)
			if r.accept(")") {
				break
			}
			if err := r.expect(","); err != nil {
				return t, err
			}
		}
	}
	return sized(t, sizes)
}

// sized is t with its precision and scale.
func sized(t types.Type, sizes []int) (types.Type, error) {
	most := 0
	switch {
	case t.Kind == types.Decimal:
		most = 2
	case t.IsString() || t.Kind == types.TimeOfDay || t.Kind == types.Timestamp:
		most = 1
	}
	if len(sizes) > most {
		return t, fmt.Errorf("%s takes %d numbers, not %d", t, most, len(sizes))
	}
	switch {
	case t.Kind == types.Decimal:
		p, s := types.MaxPrecision, 0
		if len(sizes) > 0 {
			p = sizes[0]
		}
		if len(sizes) > 1 {
			s = sizes[1]
		}
		if p < 1 || p > types.MaxPrecision || s > p {
			return t, fmt.Errorf("the precision of DECIMAL goes from 1 to %d, the scale from 0 to the precision", types.MaxPrecision)
		}
		return types.DecimalOf(p, s), nil
	case t.IsString() && len(sizes) == 1:
		if sizes[0] < 1 || sizes[0] >= 1<<16 {
			return t, fmt.Errorf("the length of %s must be from 1 to 65535", t)
		}
		t.Precision = sizes[0]
	case t.Kind == types.Char:
		t.Precision = 1
	}
	return t, nil
}
