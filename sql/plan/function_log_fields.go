package plan

import (
	"strconv"

	"github.com/millrace-sql/millrace/sql/logformat"
	"github.com/millrace-sql/millrace/sql/pattern"
	"github.com/millrace-sql/millrace/sql/types"
)

// constantText is a constant argument that must be a string.
func constantText(e Expr, what string) (text, problem string) {
	lit, ok := e.(*Literal)
	if !ok {
		return "", what + " must be a constant: the columns of the record depend on it"
	}
	text, ok = lit.Value.(string)
	if !ok {
		return "", what + " is " + e.String() + ", not a string"
	}
	return text, ""
}

// numbered is COLUMN1 and so on.
func numbered(n int, of func(i int) types.Type) []types.Field {
	out := make([]types.Field, n)
	for i := range out {
		out[i] = types.Field{Name: "COLUMN" + strconv.Itoa(i+1), Type: of(i)}
	}
	return out
}

func textField(int) types.Type { return logformat.Text }

func described(columns []logformat.Column) []types.Field {
	out := make([]types.Field, len(columns))
	for i, c := range columns {
		out[i] = types.Field{Name: c.Name, Type: c.Type, NotNull: c.NotNull}
	}
	return out
}

func fastRecord(args []Expr) ([]types.Field, int, string) {
	pattern, problem := constantText(args[1], "the pattern")
	if problem != "" {
		return nil, 1, problem
	}
	f, err := logformat.CompileFast(pattern)
	if err != nil {
		return nil, 1, err.Error()
	}
	return tooMany(numbered(f.Groups(), textField))
}

func tooMany(fields []types.Field) ([]types.Field, int, string) {
	if len(fields) > logformat.MaxColumns {
		return nil, 1, "the record has more than " + strconv.Itoa(logformat.MaxColumns) + " columns"
	}
	return fields, 0, ""
}

func placedRecord(args []Expr) ([]types.Field, int, string) {
	description, problem := constantText(args[1], "the description")
	if problem != "" {
		return nil, 1, problem
	}
	columns, err := logformat.ParsePlaced(description)
	if err != nil {
		return nil, 1, err.Error()
	}
	return described(columns), 0, ""
}

func regexRecord(args []Expr) ([]types.Field, int, string) {
	text, problem := constantText(args[1], "the pattern")
	if problem != "" {
		return nil, 1, problem
	}
	re, err := pattern.CompileWhole(text)
	if err != nil {
		return nil, 1, err.Error()
	}
	groups := re.Groups()
	switch {
	case groups == 0:
		return nil, 1, "the pattern has no group, so there is no field"
	case len(args) < 3:
		return tooMany(numbered(groups, textField))
	}
	description, problem := constantText(args[2], "the list of columns")
	if problem != "" {
		return nil, 2, problem
	}
	columns, err := logformat.ParseGroups(description)
	if err != nil {
		return nil, 2, err.Error()
	}
	if len(columns) != groups {
		return nil, 2, "the list has " + strconv.Itoa(len(columns)) + " column(s), the pattern " + strconv.Itoa(groups) + " group(s)"
	}
	return described(columns), 0, ""
}

func sysRecord([]Expr) ([]types.Field, int, string) {
	return numbered(2, func(i int) types.Type {
		if i == 0 {
			return types.Of(types.Timestamp)
		}
		return logformat.Text
	}), 0, ""
}

func variableRecord(args []Expr) ([]types.Field, int, string) {
	if len(args) == 4 {
		return nil, 3, "the escape and the quotes are given together"
	}
	for i, what := range []string{"the delimiter", "the escape", "the quotes"}[:len(args)-2] {
		s, problem := constantText(args[i+2], what)
		switch n := len([]rune(s)); {
		case problem != "":
			return nil, i + 2, problem
		case i == 0 && n == 0:
			return nil, i + 2, "the delimiter is empty"
		case i == 2 && n > 2:
			return nil, i + 2, "the quotes are one character or two"
		}
	}
	if lit, ok := args[1].(*Literal); ok && lit.Of.IsInteger() {
		n, ok := lit.Value.(int64)
		if !ok || n < 1 || n > logformat.MaxColumns {
			return nil, 1, "the number of columns is from 1 to " + strconv.Itoa(logformat.MaxColumns)
		}
		return numbered(int(n), textField), 0, ""
	}
	description, problem := constantText(args[1], "the description")
	if problem != "" {
		return nil, 1, problem
	}
	columns, err := logformat.ParseColumns(description)
	if err != nil {
		return nil, 1, err.Error()
	}
	return described(columns), 0, ""
}

func w3cRecord(args []Expr) ([]types.Field, int, string) {
	format, problem := constantText(args[1], "the format")
	if problem != "" {
		return nil, 1, problem
	}
	f, err := logformat.CompileW3C(format)
	if err != nil {
		return nil, 1, err.Error()
	}
	return numbered(f.Fields(), func(i int) types.Type {
		if f.Numeric(i) {
			return types.Of(types.BigInt)
		}
		return logformat.Text
	}), 0, ""
}
