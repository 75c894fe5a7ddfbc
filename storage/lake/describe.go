package lake

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// FileColumn is a top-level column of a Parquet file. Name is lower case, Type a Hive type string such as bigint or
// array<string>.
type FileColumn struct {
	Name, Type string
}

// FileInfo is what the footer of a Parquet file says. Bytes is the size of the file.
type FileInfo struct {
	Columns   []FileColumn
	Rows      int64
	Bytes     int64
	CreatedBy string
}

// Describe reads the footer of a Parquet file. Errors: ErrNotExist, ErrCorrupt when it is no Parquet file.
func Describe(ctx context.Context, bucket Bucket, key string) (FileInfo, error) {
	blob, err := bucket.Open(ctx, key)
	if err != nil {
		return FileInfo{}, fail("file", key, err)
	}
	f, err := openParquet(blob)
	if err != nil {
		return FileInfo{}, fail("file", key, errors.Join(err, blob.Close()))
	}
	info := FileInfo{Rows: f.NumRows(), Bytes: blob.Size(), CreatedBy: f.Metadata().CreatedBy}
	for _, c := range f.Root().Columns() {
		info.Columns = append(info.Columns, FileColumn{Name: strings.ToLower(c.Name()), Type: hiveOf(c)})
	}
	return info, fail("file", key, blob.Close())
}

func openParquet(blob Blob) (*parquet.File, error) {
	var f *parquet.File
	err := guard(func() (err error) {
		f, err = parquet.OpenFile(blob, blob.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true),
			parquet.ReadBufferSize(readBufferBytes))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return f, nil
}

const readBufferBytes = 256 << 10

// guard makes an error of a panic: the library panics on some files that are not what they claim to be.
func guard(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, p)
		}
	}()
	return read()
}

// HiveType is the type string under which the catalog knows a column of a table written with this type. Errors: ErrType.
func HiveType(t types.Type) (string, error) {
	switch t.Kind {
	case types.Boolean:
		return "boolean", nil
	case types.TinyInt:
		return "tinyint", nil
	case types.SmallInt:
		return "smallint", nil
	case types.Integer:
		return "int", nil
	case types.BigInt:
		return "bigint", nil
	case types.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale), nil
	case types.Real:
		return "float", nil
	case types.Double:
		return "double", nil
	case types.Char, types.Varchar, types.TimeOfDay: // lengths are not in the files, and Hive has no time of day
		return "string", nil
	case types.Binary, types.Varbinary:
		return "binary", nil
	case types.Date:
		return "date", nil
	case types.Timestamp:
		return "timestamp", nil
	}
	return "", fmt.Errorf("%w: %s in a table", ErrType, t)
}
