package millrace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/millrace-sql/millrace/connectors/file"
	"github.com/millrace-sql/millrace/connectors/format"
	"github.com/millrace-sql/millrace/connectors/stream"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

const lakeConnector = "lake"

// connector finds a connector by its SQL name. The table of those the engine
// brings is this function: there is no registration.
func (db *DB) connector(name string) (Connector, error) {
	switch name {
	case plan.InApplication:
		return Connector{}, nil
	case "file":
		return fileConnector(), nil
	case plan.StoredStream:
		return db.streamConnector(), nil
	case lakeConnector:
		return db.lakeConnector(), nil
	}
	if c, ok := db.opts.Connectors[name]; ok {
		return c, nil
	}
	return Connector{}, fmt.Errorf("no connector %q; there are %s", name, strings.Join(db.connectorNames(), ", "))
}

func (db *DB) connectorNames() []string {
	names := append(slices.Collect(maps.Keys(db.opts.Connectors)), "file", plan.StoredStream, lakeConnector)
	sort.Strings(names)
	return names
}

// knownOptions refuses options that a connector does not have, naming those it
// has.
func knownOptions(r *plan.Relation, known ...string) error {
	for k := range r.Options {
		if !slices.Contains(known, k) {
			return fmt.Errorf("connector %s has no option '%s'; its options are %s", r.Connector, k, strings.Join(known, ", "))
		}
	}
	return nil
}

// fileConnector reads JSON and CSV files.
func fileConnector() Connector {
	return Connector{
		Check: func(r *plan.Relation, env ConnectorEnv) error {
			if err := knownOptions(r, append([]string{"path", "format", "header", "rowtime"}, format.MappingOptions...)...); err != nil {
				return err
			}
			if r.Options["path"] == "" {
				return errors.New("connector file needs the option 'path'")
			}
			o, err := fileOptions(r, env)
			if err != nil {
				return err
			}
			_, err = file.NewSource(o) // looks into the file
			return err
		},
		Source: func(_ context.Context, r *plan.Relation, env ConnectorEnv) (flow.Source, error) {
			o, err := fileOptions(r, env)
			if err != nil {
				return nil, err
			}
			return file.NewSource(o)
		},
	}
}

// streamConnector is the stored streams of this DB.
func (db *DB) streamConnector() Connector {
	return Connector{
		Check: func(r *plan.Relation, _ ConnectorEnv) error {
			if err := knownOptions(r, append([]string{"stream", "shards", "start", "format", "partition_key"}, format.MappingOptions...)...); err != nil {
				return err
			}
			if err := db.shardsFit(r); err != nil {
				return err
			}
			if n := logName(r); n == errorStream || n == lateStream {
				return fmt.Errorf("option 'stream': %s is a built-in stream", n)
			}
			if _, _, err := payloads(r); err != nil {
				return err
			}
			if _, err := keyColumns(r); err != nil {
				return err
			}
			_, err := startOf(r)
			return err
		},
		Create: func(_ context.Context, r *plan.Relation, _ ConnectorEnv, _ bool) error {
			n, err := shardsOf(r)
			if err != nil {
				return err
			}
			err = db.log.CreateStream(logName(r), n)
			if errors.Is(err, shardlog.ErrStreamExists) {
				return nil // a second name for the same records
			}
			return err
		},
		Source: func(_ context.Context, r *plan.Relation, env ConnectorEnv) (flow.Source, error) {
			start, err := startOf(r)
			if err != nil {
				return nil, err
			}
			if env.Bounded {
				start = shardlog.Oldest()
			}
			kind, decode, err := payloads(r)
			if err != nil {
				return nil, err
			}
			return stream.NewSource(stream.SourceConfig{
				Log: db.log, Stream: logName(r), Format: kind, Decode: decode, Schema: r.Schema, Start: start, Mem: env.Mem,
				Ended: env.Ended, Bounded: env.Bounded,
			})
		},
		Sink: func(_ context.Context, r *plan.Relation, _ ConnectorEnv, l Lane) (flow.Sink, error) {
			keys, err := keyColumns(r)
			if err != nil {
				return nil, err
			}
			if len(keys) == 0 {
				keys = l.Key
			}
			c := stream.SinkConfig{
				Log: db.log, Stream: logName(r), Schema: l.Schema, Incarnation: l.Incarnation, Lane: uint32(l.Number), Key: keys,
			}
			db.opts.sink(&c)
			return stream.NewSink(c)
		},
	}
}

// payloads reads the options that say what the records of a stored stream are.
func payloads(r *plan.Relation) (string, format.Options, error) {
	kind := r.Options["format"]
	switch kind {
	case "":
		kind = "json"
	case "json", "csv":
	default:
		return "", format.Options{}, fmt.Errorf("option 'format' is %q, not json or csv", kind)
	}
	decode, err := format.Mapping(kind, r.Schema, r.Options)
	return kind, decode, err
}

// keyColumns reads the option `partition_key`: the columns whose text makes the
// partition key.
func keyColumns(r *plan.Relation) ([]int, error) {
	text, ok := r.Options["partition_key"]
	if !ok {
		return nil, nil
	}
	var out []int
	for _, name := range strings.Split(text, ",") {
		i, n := r.Schema.Lookup(strings.TrimSpace(name), false)
		if n != 1 || r.Schema.Fields[i].Hidden {
			return nil, fmt.Errorf("option 'partition_key': no column %q", strings.TrimSpace(name))
		}
		out = append(out, i)
	}
	return out, nil
}

func fileOptions(r *plan.Relation, env ConnectorEnv) (file.Options, error) {
	o := file.Options{
		Name: r.Name, Path: r.Options["path"], Dir: env.Dir, Format: r.Options["format"], RowTime: r.Options["rowtime"],
		Start: env.Start, Schema: r.Schema, Mapping: r.Options, Mem: env.Mem,
	}
	switch h := strings.ToLower(r.Options["header"]); h {
	case "", "true":
	case "false":
		o.NoHeader = true
	case "skip":
		o.SkipHeader = true
	default:
		return o, fmt.Errorf("option 'header' is %q, not true, false or skip", h)
	}
	return o, nil
}

// startOf reads the option `start`: where a new reader of a stored stream begins.
func startOf(r *plan.Relation) (shardlog.Position, error) {
	switch text := strings.ToLower(r.Options["start"]); text {
	case "", "oldest":
		return shardlog.Oldest(), nil
	case "latest":
		return shardlog.Latest(), nil
	default:
		t, err := types.ParseTimestamp([]byte(strings.ToUpper(text)))
		if err != nil {
			return shardlog.Position{}, fmt.Errorf("option 'start' is %q, not oldest, latest or a timestamp yyyy-MM-dd HH:mm:ss", r.Options["start"])
		}
		return shardlog.At(types.Time(t)), nil
	}
}
