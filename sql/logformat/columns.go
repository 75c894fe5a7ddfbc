package logformat

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/types"
)

// Column is one column of a description.
type Column struct {
	Name    string
	Type    types.Type
	Pattern string // of SimpleDateFormat, for a DATE, TIME or TIMESTAMP; "" = none
	NotNull bool
	// Start is where the column begins, in characters from 0, and Length how many it
	// has, 0 = up to the next one or the end. ParsePlaced alone sets them.
	Start, Length int
}

// MaxColumns is how many fields a record may have.
const MaxColumns = 1000

// ParseColumns reads `name TYPE type ['pattern'] [NOT NULL], ...`.
func ParseColumns(text string) ([]Column, error) {
	return parseColumns(text, func(r *columnReader, c *Column) error {
		if err := r.expect("TYPE"); err != nil {
			return err
		}
		return r.typed(c)
	})
}

// ParseGroups reads `name [type] ['pattern'], ...`; without a type it is
// VARCHAR(1024).
func ParseGroups(text string) ([]Column, error) {
	return parseColumns(text, func(r *columnReader, c *Column) error {
		c.Type = Text
		if !r.accept("TYPE") && (r.peek() == "" || r.peek() == ",") {
			return nil
		}
		return r.typed(c)
	})
}

// Text is the type of a field that has no other.
var Text = types.VarcharOf(1024)

// ParsePlaced reads `name TYPE type ['pattern'] [NOT NULL] START k [FOR n], ...`.
func ParsePlaced(text string) ([]Column, error) {
	columns, err := parseColumns(text, func(r *columnReader, c *Column) error {
		err := r.expect("TYPE")
		if err == nil {
			err = r.typed(c)
		}
		if err == nil {
			err = r.expect("START")
		}
		if err == nil {
			c.Start, err = r.number(0)
		}
		if err == nil && r.accept("FOR") {
			c.Length, err = r.number(1)
		}
		return err
	})
	for i := range columns {
		c := &columns[i]
		for _, next := range columns {
			if c.Length == 0 && next.Start > c.Start {
				c.Length = next.Start - c.Start
			}
		}
	}
	return columns, err
}

func parseColumns(text string, rest func(*columnReader, *Column) error) ([]Column, error) {
	r := &columnReader{}
	if err := r.split(text); err != nil {
		return nil, err
	}
	var out []Column
	seen := map[string]bool{}
	for {
		c := Column{}
		var err error
		if c.Name, err = r.name(); err != nil {
			return nil, err
		}
		if seen[c.Name] {
			return nil, fmt.Errorf("column %s is there twice", c.Name)
		}
		seen[c.Name] = true
		if err = rest(r, &c); err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		if out = append(out, c); len(out) > MaxColumns {
			return nil, fmt.Errorf("there are more than %d columns", MaxColumns)
		}
		if r.peek() == "" {
			return out, nil
		}
		if !r.accept(",") {
			return nil, fmt.Errorf("column %s: %s cannot stand here", c.Name, r.peek())
		}
	}
}
