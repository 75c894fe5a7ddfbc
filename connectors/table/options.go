package table

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/lake"
)

// The options of a table, as keys of WITH.
const (
	OptionLocation      = "location"       // the folder of the table
	OptionPartitionedBy = "partitioned_by" // partition columns, separated by commas, in the order of folders
	OptionCompression   = "compression"    // zstd (default), snappy, gzip, none
	OptionExisting      = "existing"       // error (default), append
)

var (
	// ErrOption says that an option is unknown, missing or has a value that is none of its own.
	ErrOption = errors.New("unusable table option")
	// ErrOffset says that an offset is none that this source gave out.
	ErrOffset = errors.New("unusable offset")
)

var compressions = []lake.Compression{lake.Zstd, lake.Snappy, lake.Gzip, lake.None}

// Options is the meaning of a table's WITH clause.
type Options struct {
	Location      string
	PartitionedBy []string
	Compression   lake.Compression
	Append        bool
}

// ParseOptions reads a table's options; keys and fixed values in any case. Options of the statement itself, such as
// connector, are the caller's to take out before. Errors: ErrOption, naming the known keys or values.
func ParseOptions(with map[string]string) (Options, error) {
	o := Options{Compression: lake.Zstd}
	for _, key := range slices.Sorted(maps.Keys(with)) {
		value := strings.TrimSpace(with[key])
		switch strings.ToLower(key) {
		case OptionLocation:
			o.Location = value
		case OptionPartitionedBy:
			o.PartitionedBy = columnList(value)
		case OptionCompression:
			o.Compression = lake.Compression(strings.ToLower(value))
			if !slices.Contains(compressions, o.Compression) {
				return Options{}, fmt.Errorf("table: option '%s': %w: '%s' is none of zstd, snappy, gzip, none", key, ErrOption, value)
			}
		case OptionExisting:
			switch strings.ToLower(value) {
			case "append":
				o.Append = true
			case "error":
			default:
				return Options{}, fmt.Errorf("table: option '%s': %w: '%s' is none of error, append", key, ErrOption, value)
			}
		default:
			return Options{}, fmt.Errorf("table: option '%s': %w: known are %s, %s, %s, %s", key, ErrOption,
				OptionLocation, OptionPartitionedBy, OptionCompression, OptionExisting)
		}
	}
	if o.Location == "" {
		return Options{}, fmt.Errorf("table: option '%s': %w: it is missing", OptionLocation, ErrOption)
	}
	return o, nil
}

// columnList splits names at commas; a name may stand in double quotes.
func columnList(text string) []string {
	var out []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if n := len(name); n >= 2 && name[0] == '"' && name[n-1] == '"' {
			name = name[1 : n-1]
		}
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// Lake is the options for storage/lake of a table with these columns.
func (o Options) Lake(schema types.Schema) lake.Options {
	return lake.Options{Schema: schema, PartitionedBy: o.PartitionedBy, Compression: o.Compression, Append: o.Append}
}
