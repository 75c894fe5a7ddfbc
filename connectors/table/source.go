package table

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/lake"
)

// Shard is the only shard of a table: its rows have one order, that of the files' names.
const Shard flow.ShardID = "0"

// Source reads a table as it is when a reader opens it.
type Source struct {
	table  *lake.Table
	schema types.Schema
	mem    memory.Allocator
}

var _ flow.Source = (*Source)(nil)

// NewSource is a source of the table's rows with these columns, found by name, case ignored; a column that the files do
// not have is NULL. mem allocates the pages; nil is the Go heap.
func NewSource(t *lake.Table, schema types.Schema, mem memory.Allocator) *Source {
	return &Source{table: t, schema: schema, mem: mem}
}

// Shards is one shard.
func (s *Source) Shards(context.Context) ([]flow.Shard, error) {
	return []flow.Shard{{ID: Shard}}, nil
}

// Open begins to read at an offset of this source. The snapshot is that of the offset, else the newest. Errors: ErrOffset,
// those of lake.Table.Scan.
func (s *Source) Open(ctx context.Context, id flow.ShardID, from flow.Offset, scan flow.Scan) (flow.Reader, error) {
	if id != Shard {
		return nil, fmt.Errorf("table: %s: there is no shard %q", s.table.Location(), id)
	}
	position, err := parseOffset(from)
	if err != nil {
		return nil, fmt.Errorf("table: %s: %w", s.table.Location(), err)
	}
	o := lake.ScanOptions{Schema: s.schema.Select(scan.Columns), From: position, Mem: s.mem}
	for _, r := range scan.Ranges {
		f := s.schema.Fields[r.Column]
		o.Ranges = append(o.Ranges, lake.Range{Column: f.Name, Type: f.Type, Low: r.Low, High: r.High})
	}
	scanner, err := s.table.Scan(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Reader{scanner: scanner}, nil
}

// offset is the text of an Offset.
type offset struct {
	Sequence uint64 `json:"commit"`
	Path     string `json:"file"`
	Row      int64  `json:"row"`
}

func formatOffset(p lake.Position) (flow.Offset, error) {
	text, err := json.Marshal(offset(p))
	return flow.Offset(text), err
}

func parseOffset(o flow.Offset) (lake.Position, error) {
	if o == "" {
		return lake.Position{}, nil
	}
	var p offset
	d := json.NewDecoder(strings.NewReader(string(o)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil || p.Row < 0 {
		return lake.Position{}, fmt.Errorf("%w: %q", ErrOffset, o)
	}
	return lake.Position(p), nil
}
