package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// Options of a source. Path and Schema are needed, the rest has defaults.
type Options struct {
	// Name is the stream's name, as rejected rows carry it.
	Name string
	// Path is absolute or relative to Dir; Dir "" is the current directory.
	Path, Dir string
	// Format is json or csv; "" goes by the extension: .json, .ndjson, .jsonl, .csv.
	Format string
	// NoHeader says that a CSV file starts with a row: its fields are the declared
	// columns by position. Else its first line names them: columns are found by
	// name, ignoring case, and fields that nobody declared are skipped.
	NoHeader bool
	// SkipHeader says that the first line of a CSV file is no row and names nothing:
	// columns are found by position.
	SkipHeader bool
	// Mapping is the options that format.Mapping reads: paths, delimiters.
	Mapping map[string]string
	// RowTime is the TIMESTAMP column that ROWTIME is taken from; "": every row has
	// Start. Names ignore case where none is exactly equal.
	RowTime string
	// Start is the start of the job.
	Start types.Time
	// Schema is the declared columns, then the hidden ROWTIME where Schema.RowTime
	// says so. A schema without rowtime makes a finite relation: nothing about time
	// is checked.
	Schema types.Schema
	// Mem is where columns are allocated; nil = memory.DefaultAllocator.
	Mem memory.Allocator
}

// Shard is the only shard of a file.
const Shard flow.ShardID = "0"

type source struct {
	Options
	path   string
	time   int            // the column that ROWTIME is taken from; -1: Start
	decode format.Options // but for the header's names
	cutter *format.Cutter // of CSV
}

// NewSource makes a source of one file. It looks into the file: one that is
// missing, unreadable or a directory, and a header without a declared column are
// errors that name the path.
func NewSource(o Options) (flow.Source, error) {
	s := &source{Options: o, path: o.Path, time: -1}
	if !filepath.IsAbs(s.path) {
		s.path = filepath.Join(o.Dir, o.Path)
	}
	if s.Mem == nil {
		s.Mem = memory.DefaultAllocator
	}
	if err := s.choose(); err != nil {
		return nil, s.wrap(err)
	}
	// The reader of nothing knows all errors that do not depend on the scan.
	r, err := s.Open(context.Background(), Shard, "", flow.Scan{})
	if err != nil {
		return nil, err
	}
	return s, s.wrap(r.Close())
}

// FormatOf is the format that the extension of a path names, "" for none.
func FormatOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".ndjson", ".jsonl":
		return "json"
	case ".csv":
		return "csv"
	}
	return ""
}

// choose settles the format and the rowtime column.
func (s *source) choose() error {
	if s.Format == "" {
		if s.Format = FormatOf(s.path); s.Format == "" {
			return fmt.Errorf("extension %q names no format: give 'format'='json' or 'csv'", strings.ToLower(filepath.Ext(s.path)))
		}
	}
	s.Format = strings.ToLower(s.Format)
	if s.Format != "json" && s.Format != "csv" {
		return fmt.Errorf("format %q is not known: json, csv", s.Format)
	}
	var err error
	if s.decode, err = format.Mapping(s.Format, s.Schema, s.Mapping); err != nil {
		return err
	}
	if s.Format == "csv" {
		if s.cutter, err = s.decode.Cutter(); err != nil {
			return err
		}
	}
	switch {
	case s.RowTime == "":
		return nil
	case s.Schema.RowTime < 0:
		return errors.New("'rowtime' is for streams, this is a finite relation")
	}
	at, n := s.Schema.Lookup(s.RowTime, false)
	switch {
	case n != 1 || s.Schema.Fields[at].Hidden:
		return fmt.Errorf("'rowtime' names %s, which is not a declared column", s.RowTime)
	case s.Schema.Fields[at].Type.Kind != types.Timestamp:
		return fmt.Errorf("'rowtime' names column %s, which is %s, not TIMESTAMP", s.RowTime, s.Schema.Fields[at].Type)
	}
	s.time = at
	return nil
}

// missing is a file that is not there, said once.
type missing struct{ path string }

func (m *missing) Error() string { return "file " + m.path + " does not exist" }
func (m *missing) Unwrap() error { return fs.ErrNotExist }

// wrap says which file an error is about.
func (s *source) wrap(err error) error {
	if err == nil {
		return nil
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &missing{s.path}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("file %s cannot be read: %w", s.path, fs.ErrPermission)
	}
	return fmt.Errorf("file %s: %w", s.path, err)
}

// Shards is flow.Source.Shards: a file is one.
func (s *source) Shards(context.Context) ([]flow.Shard, error) {
	return []flow.Shard{{ID: Shard}}, nil
}

// Open is flow.Source.Open.
func (s *source) Open(_ context.Context, id flow.ShardID, from flow.Offset, scan flow.Scan) (flow.Reader, error) {
	if id != Shard {
		return nil, s.wrap(fmt.Errorf("shard %q does not exist", id))
	}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, s.wrap(err)
	}
	r, err := s.reader(f, from, scan)
	if err != nil {
		return nil, s.wrap(errors.Join(err, f.Close()))
	}
	return r, nil
}
