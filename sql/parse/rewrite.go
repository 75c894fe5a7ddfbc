package parse

import (
	"strconv"
	"strings"

	"github.com/millrace-sql/millrace/sql/ast"
)

// sqlparser refuses its 200th open parenthesis without saying where. The other two bound the depth of the tree, which
// operators and set operations without parentheses also make: printing it costs the square of its depth.
const (
	maxNesting = 199
	maxChain   = 20000 // tokens without a comma, those of the enclosing levels included
	maxSetOps  = 1000
)

// form says what a `#N` or :vN of the skeleton stands for.
type form uint8

const (
	formName       form = iota // parts: a column, table, alias or function, told apart by its place
	formLiteral                // lit
	formStar                   // * or parts.*
	formBareCall               // CURRENT_TIMESTAMP
	formCall                   // parts(...)
	formFilter                 // FILTER (WHERE ...): arguments call, condition
	formCase                   // one argument, a CASE
	formCast                   // one argument; typ, words TRY of TRY_CAST
	formJSON                   // document, path and the values of DEFAULT; json
	formFloor                  // one argument; unit
	formCeil                   // one argument; unit
	formStep                   // arguments x, by
	formExtract                // one argument; unit
	formDifference             // one argument, a subtraction; qualifier
	formRow                    // the items
	formUsing                  // columns
	formNulls                  // IGNORE NULLS behind the last argument: it belongs to the call around
	formOver                   // one argument, a call; window
	formTable                  // TABLE(...): table, without alias
	formQuery                  // a query in parentheses
	formExists                 // EXISTS and its query
	formLoose                  // WITHIN (lit), NULLS FIRST or LAST, OVER (window) behind a relation: left out; used when a sort key or relation has claimed it
)

// entry is the side table's knowledge of the construct that begins at a token; last is the index of its last token.
type entry struct {
	form      form
	last      int
	parts     ast.Qualified
	lit       *ast.Literal
	typ       *ast.TypeName
	unit      ast.Unit
	qualifier *ast.IntervalQualifier
	columns   []ast.Name
	query     ast.Query
	table     *ast.TableFunc
	window    *ast.Window
	nulls     string
	words     []string
	json      *ast.JSONCall
	used      bool
}

// mark says which token the skeleton's text from offset on stands for.
type mark struct{ offset, token int }

// rewriter lowers the tokens of one query or expression to a skeleton.
type rewriter struct {
	toks    []token
	out     strings.Builder
	marks   []mark
	side    map[int]*entry
	first   int   // where SELECT or VALUES may stand
	depth   int   // of the place of the whole
	chains  []int // per open parenthesis, chain when it was opened
	chain   int
	setOps  *int
	limited bool // LIMIT has been written
	operand bool // the last thing written ends an operand, so that a name is an alias and * multiplies
}

func newRewriter(toks []token) *rewriter {
	return &rewriter{toks: toks, side: make(map[int]*entry), setOps: new(int)}
}

// emit writes text for token i; what follows is an operand's end or not.
func (r *rewriter) emit(i int, text string, operand bool) {
	if r.out.Len() > 0 {
		r.out.WriteByte(' ')
	}
	r.marks = append(r.marks, mark{r.out.Len(), i})
	r.out.WriteString(text)
	r.chain++
	r.operand = operand
}

func (r *rewriter) open(i int, text string) error {
	if r.chains = append(r.chains, r.chain); r.depth+len(r.chains) > maxNesting {
		return tooDeep(r.toks[i])
	}
	r.emit(i, text+"(", false)
	return nil
}

func (r *rewriter) close(i int) {
	r.chain = r.chains[len(r.chains)-1]
	r.chains = r.chains[:len(r.chains)-1]
	r.emit(i, ")", true)
}

// comma begins a new chain on this level.
func (r *rewriter) comma(i int) {
	r.chain = 0
	if n := len(r.chains); n > 0 {
		r.chain = r.chains[n-1]
	}
	r.emit(i, ",", false)
}

func id(i int) string { return "`#" + strconv.Itoa(i) + "`" }

// wrap writes construct e as a call whose argument is the tokens from..to.
func (r *rewriter) wrap(i int, e *entry, from, to int) error {
	r.side[i] = e
	if err := r.open(i, id(i)); err != nil {
		return err
	}
	if err := r.run(from, to); err != nil {
		return err
	}
	r.close(e.last)
	return nil
}

