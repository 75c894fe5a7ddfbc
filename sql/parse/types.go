package parse

import (
	"maps"
	"slices"

	"github.com/millrace-sql/millrace/sql/ast"
)

// typeRule says what a type's first word stands for, and how many numbers may follow in parentheses.
type typeRule struct {
	kind    string
	numbers int
}

var typeRules = map[string]typeRule{
	"BOOLEAN": {"BOOLEAN", 0},
	"TINYINT": {"TINYINT", 0}, "SMALLINT": {"SMALLINT", 0}, "INTEGER": {"INTEGER", 0}, "INT": {"INTEGER", 0}, "BIGINT": {"BIGINT", 0},
	"DECIMAL": {"DECIMAL", 2}, "DEC": {"DECIMAL", 2}, "NUMERIC": {"DECIMAL", 2},
	"REAL": {"REAL", 0}, "DOUBLE": {"DOUBLE", 0}, "FLOAT": {"DOUBLE", 0},
	"CHAR": {"CHAR", 1}, "CHARACTER": {"CHAR", 1}, "VARCHAR": {"VARCHAR", 1}, "STRING": {"VARCHAR", 0},
	"BINARY": {"BINARY", 1}, "VARBINARY": {"VARBINARY", 1}, "BYTES": {"VARBINARY", 0},
	"DATE": {"DATE", 0}, "TIME": {"TIME", 1}, "TIMESTAMP": {"TIMESTAMP", 1},
	"INTERVAL": {"INTERVAL", 0},
}

var otherTypes = wordSet("ARRAY MULTISET MAP ROW BLOB CLOB NCHAR NCLOB TIMESTAMP_LTZ JSON VARIANT RAW BIT")

// typeName reads a type from token i on and returns the index behind it.
func typeName(toks []token, i int) (*ast.TypeName, int, error) {
	t := toks[i]
	rule, ok := typeRules[t.text]
	if !ok || t.kind != word {
		return nil, i, noType(toks, i)
	}
	out := &ast.TypeName{Kind: rule.kind, Pos: t.pos}
	i++
	switch varying := toks[i].isWord("VARYING"); {
	case varying && (out.Kind == "CHAR" || out.Kind == "BINARY"):
		out.Kind = "VAR" + out.Kind
		i++
	case t.text == "DOUBLE" && toks[i].isWord("PRECISION"):
		i++
	}
	if out.Kind == "INTERVAL" {
		q, next, err := intervalQualifier(toks, i)
		if err != nil {
			return nil, i, err
		}
		out.Interval = q
		return out, next, nil
	}
	if toks[i].isOp("(") && rule.numbers > 0 {
		numbers, next, err := numberList(toks, i, rule.numbers)
		if err != nil {
			return nil, i, err
		}
		i, out.HasPrecision, out.Precision = next, true, numbers[0]
		if len(numbers) == 2 {
			out.HasScale, out.Scale = true, numbers[1]
		}
	}
	if z := toks[i]; (out.Kind == "TIME" || out.Kind == "TIMESTAMP") && (z.isWord("WITH") || z.isWord("WITHOUT")) && toks[i+1].isWord("TIME") {
		return nil, i, notYet(z, z.text+" TIME ZONE")
	}
	return out, i, nil
}

func noType(toks []token, i int) error {
	t := toks[i]
	if t.kind != word || reserved[t.text] && !otherTypes[t.text] {
		err := unexpected(toks, i)
		if t.isOp(",") || t.isOp(")") {
			err.Hint = "the column needs a type"
		}
		return err
	}
	if otherTypes[t.text] {
		return notYet(t, "type "+t.text)
	}
	err := errorAt(t, "", "%s is not a type", t.raw)
	if n := closest(t.text, slices.Sorted(maps.Keys(typeRules))); n != "" {
		err.Hint = "did you mean " + n + "?"
	}
	return err
}
