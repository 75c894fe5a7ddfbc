package parse

import (
	"fmt"

	"github.com/millrace-sql/millrace/sql/ast"
)

// Error says what is wrong with a text, and where.
type Error struct {
	Pos  ast.Pos
	Near string // the offending text as written; empty at the end of a statement
	Msg  string
	Hint string // a likely remedy; may be empty
}

// Error returns LINE:COL: message.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Pos.Line, e.Pos.Col, e.Msg) }

func errorAt(t token, hint, format string, args ...any) *Error {
	return &Error{Pos: t.pos, Near: t.raw, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func notYet(t token, what string) *Error {
	return errorAt(t, "", "%s is not supported yet", what)
}
