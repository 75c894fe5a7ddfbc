package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// UserFunction is a function that is not in the table of the engine: one with a body in
// SQL, or one of the embedding program (kda-sql.md §6.3). Arguments must have its types
// exactly; only literals are widened.
type UserFunction struct {
	Name   string
	Kind   UserKind
	Params []types.Field
	Result types.Type
	// Columns is what a table function gives, in place of Result.
	Columns []types.Field
	// Strict functions are NULL where an argument is (RETURNS NULL ON NULL INPUT).
	Strict bool
	// Body is the expression over the parameters, for a function in SQL; its columns are
	// the parameters by index.
	Body Expr
	// Kernel is what exec/expr, exec/agg or exec/op calls, for one of the embedding
	// program.
	Kernel any
}

// UserKind is where a UserFunction may be called.
type UserKind uint8

// The kinds of UserFunction.
const (
	UserScalar    UserKind = iota // in expressions: a value for each row
	UserAggregate                 // where SUM may be: a value for each group
	UserTable                     // in FROM, by TABLE(...): rows for each row
)

// String names the kind.
func (k UserKind) String() string {
	return [...]string{"scalar function", "aggregate", "table function"}[k]
}

// FunctionCatalog is implemented by a Catalog that has functions of its own: those of a name,
// in upper case, which differ in their parameters.
type FunctionCatalog interface {
	Functions(name string) []*UserFunction
	FunctionNames() []string
}

// userFunctions is those of a name and kind; catalog may be nil.
func userFunctions(catalog Catalog, name string, kind UserKind) []*UserFunction {
	known, ok := catalog.(FunctionCatalog)
	if !ok {
		return nil
	}
	var out []*UserFunction
	for _, f := range known.Functions(name) {
		if f.Kind == kind {
			out = append(out, f)
		}
	}
	return out
}