// run lowers the tokens i..end.
func (r *rewriter) run(i, end int) error {
	for i < end {
		next, err := r.step(i)
		if err != nil {
			return err
		}
		if r.chain > maxChain {
			return errorAt(r.toks[i], "", "more than %d tokens without a comma", maxChain)
		}
		i = next
	}
	return nil
}

// step lowers the construct at token i and returns the index behind it.
func (r *rewriter) step(i int) (int, error) {
	switch t := r.toks[i]; t.kind {
	case word:
		return r.word(i)
	case quoted:
		return r.name(i)
	case op:
		return r.operator(i)
	default:
		return r.literal(i)
	}
}

func (r *rewriter) operator(i int) (int, error) {
	t := r.toks[i]
	switch t.text {
	case "(":
		if q := t.match + 1; ast.UnitOf(r.toks[q].text) != ast.NoUnit && r.toks[q].kind == word && !r.operand {
			return r.difference(i)
		}
		if isQuery(r.toks, i) {
			return r.subquery(i)
		}
		return i + 1, r.open(i, "")
	case ")":
		r.close(i)
		return i + 1, nil
	case "*":
		if !r.operand {
			r.side[i] = &entry{form: formStar, last: i}
			r.emit(i, id(i), true)
			return i + 1, nil
		}
	case ",":
		r.comma(i)
		return i + 1, nil
	case "||":
		r.emit(i, "+", false)
		return i + 1, nil
	case "{":
		return r.braceLiteral(i)
	case "}", ";", ".", "=>":
		return 0, unexpected(r.toks, i)
	}
	r.emit(i, t.text, false)
	return i + 1, nil
}

// keywords are written as they are.
var keywords = map[string]string{
	"AND": "and", "AS": "as", "ASC": "asc", "BETWEEN": "between", "DESC": "desc", "ELSE": "else", "ESCAPE": "escape",
	"FROM": "from", "HAVING": "having", "IN": "in", "LIKE": "like", "LIMIT": "limit", "NOT": "not",
	"ON": "on", "OR": "or", "THEN": "then", "WHEN": "when", "WHERE": "where",
}

// isCall tells that ANY at token i is the aggregate.
func (r *rewriter) isCall(i int) bool {
	return r.toks[i].isWord("ANY") && r.toks[i+1].isOp("(") && !isQuery(r.toks, i+1)
}

func (r *rewriter) word(i int) (int, error) {
	t := r.toks[i]
	if right := r.periodPredicate(i); right > 0 && r.operand {
		return r.period(i, right)
	}
	if t.text == "AS" && r.toks[i+1].kind == word && !r.toks[i+1].isName() {
		return 0, unexpected(r.toks, i+1)
	}
	if keyword, ok := keywords[t.text]; ok {
		r.limited = r.limited || t.text == "LIMIT"
		r.emit(i, keyword, t.text == "ASC" || t.text == "DESC")
		return i + 1, nil
	}
	if refused, ok := refusedWords[t.text]; ok && !r.isCall(i) {
		return 0, refused.at(t)
	}
	switch t.text {
	case "SELECT", "VALUES":
		if i != r.first {
			return 0, unexpected(r.toks, i)
		}
		return r.selectWord(i), nil
	case "EXISTS":
		return r.exists(i)
	case "GROUP", "ORDER":
		if !r.toks[i+1].isWord("BY") {
			return 0, unexpected(r.toks, i+1)
		}
		r.emit(i, strings.ToLower(t.text)+" by", false)
		return i + 2, nil
	case "LEFT", "RIGHT":
		if r.toks[i+1].isOp("(") && !r.aliasPlace(i) {
			return r.name(i) // the function
		}
		return r.join(i)
	case "NATURAL", "INNER", "FULL", "CROSS", "JOIN":
		return r.join(i)
	case "USING":
		return r.using(i)
	case "IS":
		return r.is(i)
	case "SIMILAR":
		if !r.toks[i+1].isWord("TO") {
			return 0, unexpected(r.toks, i+1)
		}
		r.emit(i, "like", false)
		return i + 2, nil
	case "FETCH":
		return r.fetch(i)
	case "WITHIN":
		return r.within(i)
	case "OVER":
		return r.relationWindow(i)
	case "TABLE":
		return r.tableFunc(i)
	case "TRUE", "FALSE", "UNKNOWN", "NULL", "DATE", "TIME", "TIMESTAMP", "INTERVAL":
		return r.literal(i)
	}
	return r.formOrName(i)
}
