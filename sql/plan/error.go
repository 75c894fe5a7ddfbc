package plan

import (
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/ast"
)

// Error is a statement that parses but means nothing: an unknown name, types
// that do not fit, a clause where it may not stand.
type Error struct {
	Pos  ast.Pos
	Near string // the offending text, "" where there is none
	Msg  string
	Hint string
	// missing tells that a name is not there at all, so that it may be one of the query
	// around.
	missing bool
	// Err is the cause that a Catalog gave, nil where there is none.
	Err error
}

// Error is `LINE:COL: message`.
func (e *Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Pos.Line, e.Pos.Col, e.Msg)
}

// Unwrap is the Catalog's cause.
func (e *Error) Unwrap() error { return e.Err }

func errorAt(pos ast.Pos, format string, args ...any) *Error {
	return &Error{Pos: pos, Msg: fmt.Sprintf(format, args...)}
}

// isMissing tells that an error is an unknown name.
func isMissing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.missing
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

func (e *Error) near(text string) *Error {
	e.Near = text
	return e
}
