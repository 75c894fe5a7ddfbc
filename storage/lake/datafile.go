package lake

import (
	"bytes"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

const (
	pageBytes          = 256 << 10
	dictionaryBytes    = 1 << 20
	boundBytes         = 64 // of strings in the page index
	rowGroupRows       = 512 << 10
	rowGroupBytes      = 128 << 20
	openColumnBytes    = 16 << 10 // what an open column costs before its first page is full, roughly
	createdApplication = "millrace"
)

// createdBy is the program's name and format generation as files carry it.
var createdBy = parquet.CreatedBy(createdApplication, "1.0.0", "")

// dataFile is a Parquet file under construction, in memory: finished row groups encoded, the current one in the column
// writers' pages.
type dataFile struct {
	folder  string // relative to the location, with a trailing `/` unless empty
	out     bytes.Buffer
	writer  *parquet.GenericWriter[any]
	columns []*parquet.ColumnWriter
	rows    int64  // in all
	group   int64  // in the current row group
	raw     int64  // bytes of the current row group before encoding, roughly
	limit   int64  // of raw: the size of a file is known from row group to row group only
	done    bool   // the footer is in out
	staged  string // key of the staged copy, once there was an attempt to make it

	since types.Time // when the first row came
	first uint64     // the batch it came in
}

func newDataFile(l layout, o Options, folder string, dictionary []bool) (*dataFile, error) {
	schema, err := l.fileSchema(dictionary)
	if err != nil {
		return nil, err
	}
	f := &dataFile{folder: folder, limit: min(rowGroupBytes, o.FileBytes)}
	f.writer = parquet.NewGenericWriter[any](&f.out, schema, createdBy, parquet.Compression(compressions[o.Compression]),
		parquet.PageBufferSize(pageBytes), parquet.WriteBufferSize(0), parquet.DataPageStatistics(false),
		parquet.DictionaryMaxBytes(dictionaryBytes), parquet.ColumnIndexSizeLimit(func([]string) int { return boundBytes }))
	f.columns = f.writer.ColumnWriters()
	return f, nil
}

// write appends rows; scratch has room for encodeChunk values. rowBytes is the mean size of a row.
func (f *dataFile) write(cols []encoder, rows []uint32, rowBytes int64, scratch []parquet.Value) error {
	for len(rows) > 0 {
		n := min(len(rows), encodeChunk, int(rowGroupRows-f.group))
		for i, enc := range cols {
			enc(scratch[:n], rows[:n])
			if _, err := f.columns[i].WriteRowValues(scratch[:n]); err != nil {
				return fmt.Errorf("column %d: %w", i, err)
			}
		}
		f.rows += int64(n)
		f.group += int64(n)
		f.raw += int64(n) * rowBytes
		rows = rows[n:]
		if f.group >= rowGroupRows || f.raw >= f.limit {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *dataFile) flush() error {
	f.group, f.raw = 0, 0
	return f.writer.Flush()
}

// finish writes the footer; repeating it does nothing.
func (f *dataFile) finish() error {
	if f.done {
		return nil
	}
	if err := f.writer.Close(); err != nil {
		return err
	}
	f.done, f.raw = true, 0
	f.writer, f.columns = nil, nil
	return nil
}

// bytes is the memory held, roughly.
func (f *dataFile) bytes() int64 {
	return int64(f.out.Len()) + f.raw + int64(len(f.columns))*openColumnBytes
}
