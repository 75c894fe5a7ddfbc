package lake

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// fileReader reads the wanted columns of one file.
type fileReader struct {
	blob    Blob
	file    *parquet.File
	columns []fileColumn
	o       ScanOptions
	stats   *ScanStats

	group  int   // next row group
	left   int64 // rows of the current one not yet read
	row    int64 // of the file, next
	skip   int64 // rows below are not wanted
	filter []chunkFilter
}

// fileColumn is a wanted column: decoded from the file, or the value of the file's partition, or NULL.
type fileColumn struct {
	name     string
	leaf     int // index in the file, -1 without
	decode   column
	cursor   cursor
	constant arrow.Array // of a partition column, as long as the longest batch so far
	value    PartitionValue
	typ      types.Type
}

type chunkFilter struct {
	leaf  int
	typ   fileType
	hints Range
}

func newFileReader(blob Blob, path string, o ScanOptions, skip int64, stats *ScanStats) (*fileReader, error) {
	r := &fileReader{blob: blob, o: o, stats: stats, skip: skip}
	var err error
	if r.file, err = openParquet(blob); err == nil {
		err = guard(func() error { return r.bind(path) })
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// bind finds the wanted columns in the file.
func (r *fileReader) bind(path string) error {
	leaves := map[string]*parquet.Column{}
	for _, c := range r.file.Root().Columns() {
		if name := strings.ToLower(c.Name()); leaves[name] == nil {
			leaves[name] = c
		}
	}
	folders := ParseFolders(path)
	for _, f := range r.o.Schema.Fields {
		c := fileColumn{name: strings.ToLower(f.Name), leaf: -1, typ: f.Type}
		value, partition := partitionOf(folders, c.name)
		leaf := leaves[c.name]
		switch {
		case partition:
			c.value = value
		case leaf == nil:
			c.decode = &nulls{mem: r.o.Mem, dt: f.Type.Arrow()}
		case !leaf.Leaf() || leaf.MaxRepetitionLevel() > 0:
			return fmt.Errorf("column %q: %w: %s", c.name, ErrType, hiveOf(leaf))
		default:
			var err error
			if c.decode, err = columnFor(fileTypeOf(leaf.Type()), f.Type, r.o.Mem); err != nil {
				return fmt.Errorf("column %q: %w", c.name, err)
			}
			c.leaf = leaf.Index()
		}
		r.columns = append(r.columns, c)
	}
	for _, hint := range r.o.Ranges {
		name := strings.ToLower(hint.Column)
		leaf := leaves[name]
		if _, partition := partitionOf(folders, name); leaf != nil && leaf.Leaf() && leaf.MaxRepetitionLevel() == 0 && !partition {
			r.filter = append(r.filter, chunkFilter{leaf.Index(), fileTypeOf(leaf.Type()), hint})
		}
	}
	return nil
}

// advance decodes the next rows, at most maxRows, within one row group; 0 is the end of the file.
func (r *fileReader) advance(maxRows int) (int, error) {
	for r.left == 0 {
		more, err := r.nextGroup()
		if !more || err != nil {
			return 0, err
		}
	}
	n := int(min(int64(maxRows), r.left))
	for i := range r.columns {
		if err := r.columns[i].read(n); err != nil {
			return 0, fmt.Errorf("column %q: %w", r.columns[i].name, err)
		}
	}
	r.left -= int64(n)
	r.row += int64(n)
	return n, nil
}

// nextGroup opens the next row group that is wanted.
func (r *fileReader) nextGroup() (bool, error) {
	groups := r.file.RowGroups()
	for ; r.group < len(groups); r.group++ {
		g := groups[r.group]
		rows := g.NumRows()
		if r.row+rows <= r.skip {
			r.row += rows
			continue
		}
		chunks := g.ColumnChunks()
		if !r.wants(chunks) {
			r.stats.RowGroupsSkipped++
			r.row += rows
			continue
		}
		if rows < 0 {
			return false, fmt.Errorf("%w: a row group of %d rows", ErrCorrupt, rows)
		}
		r.stats.RowGroups++
		r.group++
		r.left = rows
		for i := range r.columns {
			if err := r.columns[i].open(chunks); err != nil {
				return false, err
			}
		}
		return true, r.pass(r.skip - r.row)
	}
	return false, nil
}

func (r *fileReader) wants(chunks []parquet.ColumnChunk) bool {
	for _, f := range r.filter {
		if chunk, ok := chunks[f.leaf].(*parquet.FileColumnChunk); ok && !wantsChunk(chunk, f.typ, f.hints) {
			return false
		}
	}
	return true
}

// pass goes over the first n rows of a row group.
func (r *fileReader) pass(n int64) error {
	if n <= 0 {
		return nil
	}
	for i := range r.columns {
		c := &r.columns[i]
		if c.leaf < 0 {
			continue
		}
		for left := n; left > 0; {
			s, fresh, err := c.cursor.next(int(left))
			if err != nil {
				return fmt.Errorf("column %q: %w", c.name, err)
			}
			if fresh {
				c.decode.page(c.cursor.page)
			}
			left -= int64(s.rows)
		}
	}
	r.row += n
	r.left -= n
	return nil
}

func (c *fileColumn) open(chunks []parquet.ColumnChunk) error {
	if c.leaf < 0 {
		return nil
	}
	if err := c.cursor.close(); err != nil {
		return err
	}
	c.cursor = cursor{pages: chunks[c.leaf].Pages()}
	return nil
}

func (c *fileColumn) read(n int) error {
	if c.leaf < 0 {
		if c.decode != nil {
			return c.decode.span(span{rows: n})
		}
		return nil
	}
	for n > 0 {
		s, fresh, err := c.cursor.next(n)
		if err != nil {
			return err
		}
		if fresh {
			c.decode.page(c.cursor.page)
		}
		if err := c.decode.span(s); err != nil {
			return err
		}
		n -= s.rows
	}
	return nil
}

// arrays returns what advance has decoded; the caller releases the arrays. After an error there are none.
func (r *fileReader) arrays(n int) ([]arrow.Array, error) {
	out := make([]arrow.Array, 0, len(r.columns))
	for i := range r.columns {
		a, err := r.columns[i].array(r.o, n)
		if err != nil {
			for _, a := range out {
				a.Release()
			}
			return nil, fmt.Errorf("column %q: %w", r.columns[i].name, err)
		}
		out = append(out, a)
	}
	return out, nil
}

func (c *fileColumn) array(o ScanOptions, n int) (arrow.Array, error) {
	if c.decode != nil {
		return c.decode.finish(), nil
	}
	if c.constant == nil || c.constant.Len() < n {
		a, err := constantArray(o.Mem, c.typ, c.value, n)
		if err != nil {
			return nil, err
		}
		if c.constant != nil {
			c.constant.Release()
		}
		c.constant = a
	}
	return array.NewSlice(c.constant, 0, int64(n)), nil
}

func (r *fileReader) close() error {
	var errs []error
	for i := range r.columns {
		c := &r.columns[i]
		errs = append(errs, c.cursor.close())
		if c.decode != nil {
			c.decode.close()
		}
		if c.constant != nil {
			c.constant.Release()
			c.constant = nil
		}
	}
	return errors.Join(append(errs, r.blob.Close())...)
}
