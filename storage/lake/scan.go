package lake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/sql/types"
)

// Position is a place in a scan: the snapshot, the file and the row in it that comes next. The zero Position is the
// beginning of the newest snapshot.
type Position struct {
	Sequence uint64
	Path     string
	Row      int64
}

// ScanOptions say what to read.
type ScanOptions struct {
	// Schema is the columns wanted, in their order, with the types wanted; names ignore case. A column that a file does
	// not have is NULL there.
	Schema types.Schema
	// Ranges let the scan pass over files and row groups; rows outside may still come.
	Ranges []Range
	// From is where to begin.
	From Position
	// Mem allocates the records; nil is the Go heap.
	Mem memory.Allocator
}

// ScanStats counts what a scan has read and what it has passed over.
type ScanStats struct {
	Files, FilesSkipped         int
	RowGroups, RowGroupsSkipped int
	Rows                        int64
}

// Scanner reads a table, file by file in the order of their names. It belongs to one goroutine.
type Scanner struct {
	table  *Table
	o      ScanOptions
	schema *arrow.Schema
	files  []DataFile
	file   *fileReader
	at     Position
	stats  ScanStats
}

// Scan begins to read the table. Errors: ErrPosition, ErrPartitionValue, those of Snapshot.
func (t *Table) Scan(ctx context.Context, o ScanOptions) (*Scanner, error) {
	if o.Mem == nil {
		o.Mem = memory.DefaultAllocator
	}
	snap, err := t.Snapshot(ctx, o.From.Sequence)
	if err != nil {
		return nil, err
	}
	s := &Scanner{table: t, o: o, schema: o.Schema.Arrow(), at: o.From}
	s.at.Sequence = snap.Sequence
	if o.From.Path != "" {
		i := slices.IndexFunc(snap.Files, func(f DataFile) bool { return f.Path == o.From.Path })
		if i < 0 {
			return nil, fail("table", t.location, fmt.Errorf("%w: %s", ErrPosition, o.From.Path))
		}
		snap.Files = snap.Files[i:]
	}
	for _, f := range snap.Files {
		wanted, err := wantsFile(f.Path, o.Ranges)
		if err != nil {
			return nil, fail("file", t.location+"/"+f.Path, err)
		}
		if wanted {
			s.files = append(s.files, f)
		} else {
			s.stats.FilesSkipped++
		}
	}
	return s, nil
}

// Next returns the next rows, at most maxRows > 0, with the columns of ScanOptions.Schema; the caller releases the record.
// io.EOF is the end. Errors: ErrNotExist when a file has been removed meanwhile, ErrCorrupt, ErrType, ErrRange,
// ErrPartitionValue.
func (s *Scanner) Next(ctx context.Context, maxRows int) (arrow.Record, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.file == nil {
			if len(s.files) == 0 {
				return nil, io.EOF
			}
			if err := s.nextFile(ctx); err != nil {
				return nil, err
			}
		}
		rec, err := s.read(maxRows)
		if err != nil {
			return nil, fail("file", s.table.location+"/"+s.at.Path, err)
		}
		if rec != nil {
			return rec, nil
		}
		if err := s.closeFile(); err != nil {
			return nil, err
		}
	}
}

func (s *Scanner) nextFile(ctx context.Context) error {
	f := s.files[0]
	s.files = s.files[1:]
	key := s.table.location + "/" + f.Path
	blob, err := s.table.bucket.Open(ctx, key)
	if err != nil {
		return fail("file", key, err)
	}
	skip := int64(0)
	if f.Path == s.at.Path {
		skip = s.at.Row
	}
	s.at.Path, s.at.Row = f.Path, skip
	s.stats.Files++
	s.file, err = newFileReader(blob, f.Path, s.o, skip, &s.stats)
	return fail("file", key, err)
}

// read returns nil at the end of the file.
func (s *Scanner) read(maxRows int) (arrow.Record, error) {
	var rec arrow.Record
	err := guard(func() error {
		n, err := s.file.advance(maxRows)
		if err != nil || n == 0 {
			return err
		}
		cols, err := s.file.arrays(n)
		if err != nil {
			return err
		}
		rec = array.NewRecord(s.schema, cols, int64(n))
		for _, c := range cols {
			c.Release()
		}
		s.stats.Rows += int64(n)
		return nil
	})
	s.at.Row = s.file.row
	return rec, err
}

// Position is after the rows that Next has returned.
func (s *Scanner) Position() Position { return s.at }

// Stats is what the scan has done so far.
func (s *Scanner) Stats() ScanStats { return s.stats }

// Close ends the scan. It may be called more than once.
func (s *Scanner) Close() error {
	s.files = nil
	return s.closeFile()
}

func (s *Scanner) closeFile() error {
	if s.file == nil {
		return nil
	}
	err := s.file.close()
	s.file = nil
	return fail("file", s.table.location+"/"+s.at.Path, err)
}

// partitionOf is the value of a partition column for a file, if the folders have it.
func partitionOf(values []PartitionValue, column string) (PartitionValue, bool) {
	for _, v := range values {
		if strings.EqualFold(v.Key, column) {
			return v, true
		}
	}
	return PartitionValue{}, false
}
