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
	Params []types.Field
	Result types.Type
	// Strict functions are NULL where an argument is (RETURNS NULL ON NULL INPUT).
	Strict bool
	// Body is the expression over the parameters, for a function in SQL; its columns are
	// the parameters by index.
	Body Expr
	// Kernel is what exec/expr calls, for one of the embedding program.
	Kernel any
}

// FunctionCatalog is implemented by a Catalog that has functions of its own: those of a name,
// in upper case, which differ in their parameters.
type FunctionCatalog interface {
	Functions(name string) []*UserFunction
	FunctionNames() []string
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
	var list []*UserFunction
	names := functionNames()
	if known, ok := b.catalog.(FunctionCatalog); ok && len(e.Name) == 1 {
		list = known.Functions(name)
		names = append(names, known.FunctionNames()...)
	}
	if len(list) == 0 {
		return nil, errorAt(e.Pos, "no function %s", name).near(name).hint("%s", Suggest(name, names))
	}
	if e.Star || e.Distinct || e.Filter != nil {
		return nil, errorAt(e.Pos, "%s is not an aggregate", name).near(name)
	}
	args, err := b.bindAll(e.Args)
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		if given, ok := f.accepts(args); ok {
			return f.call(given, e.Pos), nil
		}
	}
	given, forms := make([]string, len(args)), make([]string, len(list))
	for i, a := range args {
		given[i] = a.Type().String()
	}
	for i, f := range list {
		forms[i] = f.String()
	}
	return nil, errorAt(e.Pos, "%s does not take (%s)", name, strings.Join(given, ", ")).near(name).
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
	seen := map[string]bool{}
	for _, f := range list {
		if functions[f.Name] != nil || slices.Contains(aggregateNames, f.Name) {
			return fmt.Errorf("function %s is one of the engine", f.Name)
		}
		if seen[f.Key()] {
			return fmt.Errorf("function %s is there twice", f)
		}
		seen[f.Key()] = true
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
