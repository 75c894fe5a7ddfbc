package millrace

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
)

// Function is a function of the embedding program, for Options.Functions. Func0 to
// Func4 make scalar ones, Aggregate0 to Aggregate3 aggregates, TableFunc those that make
// rows. SQL calls it by its name, in any case, with arguments of exactly its types: CAST
// others (kda-sql.md §3.1).
//
// The Go types, for arguments, results and columns:
//
//	bool BOOLEAN · int8, int16, int32, int64 TINYINT to BIGINT · float32 REAL, float64 DOUBLE
//	string VARCHAR · []byte VARBINARY · time.Time TIMESTAMP
//	sql.Null[T] of each of them
//
// A function with a NULL argument is not called, unless the argument is a sql.Null: a
// scalar function then gives NULL, an aggregate goes without the row, and a table
// function makes no rows of it. Go code must give the same result for the same
// arguments, or a run that goes on after a crash is not the same as one without it; it is
// called from several goroutines; a []byte argument is valid during the call.
//
// The error of a scalar function, and of a table function, rejects the row: it is counted
// and becomes a row of error_stream. So does the error of an aggregate's result with the
// row of its group. A panic is not caught.
type Function struct {
	name     string
	kind     plan.UserKind
	params   []types.Field
	nullable []bool        // the parameters that are sql.Null
	result   types.Type    // of a scalar function or aggregate
	columns  []types.Field // of a table function
	kernel   any
	err      error // found while it was made, told by Open
}

// Func0 is a function without arguments.
func Func0[R any](name string, f func() (R, error)) Function {
	out, set := newFunction[R](name)
	return out.scalar(func(r *expr.Row) error {
		v, err := f()
		set(r, v)
		return err
	})
}

// Func1 is a function of one argument.
func Func1[A, R any](name string, f func(A) (R, error)) Function {
	out, set := newFunction[R](name)
	a := argument[A](&out)
	return out.scalar(func(r *expr.Row) error {
		v, err := f(a(r))
		set(r, v)
		return err
	})
}

// Func2 is a function of two arguments.
func Func2[A, B, R any](name string, f func(A, B) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b := argument[A](&out), argument[B](&out)
	return out.scalar(func(r *expr.Row) error {
		v, err := f(a(r), b(r))
		set(r, v)
		return err
	})
}

// Func3 is a function of three arguments.
func Func3[A, B, C, R any](name string, f func(A, B, C) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b, c := argument[A](&out), argument[B](&out), argument[C](&out)
	return out.scalar(func(r *expr.Row) error {
		v, err := f(a(r), b(r), c(r))
		set(r, v)
		return err
	})
}

// Func4 is a function of four arguments.
func Func4[A, B, C, D, R any](name string, f func(A, B, C, D) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b, c, d := argument[A](&out), argument[B](&out), argument[C](&out), argument[D](&out)
	return out.scalar(func(r *expr.Row) error {
		v, err := f(a(r), b(r), c(r), d(r))
		set(r, v)
		return err
	})
}

func newFunction[R any](name string) (Function, func(*expr.Row, R)) {
	out := Function{name: strings.ToUpper(name)}
	set, of := setter[R]()
	if set == nil {
		out.fail("the result %s has no SQL type", reflect.TypeFor[R]())
	}
	out.result = of
	return out, set
}

// fail keeps the first thing that is wrong.
func (f *Function) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("function %s: %w", f.name, fmt.Errorf(format, args...))
	}
}

// argument adds a parameter and gives what reads it.
func argument[A any](f *Function) func(*expr.Row) A {
	get, of, nullable := getter[A](len(f.params))
	if get == nil {
		f.fail("the argument %s has no SQL type", reflect.TypeFor[A]())
	}
	f.params = append(f.params, types.Field{Type: of})
	f.nullable = append(f.nullable, nullable)
	return get
}

// strict tells that no argument may be NULL: calls with one can be left out together.
func (f *Function) strict() bool { return !slices.Contains(f.nullable, true) }

// scalar is f with the code of a scalar function.
func (f Function) scalar(call expr.UserFunction) Function {
	if f.strict() {
		f.kernel = call
		return f
	}
	f.kernel = expr.UserFunction(func(r *expr.Row) error {
		for k, nullable := range f.nullable {
			if !nullable && r.Null(k) {
				r.SetNull()
				return nil
			}
		}
		return call(r)
	})
	return f
}

// plan is the function as the planner knows it.
func (f *Function) plan() (*plan.UserFunction, error) {
	if f.err != nil {
		return nil, f.err
	}
	if f.kernel == nil || !plainName.MatchString(f.name) {
		return nil, fmt.Errorf("function %q: the name is no word, or the function was not made by Func0 and its kin", f.name)
	}
	return &plan.UserFunction{
		Name: f.name, Kind: f.kind, Params: f.params, Result: f.result, Columns: f.columns, Strict: f.strict(), Kernel: f.kernel,
	}, nil
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

// Functions is the names of the functions that are not the engine's, those of the options
// and those that CREATE FUNCTION made: what an editor offers.
func (db *DB) Functions() []string { return (&scope{db: db}).FunctionNames() }

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
