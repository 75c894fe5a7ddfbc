package table

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/lake"
)

// The options of a table, as keys of WITH.
const (
	OptionLocation      = "location"       // the folder of the table
	OptionPartitionedBy = "partitioned_by" // partition columns, separated by commas, in the order of folders
	OptionCompression   = "compression"    // zstd (default), snappy, gzip, none
	OptionExisting      = "existing"       // error (default), append
	OptionRollSize      = "roll_size"      // the size at which a file is finished; 128 MiB by default
	OptionRollInterval  = "roll_interval"  // the age at which a file is finished; one minute by default
)

// The options in the order in which a message names them.
var optionNames = []string{OptionLocation, OptionPartitionedBy, OptionCompression, OptionExisting, OptionRollSize, OptionRollInterval}

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
	RollSize      int64         // bytes; 0 is the default
	RollInterval  time.Duration // 0 is the default, negative: at every checkpoint
}

// ParseOptions reads a table's options; keys and fixed values in any case. Options of the statement itself, such as
// connector, are the caller's to take out before. Errors: ErrOption, naming the known keys or values.
func ParseOptions(with map[string]string) (Options, error) {
	o := Options{Compression: lake.Zstd}
	for _, key := range slices.Sorted(maps.Keys(with)) {
		if err := o.set(strings.ToLower(key), strings.TrimSpace(with[key])); err != nil {
			return Options{}, fmt.Errorf("table: option '%s': %w: %w", key, ErrOption, err)
		}
	}
	if o.Location == "" {
		return Options{}, fmt.Errorf("table: option '%s': %w: it is missing", OptionLocation, ErrOption)
	}
	return o, nil
}

// set takes one option; the error says what its value may be.
func (o *Options) set(key, value string) (err error) {
	switch key {
	case OptionLocation:
		o.Location = value
	case OptionPartitionedBy:
		o.PartitionedBy = columnList(value)
	case OptionCompression:
		o.Compression = lake.Compression(strings.ToLower(value))
		if !slices.Contains(compressions, o.Compression) {
			return fmt.Errorf("'%s' is none of zstd, snappy, gzip, none", value)
		}
	case OptionExisting:
		o.Append = strings.EqualFold(value, "append")
		if !o.Append && !strings.EqualFold(value, "error") {
			return fmt.Errorf("'%s' is none of error, append", value)
		}
	case OptionRollSize:
		o.RollSize, err = types.ParseSize(value)
	case OptionRollInterval:
		o.RollInterval, err = parseInterval(value)
	default:
		return fmt.Errorf("known are %s", strings.Join(optionNames, ", "))
	}
	return err
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
	return lake.Options{
		Schema: schema, PartitionedBy: o.PartitionedBy, Compression: o.Compression, Append: o.Append,
		FileBytes: o.RollSize, RollInterval: o.RollInterval,
	}
}
