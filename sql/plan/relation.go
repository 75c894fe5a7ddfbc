package plan

import (
	"errors"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// ErrNotFound is wrapped by a Catalog that has no relation of the name.
var ErrNotFound = errors.New("not found")

// Connectors that the engine itself knows apart; every other one is a system
// outside.
const (
	// InApplication is the connector of a stream created without WITH: publish
	// and subscribe in memory, no history.
	InApplication = ""
	// StoredStream is the connector of a stream kept in the shard log.
	StoredStream = "stream"
)

// Relation is a stream or table that a query can name.
type Relation struct {
	// Database is empty for streams.
	Database string
	Name     string
	// Stream tells that the relation is read with STREAM and has a rowtime; a
	// finite relation has Schema.RowTime == -1.
	Stream bool
	Schema types.Schema
	// Connector is where the rows are, Options how to get there, keys in lower
	// case, without the key `connector`.
	Connector string
	Options   map[string]string
	// Watermark is WATERMARK FOR of a stream: its rowtime is a column; nil = arrival.
	Watermark *Watermark
	// View is the query of a view, which is bound wherever it is named; nil for a
	// relation with rows of its own.
	View *View
	// ReadOnly relations cannot be the target of INSERT (error_stream).
	ReadOnly bool
}

// View is a query with a name. Columns is empty where the query's own names hold.
type View struct {
	Query   ast.Query
	Columns []ast.Name
}

// Watermark declares the time of a stream's rows (DESIGN §6).
type Watermark struct {
	Column int
	// Bound is computed from a row: no row is expected any more at or below the
	// greatest one seen.
	Bound Expr
	// Idle is how far a shard may fall behind the arrival of the others' rows before
	// it is not waited for; 0 = for ever. Skew is how far a row's time may be ahead
	// of its arrival; 0 = any.
	Idle, Skew types.Time
}

// String is the name as a user would write it.
func (r *Relation) String() string {
	if r.Database != "" {
		return r.Database + "." + r.Name
	}
	return r.Name
}

// Catalog resolves the names of relations.
type Catalog interface {
	// Relation finds a relation; its error wraps ErrNotFound or ErrAmbiguous where
	// that is the cause, and its text is for the user.
	Relation(name ast.Qualified) (*Relation, error)
	// Names lists what could be named, for hints.
	Names() []string
}
