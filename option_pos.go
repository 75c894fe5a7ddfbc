package millrace

import (
	"errors"
	"regexp"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// namedOption finds the option that a message is about: connectors, a user's own
// too, name it as `option 'key'`, and know no positions.
var namedOption = regexp.MustCompile(`option '([^']+)'`)

// place is where a message about a relation's options belongs: at the option it
// names, else at the statement.
func place(err error, pos ast.Pos, options []ast.Option) ast.Pos {
	if m := namedOption.FindStringSubmatch(err.Error()); m != nil {
		for _, o := range options {
			if strings.EqualFold(o.Key, m[1]) {
				return o.KeyPos
			}
		}
	}
	return pos
}

// optionHints say how the options are written whose values are a language of their own.
var optionHints = map[string]string{
	"columns":  "'columns'='A=$.member, B=$.list[0:].member': a path may go through one list, the same for all columns; each element is a row",
	"row_path": "'row_path'='$.list[0:]' makes a row of each element; there may be one list",
}

// hinted adds the hint of the option that an error names.
func hinted(err error) error {
	var e *Error
	if m := namedOption.FindStringSubmatch(err.Error()); m != nil && errors.As(err, &e) && e.Hint == "" {
		e.Hint = optionHints[strings.ToLower(m[1])]
	}
	return err
}

// checkOptions asks the connector of a new relation what it thinks of it.
func (db *DB) checkOptions(r *plan.Relation, env ConnectorEnv, pos ast.Pos, options []ast.Option) (Connector, error) {
	c, err := db.connector(r.Connector)
	if err != nil {
		for _, o := range options {
			if strings.EqualFold(o.Key, "connector") {
				pos = o.ValuePos
			}
		}
		return c, errorAt(pos, r.Connector, "%v", err).hint("%s", plan.Suggest(r.Connector, db.connectorNames()))
	}
	if c.Check != nil {
		if err := c.Check(r, env); err != nil {
			return c, hinted(at(place(err, pos, options), err))
		}
	}
	return c, nil
}
