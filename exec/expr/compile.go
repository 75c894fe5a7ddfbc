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

// compiler compiles expressions that are run over the same batches: the fields of a
// record share the node that parses.
type compiler struct {
	records map[string]*record
	batch   *batch
}

func (k *compiler) compileAll(list []plan.Expr) ([]node, error) {
	out := make([]node, len(list))
	for i, e := range list {
		var err error
		if out[i], err = k.compile(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (k *compiler) compile(e plan.Expr) (node, error) {
	switch e := e.(type) {
	case *plan.Column:
		return &column{index: e.Index, of: e.Of}, nil
	case *plan.Literal:
		return newLiteral(e), nil
	case *plan.Cast:
		x, err := k.compile(e.X)
		if err != nil {
			return nil, err
		}
		if !e.Try {
			return newCast(x, e.X.Type(), e.Of)
		}
		input := &held{}
		to, err := newCast(input, e.X.Type(), e.Of)
		if c, ok := to.(*cast); ok {
			c.quiet = true
		}
		return &tryCast{x: x, held: input, cast: to}, err
	case *plan.TimeFloor:
		x, err := k.compile(e.X)
		if err != nil {
			return nil, err
		}
		return &timeFloor{x: x, step: e.Step, ceil: e.Ceil, of: e.X.Type().Kind}, nil
	case *plan.Case:
		return k.newCase(e)
	case *plan.Field:
		r, err := k.record(e.X)
		return &field{record: r, index: e.Index}, err
	case *plan.Call:
		args, err := k.compileAll(e.Args)
		if err != nil {
			return nil, err
		}
		return newCall(e, args)
	}
	return nil, fmt.Errorf("expression %s has no kernel", e)
}

// kernels is the one table of kernels: operators, then functions by family. Each
// gives nil for what is not its own.
var kernels = [...]func(e *plan.Call, args []node) node{
	operatorKernel, nullKernel, textKernel, regexKernel, encodingKernel, numberKernel, timeKernel, patternKernel, intervalKernel,
}

func newCall(e *plan.Call, args []node) (node, error) {
	if e.User != nil {
		f, ok := e.User.Kernel.(UserFunction)
		if !ok {
			return nil, fmt.Errorf("function %s has a kernel of type %T", e.Func, e.User.Kernel)
		}
		return &user{name: e.Func, f: f, args: args, of: e.Of, strict: e.User.Strict}, nil
	}
	for _, family := range kernels {
		if n := family(e, args); n != nil {
			return n, nil
		}
	}
	if n, err := jsonKernel(e, args); n != nil || err != nil {
		return n, err
	}
	return nil, fmt.Errorf("function %s has no kernel", e.Func)
}

func operatorKernel(e *plan.Call, args []node) node {
	switch e.Func {
	case "MONOTONIC":
		return args[0] // it says something to the planner only
	case "AND", "OR":
		return &logic{l: args[0], r: args[1], or: e.Func == "OR"}
	case "NOT":
		return &not{x: args[0]}
	case "IS NULL":
		return &isNull{x: args[0]}
	case "IS TRUE", "IS FALSE":
		return &isTruth{x: args[0], want: e.Func == "IS TRUE"}
	case "=", "<>", "<", "<=", ">", ">=":
		return &compareOp{op: e.Func, l: args[0], r: args[1], class: classOf(e.Args[0].Type())}
	case "IS DISTINCT FROM":
		return &distinct{eq: compareOp{op: "=", l: args[0], r: args[1], class: classOf(e.Args[0].Type())}}
	case "+", "-", "*", "/":
		return newArithmetic(e, args)
	case "NEG":
		return &unary{x: args[0], fn: e.Func, of: e.Of}
	case "SHIFT", "SHIFT MONTHS":
		return &shift{t: args[0], by: args[1], of: e.Args[0].Type(), months: e.Func == "SHIFT MONTHS"}
	case "||":
		return &concat{l: args[0], r: args[1]}
	case "LIKE":
		return newLike(args)
	case "SIMILAR TO":
		return newSimilar(args)
	}
	return nil
}
