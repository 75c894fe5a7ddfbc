package expr

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

func classOf(t types.Type) class {
	switch {
	case t.IsApproximate():
		return floats
	case t.Kind == types.Boolean:
		return bools
	case t.IsString(), t.IsBinary():
		return texts
	}
	return ints
}

func compileAll(list []plan.Expr) ([]node, error) {
	out := make([]node, len(list))
	for i, e := range list {
		var err error
		if out[i], err = compile(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func compile(e plan.Expr) (node, error) {
	switch e := e.(type) {
	case *plan.Column:
		return &column{index: e.Index, of: e.Of}, nil
	case *plan.Literal:
		return newLiteral(e), nil
	case *plan.Cast:
		x, err := compile(e.X)
		if err != nil {
			return nil, err
		}
		return newCast(x, e.X.Type(), e.Of)
	case *plan.TimeFloor:
		x, err := compile(e.X)
		if err != nil {
			return nil, err
		}
		return &timeFloor{x: x, step: e.Step, ceil: e.Ceil, date: e.X.Type().Kind == types.Date}, nil
	case *plan.Case:
		return newCase(e)
	case *plan.Call:
		args, err := compileAll(e.Args)
		if err != nil {
			return nil, err
		}
		return newCall(e, args)
	}
	return nil, fmt.Errorf("expression %s has no kernel", e)
}

// newCall is the one table of kernels: operators first, functions by family.
func newCall(e *plan.Call, args []node) (node, error) {
	arg := func(i int) types.Type { return e.Args[i].Type() }
	switch e.Func {
	case "AND", "OR":
		return &logic{l: args[0], r: args[1], or: e.Func == "OR"}, nil
	case "NOT":
		return &not{x: args[0]}, nil
	case "IS NULL":
		return &isNull{x: args[0]}, nil
	case "IS TRUE", "IS FALSE":
		return &isTruth{x: args[0], want: e.Func == "IS TRUE"}, nil
	case "=", "<>", "<", "<=", ">", ">=":
		return &compareOp{op: e.Func, l: args[0], r: args[1], class: classOf(arg(0))}, nil
	case "IS DISTINCT FROM":
		return &distinct{eq: compareOp{op: "=", l: args[0], r: args[1], class: classOf(arg(0))}}, nil
	case "+", "-", "*", "/":
		return newArithmetic(e, args), nil
	case "NEG", "ABS":
		return &unary{x: args[0], fn: e.Func, of: e.Of}, nil
	case "FLOOR", "CEIL", "CEILING":
		return &round{x: args[0], from: arg(0), of: e.Of, ceil: e.Func != "FLOOR"}, nil
	case "MOD":
		return &mod{l: args[0], r: args[1]}, nil
	case "SHIFT", "SHIFT MONTHS":
		return &shift{t: args[0], by: args[1], of: arg(0), months: e.Func == "SHIFT MONTHS"}, nil
	case "TO_TIMESTAMP":
		return &millis{x: args[0], toTimestamp: true}, nil
	case "UNIX_TIMESTAMP":
		return &millis{x: args[0]}, nil
	case "||":
		return &concat{l: args[0], r: args[1]}, nil
	case "UPPER", "LOWER":
		return &letters{x: args[0], upper: e.Func == "UPPER"}, nil
	case "CHAR_LENGTH", "CHARACTER_LENGTH":
		return &charLength{x: args[0]}, nil
	case "LIKE":
		return newLike(args), nil
	case "COALESCE":
		return &coalesce{args: args, class: classOf(e.Of)}, nil
	case "NULLIF":
		return &nullIf{eq: compareOp{op: "=", l: args[0], r: args[1], class: classOf(arg(0))}}, nil
	}
	return nil, fmt.Errorf("function %s has no kernel", e.Func)
}
