package millrace

import (
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/parse"
	"github.com/millrace-sql/millrace/sql/plan"
)

// ErrClosed is returned by every call on a DB after Close.
var ErrClosed = errors.New("database is closed")

// Error is a mistake in SQL text, at a place of it. Errors of the world outside
// (files, disks, the data directory) are not of this type.
type Error struct {
	// Line and Column count from 1, Column in Unicode code points.
	Line, Column int
	// Near is the offending text, Hint what to try; either may be empty.
	Near, Msg, Hint string
	err             error
}

// Error is `LINE:COL: message`, and the hint where there is one.
func (e *Error) Error() string {
	s := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap is the cause of an error that came from elsewhere.
func (e *Error) Unwrap() error { return e.err }

// positioned turns the errors of the SQL front end into *Error; others stay.
func positioned(err error) error {
	var p *parse.Error
	if errors.As(err, &p) {
		return &Error{Line: p.Pos.Line, Column: p.Pos.Col, Near: p.Near, Msg: p.Msg, Hint: p.Hint}
	}
	var b *plan.Error
	if errors.As(err, &b) {
		return &Error{Line: b.Pos.Line, Column: b.Pos.Col, Near: b.Near, Msg: b.Msg, Hint: b.Hint, err: b.Err}
	}
	return err
}

// errorAt is a mistake found by the engine itself.
func errorAt(pos ast.Pos, near, format string, args ...any) *Error {
	return &Error{Line: pos.Line, Column: pos.Col, Near: near, Msg: fmt.Sprintf(format, args...)}
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// at gives an error of the world outside the place of the statement that met it.
func at(pos ast.Pos, err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	if p := positioned(err); errors.As(p, &own) {
		return p
	}
	return &Error{Line: pos.Line, Column: pos.Col, Msg: err.Error(), err: err}
}
