package plan

import (
	"errors"

	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/types"
)

// errNoHistory is wrapped by the error of a finite query over an in-application
// stream.
var errNoHistory = errors.New("no history")

// CreateView binds CREATE VIEW: its query must mean something where it is defined, as
// a streaming query or a finite one.
func (b *Binder) CreateView(s *ast.CreateView) (*Relation, error) {
	name, err := ownName(s.Name, "view")
	if err != nil {
		return nil, err
	}
	v := &View{Query: s.Query, Columns: s.Columns}
	if _, err := b.ViewSchema(v); err != nil {
		return nil, err
	}
	return &Relation{Name: name, View: v}, nil
}

// ViewSchema is the columns of a view as it would be bound now.
func (b *Binder) ViewSchema(v *View) (types.Schema, error) {
	seen := map[string]bool{}
	for _, c := range v.Columns {
		if seen[c.Text] {
			return types.Schema{}, errorAt(c.Pos, "column %s is named twice", c.Text).near(c.Text)
		}
		seen[c.Text] = true
	}
	bind := func(streaming bool) (types.Schema, error) {
		n, err := b.begin().query(v.Query, streaming)
		if err != nil {
			return types.Schema{}, err
		}
		return renamed(n.Schema(), v.Columns)
	}
	if IsStream(v.Query) {
		return bind(true)
	}
	schema, err := bind(false)
	if err == nil || b.begin().isFinite(v.Query) {
		return schema, err
	}
	streaming, streamingErr := bind(true)
	if streamingErr == nil || errors.Is(err, errNoHistory) {
		return streaming, streamingErr
	}
	return schema, err
}