// String is the signature.
func (f *UserFunction) String() string {
	parts := make([]string, len(f.Params))
	for i, p := range f.Params {
		parts[i] = strings.TrimSpace(p.Name + " " + p.Type.String())
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// bindUserCall binds a call of what is no function of the engine.
func (b *exprBinder) bindUserCall(e *ast.Call) (Expr, error) {
	name := e.Name.Last().Text
	list := userFunctions(b.catalog, name, UserScalar)
	if len(list) == 0 || len(e.Name) > 1 {
		return nil, b.noFunction(e)
	}
	if e.Star || e.Distinct || e.Filter != nil {
		return nil, errorAt(e.Pos, "%s is not an aggregate", name).near(name)
	}
	args, err := b.bindAll(e.Args)
	if err != nil {
		return nil, err
	}
	f, args, err := overload(list, args, e.Pos)
	if err != nil {
		return nil, err
	}
	return f.call(args, e.Pos), nil
}

// noFunction says what else the name may mean.
func (b *exprBinder) noFunction(e *ast.Call) error {
	name := e.Name.Last().Text
	problem := errorAt(e.Pos, "no function %s", name).near(name)
	if tables := userFunctions(b.catalog, name, UserTable); len(tables) > 0 && len(e.Name) == 1 {
		return problem.hint("%s makes rows: call it in FROM, TABLE(%s(CURSOR(query)))", name, name)
	}
	names := functionNames()
	if known, ok := b.catalog.(FunctionCatalog); ok && len(e.Name) == 1 {
		names = append(names, known.FunctionNames()...)
	}
	return problem.hint("%s", Suggest(name, names))
}

// overload is the function of a list that takes the arguments, and the arguments as it
// takes them.
func overload(list []*UserFunction, args []Expr, pos ast.Pos) (*UserFunction, []Expr, error) {
	for _, f := range list {
		if given, ok := f.accepts(args); ok {
			return f, given, nil
		}
	}
	given, forms := make([]string, len(args)), make([]string, len(list))
	for i, a := range args {
		given[i] = a.Type().String()
	}
	for i, f := range list {
		forms[i] = f.String()
	}
	name := list[0].Name
	return nil, nil, errorAt(pos, "%s does not take (%s)", name, strings.Join(given, ", ")).near(name).
		hint("there is %s; arguments of other types need CAST", strings.Join(forms, ", "))
}

// accepts gives the arguments as the parameters have them.
func (f *UserFunction) accepts(args []Expr) ([]Expr, bool) {
	if len(args) != len(f.Params) {
		return nil, false
	}
	out := make([]Expr, len(args))
	for i, a := range args {
		from, to := a.Type(), f.Params[i].Type
		lit, isLiteral := a.(*Literal)
		switch {
		case from.Kind == types.Null, sameFamily(from, to):
			out[i] = coerce(a, to)
		case isLiteral && coerceLiteral(lit, to) != nil:
			out[i] = coerceLiteral(lit, to)
		default:
			return nil, false
		}
	}
	return out, true
}

// sameFamily tells that two types differ in lengths alone.
func sameFamily(a, b types.Type) bool {
	switch {
	case a.IsString():
		return b.IsString()
	case a.IsBinary():
		return b.IsBinary()
	}
	return a.Kind == b.Kind
}

func (f *UserFunction) call(args []Expr, pos ast.Pos) Expr {
	if f.Body == nil {
		return &Call{Func: f.Name, Args: args, Of: f.Result, Pos: pos, User: f}
	}
	body := transform(f.Body, func(e Expr) Expr {
		if c, ok := e.(*Column); ok {
			return args[c.Index]
		}
		return nil
	})
	var missing Expr
	for _, a := range args {
		null := &Call{Func: "IS NULL", Args: []Expr{a}, Of: boolean}
		if missing == nil {
			missing = null
		} else {
			missing = &Call{Func: "OR", Args: []Expr{missing, null}, Of: boolean}
		}
	}
	if !f.Strict || missing == nil {
		return body
	}
	return &Case{Whens: []When{{missing, &Literal{nil, f.Result}}}, Else: body, Of: f.Result}
}

// CheckFunctions refuses a list of functions that could not be told apart, or hide one
// of the engine.
func CheckFunctions(list []*UserFunction) error {
	seen, kinds := map[string]bool{}, map[string]UserKind{}
	for _, f := range list {
		if functions[f.Name] != nil || slices.Contains(aggregateNames, f.Name) || tableFunction(f.Name) != nil {
			return fmt.Errorf("function %s is one of the engine", f.Name)
		}
		if seen[f.Key()] {
			return fmt.Errorf("function %s is there twice", f)
		}
		seen[f.Key()] = true
		if kind, ok := kinds[f.Name]; ok && kind != f.Kind {
			return fmt.Errorf("function %s has two kinds: %s, %s", f.Name, min(kind, f.Kind), max(kind, f.Kind))
		}
		kinds[f.Name] = f.Kind
	}
	return nil
}

// CreateFunction binds CREATE FUNCTION (kda-sql.md §6.3). The body gives the declared
// type, lengths apart; a longer text is cut.
func (b *Binder) CreateFunction(s *ast.CreateFunction) (*UserFunction, error) {
	name, err := ownName(s.Name, "function")
	if err != nil {
		return nil, err
	}
	f := &UserFunction{Name: name, Strict: s.Strict}
	if f.Params, err = columns(s.Params); err != nil {
		return nil, err
	}
	if f.Result, err = TypeOf(s.Returns); err != nil {
		return nil, err
	}
	if err := CheckFunctions([]*UserFunction{f}); err != nil {
		return nil, errorAt(s.Name.Position(), "%v", err).near(name).hint("choose another name")
	}
	eb := &exprBinder{catalog: b.Catalog, scope: newScope(types.NewSchema(f.Params...), s.Name.Last()), clause: "in a function"}
	body, err := eb.bind(s.Body)
	if err != nil {
		return nil, err
	}
	of := body.Type()
	if of.Kind != types.Null && !sameFamily(of, f.Result) {
		lit, ok := body.(*Literal)
		if !ok || coerceLiteral(lit, f.Result) == nil {
			return nil, errorAt(s.Body.Position(), "the body is %s, the function returns %s", of, f.Result).near(name).hint("CAST it to %s", f.Result)
		}
	}
	f.Body = coerce(body, f.Result)
	return f, nil
}

// Key is the name with the types that tell functions of one name apart.
func (f *UserFunction) Key() string {
	parts := make([]string, len(f.Params))
	for i, p := range f.Params {
		parts[i] = p.Type.Kind.String()
	}
	return f.Name + "(" + strings.Join(parts, ",") + ")"
}
