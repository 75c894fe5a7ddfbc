package millrace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace-sql/millrace/connectors/discover"
	"github.com/millrace-sql/millrace/connectors/file"
	"github.com/millrace-sql/millrace/sql/ast"
	"github.com/millrace-sql/millrace/sql/plan"
)

// Discover looks at the beginning of a file, 16 MiB and 10 000 records at most, and
// writes the CREATE STREAM that reads it. format is json or csv, "" finds out; name
// is that of the stream, "" goes by that of the file. The statement names the path as
// it is given here. Where no columns can be made out, the error shows the first
// record (kda-sql.md §16.3).
func Discover(path, format, name string) (string, error) {
	return discoverFile(path, path, format, name)
}

// discoverFile looks at the file at path; SQL will call it shown.
func discoverFile(path, shown, format, name string) (_ string, err error) {
	if format != "" && format != "json" && format != "csv" {
		return "", fmt.Errorf("option 'format' is %q, not json or csv", format)
	}
	text, whole, err := beginning(path)
	if err != nil {
		return "", fmt.Errorf("file %s: %w", path, err)
	}
	if name == "" {
		base := filepath.Base(path)
		name = discover.StreamName(strings.TrimSuffix(base, filepath.Ext(base)))
	}
	sql, err := discover.Text(text, whole, discover.Options{
		Name: name, Format: format, With: [][2]string{{"connector", "file"}, {"path", shown}},
		FormatKnown: func(format string) bool { return file.FormatOf(path) == format },
	})
	if err != nil {
		return "", fmt.Errorf("file %s: %w", path, err)
	}
	return sql, nil
}

// beginning is what is looked at of a file, and whether it is all.
func beginning(path string) (text []byte, whole bool, err error) {
	f, err := os.Open(path)
	if err == nil {
		defer func() { err = errors.Join(err, f.Close()) }()
		text, err = io.ReadAll(io.LimitReader(f, discover.MaxBytes+1))
	}
	var at *os.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	whole = len(text) <= discover.MaxBytes
	return text[:min(len(text), discover.MaxBytes)], whole, err
}

// discover is DISCOVER SCHEMA: one row, the statement.
func (db *DB) discover(ctx context.Context, s *ast.Discover, names *scope) (*Rows, error) {
	given := map[string]string{}
	for _, o := range s.Options {
		key := strings.ToLower(o.Key)
		if key != "format" && key != "name" {
			return nil, errorAt(o.KeyPos, o.Key, "DISCOVER SCHEMA has no option '%s'; its options are format, name", key)
		}
		if given[key] = o.Value; key == "format" && o.Value != "json" && o.Value != "csv" {
			return nil, errorAt(o.ValuePos, o.Value, "option 'format' is %q, not json or csv", o.Value)
		}
	}
	var sql string
	var err error
	if len(s.Stream) == 0 {
		env := ConnectorEnv{Dir: names.dir}
		if env.Dir == "" {
			env.Dir = workingDir(db.opts.Dir)
		}
		sql, err = discoverFile(env.path(s.Path), s.Path, given["format"], given["name"])
	} else {
		sql, err = db.discoverStream(ctx, s.Stream, names, given)
	}
	if err != nil {
		return nil, at(s.From, err)
	}
	l := newListing("statement")
	l.add(strings.TrimSuffix(sql, "\n"))
	return l.result(db), nil
}

// discoverStream looks at the newest records of a stored stream. What it writes is
// another stream over the same records: the one that is there keeps its own.
func (db *DB) discoverStream(ctx context.Context, name ast.Qualified, names *scope, given map[string]string) (string, error) {
	r, err := names.Relation(name)
	if err != nil {
		e := errorAt(name.Position(), name.Last().Text, "%v", err)
		return "", e.hint("%s", plan.Suggest(name.Last().Text, names.Names()))
	}
	if r.Connector != plan.StoredStream || r.ReadOnly {
		return "", errorAt(name.Position(), name.Last().Text, "%s is not a stored stream of yours", r).
			hint("DISCOVER SCHEMA FROM 'path' looks at a file")
	}
	records, err := db.newest(ctx, r)
	if err != nil {
		return "", err
	}
	if given["name"] == "" {
		given["name"] = discover.StreamName(r.Name + "_DISCOVERED")
	}
	sql, err := discover.Records(records, discover.Options{
		Name: given["name"], Format: given["format"], With: [][2]string{{"connector", "stream"}, {"stream", logName(r)}},
		FormatKnown: func(format string) bool { return format == "json" },
	})
	if err != nil {
		return "", fmt.Errorf("stream %s: %w", r.Name, err)
	}
	return sql, nil
}

// newest is the last records of every shard, as many as a sample has.
func (db *DB) newest(ctx context.Context, r *plan.Relation) (out [][]byte, err error) {
	info, err := db.log.Describe(logName(r))
	if err != nil {
		return nil, err
	}
	after := map[string]uint64{}
	for _, sh := range info.Shards {
		if most := uint64(discover.MaxRecords / len(info.Shards)); sh.Next > most+1 {
			after[sh.ID] = sh.Next - 1 - most
		}
	}
	tail, err := db.Stream(r.Name).Get(ctx, &TailOptions{After: after})
	if err != nil {
		return nil, err
	}
	defer tail.Close()
	for size := 0; size < discover.MaxBytes; {
		record, err := tail.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, append([]byte(nil), record.Data...))
		size += len(record.Data)
	}
	return out, nil
}
