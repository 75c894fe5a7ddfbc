package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// Function is a scalar function: what it takes, what it gives for that, and how it
// is told to the user. Its kernel is in exec/expr, under Name.
type Function struct {
	Name string
	// Synonyms are other names; a Call has Name in any case.
	Synonyms []string
	Min, Max int // arguments; Max < 0 = any number
	// Types converts the types of the arguments to those the kernel takes and the
	// result; a message where an argument does not fit. A form of the grammar, which is
	// in the table for the reader alone, has none.
	Types func(args []types.Type) (params []types.Type, result types.Type, problem string)
	// Check looks at the bound arguments, for what a constant one can be wrong in; nil =
	// nothing. It names the argument.
	Check func(args []Expr) (arg int, problem string)
	// Today tells that the kernel takes CURRENT_DATE as one more argument.
	Today bool
	// Forms is what the kernel is called in each form of a call: the words before
	// the arguments joined by commas, as ",FROM,FOR". Nil = the plain form alone.
	Forms map[string]string
	// Compares: the two arguments meet as those of = do, a CHAR without regard to
	// its blanks.
	Compares bool
	// Narrow makes the result's type fit constant arguments; nil = it does not.
	Narrow func(args []Expr, result types.Type) types.Type
	// Record gives the fields of a log parser's value, from its constant arguments, and
	// names the one that is wrong; nil for other functions.
	Record func(args []Expr) (fields []types.Field, arg int, problem string)
	// Usage shows every form of a call, Doc says in a line what comes out.
	Usage, Doc string
	// Examples are run by the tests and printed on the reference page.
	Examples []Example
}

// Example is an expression over constants and its value as CSV prints it, NULL as NULL;
// the fields of a record stand side by side, NULL as nothing.
type Example struct{ SQL, Result string }

// Family is the functions of one heading of the reference page.
type Family struct {
	Name      string
	Functions []*Function
}

// Families is every scalar function. From it come the binder's table, SHOW
// FUNCTIONS, completion and docs/functions.md.
func Families() []Family { return families }

var families = []Family{
	{"Forms of the grammar", forms},
	{"NULL", nullFunctions},
	{"Text", textFunctions},
	{"Regular expressions", regexFunctions},
	{"Hashes and encodings", encodingFunctions},
	{"JSON", jsonFunctions},
	{"Numbers", numberFunctions},
	{"Dates and times", slices.Concat(timeFunctions, fieldFunctions, patternFunctions)},
	{"Log parsing", logFunctions},
	{"Streams", streamFunctions},
}

// Functions is the scalar functions by name, synonyms included.
func Functions() map[string]*Function { return functions }

var functions = func() map[string]*Function {
	out := map[string]*Function{}
	for _, family := range families {
		for _, f := range family.Functions {
			for _, name := range append([]string{f.Name}, f.Synonyms...) {
				out[name] = f
			}
		}
	}
	return out
}()

func (b *exprBinder) bindCall(e *ast.Call) (Expr, error) {
	name := e.Name.Last().Text
	if isAggregate(b.catalog, e) {
		return nil, errorAt(e.Pos, "aggregate %s cannot stand here", name).near(name).
			hint("aggregates stand in the select list, HAVING and ORDER BY, not inside each other")
	}
	if err := noNulls(e); err != nil {
		return nil, err
	}
	if form, err := b.bindUnitCall(e); form != nil || err != nil {
		return form, err
	}
	f := functions[name]
	if f == nil || f.Types == nil || len(e.Name) > 1 {
		return b.bindUserCall(e)
	}
	if e.Star || e.Distinct || e.Filter != nil {
		return nil, errorAt(e.Pos, "%s is not an aggregate", name).near(name)
	}
	if n := len(e.Args); n < f.Min || f.Max >= 0 && n > f.Max {
		return nil, errorAt(e.Pos, "%s takes %s, not %d", name, f.arity(), n).near(name).hint("%s", f.Usage)
	}
	kernel, ok := f.kernel(e)
	if !ok {
		return nil, errorAt(e.Pos, "this is no form of %s", name).near(name).hint("%s", f.Usage)
	}
	args, err := b.bindAll(e.Args)
	if err != nil {
		return nil, err
	}
	return f.call(e, kernel, args)
}

// kernel is the name of the kernel for the form of a call.
func (f *Function) kernel(e *ast.Call) (string, bool) {
	if f.Forms == nil {
		return f.Name, e.Words == nil
	}
	words := e.Words
	if words == nil {
		words = make([]string, len(e.Args))
	}
	kernel, ok := f.Forms[strings.Join(words, ",")]
	return kernel, ok
}

// call types the arguments and checks those that are constants.
func (f *Function) call(e *ast.Call, kernel string, args []Expr) (Expr, error) {
	name := e.Name.Last().Text
	given := make([]types.Type, len(args))
	for i, a := range args {
		given[i] = a.Type()
	}
	params, result, problem := f.Types(given)
	if problem != "" {
		return nil, errorAt(e.Pos, "%s: %s", name, problem).near(name).hint("%s", f.Usage)
	}
	if f.Compares && given[0].IsString() && given[1].IsString() {
		if l, r, t := comparable(args[0], args[1]); t.Kind == types.Char {
			args, params, result = []Expr{l, r}, []types.Type{t, t}, t
		}
	}
	for i := range args {
		args[i] = coerce(args[i], params[i])
	}
	if f.Check != nil {
		if i, problem := f.Check(args); problem != "" {
			return nil, errorAt(e.Args[i].Position(), "%s: %s", name, problem).near(name).hint("%s", f.Usage)
		}
	}
	if f.Record != nil {
		return f.record(e, args)
	}
	if f.Narrow != nil {
		result = f.Narrow(args, result)
	}
	if f.Today {
		args = append(args, &Call{Func: "CURRENT_DATE", Of: types.Of(types.Date)})
	}
	return &Call{Func: kernel, Args: args, Of: result, Pos: e.Pos}, nil
}

func (f *Function) arity() string {
	switch {
	case f.Max < 0:
		return fmt.Sprintf("at least %d argument(s)", f.Min)
	case f.Min == f.Max:
		return fmt.Sprintf("%d argument(s)", f.Min)
	}
	return fmt.Sprintf("%d to %d arguments", f.Min, f.Max)
}

func functionNames() []string {
	out := append([]string(nil), aggregateNames...)
	for name := range functions {
		out = append(out, name)
	}
	slices.Sort(out) // of several near names the same one is suggested every time
	return out
}
