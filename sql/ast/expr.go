package ast

// Expr is a value expression or a condition. The set is closed: only this package implements it.
type Expr interface {
	Node
	expr()
}

// Op is the operator of a Unary or Binary.
type Op string

// The operators. Add and Sub are also the unary signs.
const (
	Add    Op = "+"
	Sub    Op = "-"
	Mul    Op = "*"
	Div    Op = "/"
	Concat Op = "||"
	Eq     Op = "="
	Ne     Op = "<>"
	Lt     Op = "<"
	Le     Op = "<="
	Gt     Op = ">"
	Ge     Op = ">="
	And    Op = "AND"
	Or     Op = "OR"
)

// Truth is what IS tests for.
type Truth string

// The tests of IS.
const (
	IsNull    Truth = "NULL"
	IsTrue    Truth = "TRUE"
	IsFalse   Truth = "FALSE"
	IsUnknown Truth = "UNKNOWN"
)

type (
	// Column is a reference to a column, with its qualifiers.
	Column struct {
		Parts Qualified
		Pos
	}
	// Unary is a signed operand; Op is Add or Sub.
	Unary struct {
		Op Op
		X  Expr
		Pos
	}
	// Binary is an arithmetic operation, concatenation, comparison, AND or OR. Its position is that of the operator.
	Binary struct {
		Op   Op
		L, R Expr
		Pos
	}
	// Not is NOT X.
	Not struct {
		X Expr
		Pos
	}
	// Is is X IS [NOT] NULL, TRUE, FALSE or UNKNOWN.
	Is struct {
		X    Expr
		Not  bool
		What Truth
		Pos
	}
	// IsDistinct is L IS [NOT] DISTINCT FROM R.
	IsDistinct struct {
		Not  bool
		L, R Expr
		Pos
	}
	// Between is X [NOT] BETWEEN Low AND High.
	Between struct {
		X, Low, High Expr
		Not          bool
		Pos
	}
	// In is X [NOT] IN (List) or, with Query set, X [NOT] IN (Query).
	In struct {
		X     Expr
		Not   bool
		List  []Expr
		Query Query
		Pos
	}
	// Like is X [NOT] LIKE Pattern [ESCAPE Escape], SIMILAR TO with Similar. Escape is nil without ESCAPE.
	Like struct {
		X, Pattern, Escape Expr
		Not, Similar       bool
		Pos
	}
	// Period is L [STRICTLY | IMMEDIATELY] Predicate R: periods are a Row of two, or a Call of PERIOD; R may be an
	// instant behind CONTAINS. Mode is the first word, empty without it.
	Period struct {
		L, R            Expr
		Mode, Predicate string
		Pos
	}
	// Exists is EXISTS (Query).
	Exists struct {
		Query Query
		Pos
	}
	// When is one branch of a Case.
	When struct{ Cond, Then Expr }
	// Case is a simple (Operand set) or searched CASE. Else is nil without ELSE.
	Case struct {
		Operand Expr
		Whens   []When
		Else    Expr
		Pos
	}
	// Cast is CAST(X AS Type), TRY_CAST with Try.
	Cast struct {
		X    Expr
		Type *TypeName
		Try  bool
		Pos
	}
	// Call is a function call. Star is COUNT(*). Bare is a call without parentheses, as CURRENT_TIMESTAMP. Filter is nil without FILTER (WHERE ...). Nulls is
	// IGNORE or RESPECT where that was said of NULLS.
	// Words are the keywords before each argument in the forms that have them, "" for a comma or nothing: of
	// SUBSTRING(s FROM 2), "" and "FROM"; of TRIM(LEADING FROM s), "LEADING FROM". Words is nil in plain calls.
	Call struct {
		Name     Qualified
		Args     []Expr
		Words    []string
		Distinct bool
		Star     bool
		Bare     bool
		Filter   Expr
		Nulls    string
		Pos
	}
	// FloorTo is FLOOR(X TO Unit), CEIL(X TO Unit) with Ceil.
	FloorTo struct {
		Ceil bool
		X    Expr
		Unit Unit
		Pos
	}
	// Step is STEP(X BY By).
	Step struct {
		X, By Expr
		Pos
	}
	// Extract is EXTRACT(Unit FROM X).
	Extract struct {
		Unit Unit
		X    Expr
		Pos
	}
	// Over is Call OVER Window. Its position is that of the call.
	Over struct {
		Call   *Call
		Window *Window
		Pos
	}
	// JSONCall is JSON_VALUE, JSON_QUERY or JSON_EXISTS (Func) of Doc and Path, with the clauses that were written.
	// Wrapper is WITHOUT, CONDITIONAL or UNCONDITIONAL, or empty.
	JSONCall struct {
		Func      string
		Doc, Path Expr
		Returning *TypeName
		Wrapper   string
		OnEmpty   *JSONDefault
		OnError   *JSONDefault
		Pos
	}
	// Difference is (L - R) Qualifier, the interval between two date-times.
	Difference struct {
		L, R      Expr
		Qualifier *IntervalQualifier
		Pos
	}
	// Subquery is a query used as a value.
	Subquery struct {
		Query Query
		Pos
	}
	// Star is * or Table.* ; it occurs only as a whole select item.
	Star struct {
		Table Qualified
		Pos
	}
	// Row is a row value of two or more items.
	Row struct {
		Items []Expr
		Pos
	}
)

// JSONDefault is what a JSON function gives ON EMPTY or ON ERROR: NULL, ERROR, EMPTY ARRAY, EMPTY OBJECT, TRUE, FALSE,
// UNKNOWN, or DEFAULT with its Value.
type JSONDefault struct {
	What  string
	Value Expr
}

func (*Literal) expr()    {}
func (*Column) expr()     {}
func (*Unary) expr()      {}
func (*Binary) expr()     {}
func (*Not) expr()        {}
func (*Is) expr()         {}
func (*IsDistinct) expr() {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*Like) expr()       {}
func (*Period) expr()     {}
func (*Exists) expr()     {}
func (*Case) expr()       {}
func (*Cast) expr()       {}
func (*Call) expr()       {}
func (*FloorTo) expr()    {}
func (*Step) expr()       {}
func (*Extract) expr()    {}
func (*Over) expr()       {}
func (*JSONCall) expr()   {}
func (*Difference) expr() {}
func (*Subquery) expr()   {}
func (*Star) expr()       {}
func (*Row) expr()        {}
