package plan

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/pattern"
	"github.com/millrace-sql/millrace/sql/types"
)

// argument is what a function takes in one place.
type argument struct {
	name  string
	takes func(types.Type) bool
	as    types.Type // the type the kernel gets; of kind Null: that of the argument
	null  types.Type // the type of an untyped NULL
}

var (
	aString = argument{"a string", types.Type.IsString, types.VarcharOf(0), types.VarcharOf(0)}
	aText   = argument{"a string or binary", func(t types.Type) bool { return t.IsString() || t.IsBinary() }, types.Type{}, types.VarcharOf(0)}
	aWhole  = argument{"an integer", types.Type.IsInteger, types.Type{}, types.Of(types.BigInt)}
	aDouble = argument{"a number", types.Type.IsNumeric, types.Of(types.Double), types.Of(types.Double)}
	aNumber = argument{"a number", types.Type.IsNumeric, types.Type{}, types.Of(types.Integer)}

	aMagnitude = argument{"a number or interval", func(t types.Type) bool { return t.IsNumeric() || t.IsInterval() }, types.Type{}, types.Of(types.Integer)}
)

type typesFunc = func(args []types.Type) ([]types.Type, types.Type, string)

// gives is the Types of a function with a fixed result; the last of the
// arguments stands for all that follow.
func gives(result types.Type, list ...argument) typesFunc {
	return givesBy(func([]types.Type) types.Type { return result }, list...)
}

// givesFirst is the Types of a function whose result has the type of its first
// argument.
func givesFirst(list ...argument) typesFunc {
	return givesBy(func(params []types.Type) types.Type { return params[0] }, list...)
}

func givesBy(result func(params []types.Type) types.Type, list ...argument) typesFunc {
	return func(args []types.Type) ([]types.Type, types.Type, string) {
		params := make([]types.Type, len(args))
		for i, t := range args {
			a := list[min(i, len(list)-1)]
			switch {
			case t.Kind == types.Null:
				params[i] = a.null
			case !a.takes(t):
				which := "the argument"
				if len(args) > 1 {
					which = fmt.Sprintf("argument %d", i+1)
				}
				return nil, t, fmt.Sprintf("%s is %s, not %s", which, t, a.name)
			case a.as.Kind == types.Null && t.IsString():
				params[i] = types.VarcharOf(0)
			case a.as.Kind == types.Null:
				params[i] = t
			default:
				params[i] = a.as
			}
		}
		return params, result(params), ""
	}
}

// sameText is the Types of a function on strings or on binaries, not on both.
func sameText(next typesFunc, texts ...int) typesFunc {
	return func(args []types.Type) ([]types.Type, types.Type, string) {
		args = append([]types.Type(nil), args...)
		first := types.Type{}
		for _, i := range texts {
			if i < len(args) && args[i].Kind != types.Null && first.Kind == types.Null {
				first = args[i]
			}
		}
		for _, i := range texts {
			switch {
			case i >= len(args):
			case args[i].Kind == types.Null:
				args[i] = first
			case args[i].IsBinary() != first.IsBinary():
				return nil, first, fmt.Sprintf("the arguments are %s and %s", first, args[i])
			}
		}
		return next(args)
	}
}

// textResult is a string or binary of no certain length.
func textResult(t types.Type) types.Type {
	if t.IsBinary() {
		return types.Of(types.Varbinary)
	}
	return types.VarcharOf(0)
}

// constText is the text of a constant argument.
func constText(args []Expr, i int) (string, bool) {
	if i >= len(args) {
		return "", false
	}
	lit, ok := args[i].(*Literal)
	if !ok {
		return "", false
	}
	s, ok := lit.Value.(string)
	return s, ok
}

// checkRegex holds the constant pattern of a function against the grammar of
// patterns.
func checkRegex(at int) func(args []Expr) (int, string) {
	return func(args []Expr) (int, string) {
		if text, ok := constText(args, at); ok {
			if _, err := pattern.Compile(text); err != nil {
				return at, err.Error()
			}
		}
		return 0, ""
	}
}
