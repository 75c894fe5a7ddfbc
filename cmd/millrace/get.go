package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/shardlog"
)

// reading is what get and tail are asked for.
type reading struct {
	data, format, start, shard string
	limit                      int64
}

func (r *reading) flags(c *cobra.Command, start string) {
	c.Flags().StringVar(&r.data, "data", "", "the data directory (required)")
	c.Flags().StringVar(&r.format, "format", "raw", "of records: raw, ndjson or csv")
	c.Flags().StringVar(&r.start, "start", start, "where to begin: oldest, latest, or an arrival 'yyyy-MM-dd [HH:mm:ss]'")
	c.Flags().StringVar(&r.shard, "shard", "", "one shard, by id or number; all without it")
	c.Flags().Int64Var(&r.limit, "limit", 0, "records to print at most; 0 has no limit")
}

func getCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "get STREAM",
		Short: "Print the records of a stored stream",
		Long:  "Print the records that a stored stream has now, in the order in which they arrived.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := r.run(cmd, args[0], (*millrace.Stream).Get)
			if err != nil && cmd.Context().Err() != nil {
				return errors.New("interrupted")
			}
			return err
		},
	}
	r.flags(c, "oldest")
	return c
}

func tailCommand() *cobra.Command {
	var r reading
	c := &cobra.Command{
		Use:   "tail STREAM",
		Short: "Print records of a stored stream as they arrive",
		Long:  "Print the records of a stored stream as they arrive, until it is interrupted or has reached --limit.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := r.run(cmd, args[0], (*millrace.Stream).Tail)
			if err != nil && cmd.Context().Err() == nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.ErrOrStderr(), count(n, "record"))
			return err
		},
	}
	r.flags(c, "latest")
	return c
}

// opener is Stream.Get or Stream.Tail.
type opener func(*millrace.Stream, context.Context, *millrace.TailOptions) (*millrace.Tail, error)

// run prints records and counts them.
func (r *reading) run(cmd *cobra.Command, name string, open opener) (n int64, err error) {
	w, err := newRecordWriter(r.format)
	if err != nil {
		return 0, err
	}
	o, err := r.options()
	if err != nil {
		return 0, err
	}
	db, stream, err := openStream(r.data, name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	records, err := open(stream, cmd.Context(), o)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	defer func() { err = errors.Join(err, out.Flush()) }()
	buf := w.header(nil)
	for rec, err := range records.All() {
		if err != nil {
			return n, err
		}
		buf = w.record(buf, rec)
		n++
		if _, err := out.Write(buf); err != nil {
			return n, fmt.Errorf("standard output: %w", err)
		}
		buf = buf[:0]
		if r.limit > 0 && n == r.limit {
			return n, nil
		}
		if records.Buffered() {
			continue
		}
		if err := out.Flush(); err != nil {
			return n, fmt.Errorf("standard output: %w", err)
		}
	}
	_, err = out.Write(buf)
	return n, err
}

func (r *reading) options() (*millrace.TailOptions, error) {
	o := &millrace.TailOptions{}
	switch strings.ToLower(r.start) {
	case "oldest":
	case "latest":
		o.Latest = true
	default:
		t, err := types.ParseTimestamp([]byte(r.start))
		if day, derr := types.ParseDate([]byte(r.start)); derr == nil {
			t, err = day*int64(types.Day), nil
		}
		if err != nil {
			return nil, fmt.Errorf("--start is %q, not oldest, latest or a timestamp yyyy-MM-dd [HH:mm:ss]", r.start)
		}
		o.Since = types.Time(t)
	}
	if n, err := strconv.Atoi(r.shard); err == nil && n >= 0 {
		o.Shards = []string{shardlog.ShardID(n)}
	} else if r.shard != "" {
		o.Shards = []string{r.shard}
	}
	return o, nil
}

// openStream opens a data directory for a stream of it.
func openStream(data, name string) (*millrace.DB, *millrace.Stream, error) {
	if data == "" {
		return nil, nil, errors.New("no data directory: say where the stream is with --data DIR")
	}
	db, err := openExisting(data)
	if err != nil {
		return nil, nil, err
	}
	stream, err := db.FindStream(name)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, stream, nil
}
