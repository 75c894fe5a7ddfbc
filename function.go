package millrace

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Function is a scalar function of the embedding program, for Options.Functions.
// Make it with Func0 to Func4. SQL calls it by its name, in any case, with arguments of
// exactly its types: CAST others (kda-sql.md §3.1).
//
// The Go types, for arguments and result:
//
//	bool BOOLEAN · int8, int16, int32, int64 TINYINT to BIGINT · float32 REAL, float64 DOUBLE
//	string VARCHAR · []byte VARBINARY · time.Time TIMESTAMP
//	sql.Null[T] of each of them
//
// A function with a NULL argument is not called, and gives NULL, unless the argument is a
// sql.Null. Its error rejects the row. It must give the same result for the same
// arguments, or a run that goes on after a crash is not the same as one without it; it is
// called from several goroutines; a []byte argument is valid during the call.
type Function struct {
	name   string
	params []types.Type
	result types.Type
	strict bool
	call   expr.UserFunction
	err    error // found while it was made, told by Open
}

// Func0 is a function without arguments.
func Func0[R any](name string, f func() (R, error)) Function {
	out, set := newFunction[R](name)
	out.call = func(r *expr.Row) error {
		v, err := f()
		set(r, v)
		return err
	}
	return out
}

// Func1 is a function of one argument.
func Func1[A, R any](name string, f func(A) (R, error)) Function {
	out, set := newFunction[R](name)
	a := argument[A](&out)
	out.call = func(r *expr.Row) error {
		v, err := f(a(r))
		set(r, v)
		return err
	}
	return out
}

// Func2 is a function of two arguments.
func Func2[A, B, R any](name string, f func(A, B) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b := argument[A](&out), argument[B](&out)
	out.call = func(r *expr.Row) error {
		v, err := f(a(r), b(r))
		set(r, v)
		return err
	}
	return out
}

// Func3 is a function of three arguments.
func Func3[A, B, C, R any](name string, f func(A, B, C) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b, c := argument[A](&out), argument[B](&out), argument[C](&out)
	out.call = func(r *expr.Row) error {
		v, err := f(a(r), b(r), c(r))
		set(r, v)
		return err
	}
	return out
}

// Func4 is a function of four arguments.
func Func4[A, B, C, D, R any](name string, f func(A, B, C, D) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b, c, d := argument[A](&out), argument[B](&out), argument[C](&out), argument[D](&out)
	out.call = func(r *expr.Row) error {
		v, err := f(a(r), b(r), c(r), d(r))
		set(r, v)
		return err
	}
	return out
}

func newFunction[R any](name string) (Function, func(*expr.Row, R)) {
	out := Function{name: strings.ToUpper(name), strict: true}
	set, of := setter[R]()
	if set == nil {
		var r R
		out.err = fmt.Errorf("function %s: the result %T has no SQL type", name, r)
	}
	out.result = of
	return out, set
}

// argument adds a parameter and gives what reads it.
func argument[A any](f *Function) func(*expr.Row) A {
	get, of, nullable := getter[A](len(f.params))
	if get == nil && f.err == nil {
		var a A
		f.err = fmt.Errorf("function %s: the argument %T has no SQL type", f.name, a)
	}
	f.params = append(f.params, of)
	f.strict = f.strict && !nullable
	return get
}

// plan is the function as the planner knows it.
func (f *Function) plan() (*plan.UserFunction, error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.call == nil || !plainName.MatchString(f.name) {
		return nil, fmt.Errorf("function %q: the name is no word, or the function was not made by Func0 to Func4", f.name)
	}
	out := &plan.UserFunction{Name: f.name, Result: f.result, Strict: f.strict, Kernel: f.call}
	for _, p := range f.params {
		out.Params = append(out.Params, types.Field{Type: p})
	}
	return out, nil
}

var plainName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// userFunctions is those of the options, by name.
func userFunctions(list []Function) (map[string][]*plan.UserFunction, error) {
	out := map[string][]*plan.UserFunction{}
	var all []*plan.UserFunction
	for i := range list {
		f, err := list[i].plan()
		if err != nil {
			return nil, err
		}
		all = append(all, f)
		out[f.Name] = append(out[f.Name], f)
	}
	return out, plan.CheckFunctions(all)
}

// Functions is those of a name that are not the engine's (plan.FunctionCatalog).
func (s *scope) Functions(name string) []*plan.UserFunction {
	out := slices.Clone(s.db.functions[name])
	for _, f := range s.draftFunctions {
		if f.Name == name {
			out = append(out, f)
		}
	}
	for _, f := range s.db.sqlFunctions() {
		if f.Name == name && s.draftFunctions[f.Key()] == nil && !s.alone {
			out = append(out, f.UserFunction)
		}
	}
	return out
}

// FunctionNames is their names, for hints.
func (s *scope) FunctionNames() []string {
	out := slices.Collect(maps.Keys(s.db.functions))
	for _, f := range s.draftFunctions {
		out = append(out, f.Name)
	}
	for _, f := range s.db.sqlFunctions() {
		out = append(out, f.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
