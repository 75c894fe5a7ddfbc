package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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
			_, stopped, err := r.run(cmd, args[0], (*millrace.Stream).Get)
			if err == nil && stopped {
				return errInterrupted
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
			n, _, err := r.run(cmd, args[0], (*millrace.Stream).Tail)
			if err == nil {
				_, err = fmt.Fprintln(cmd.ErrOrStderr(), count(n, "record"))
			}
			return err
		},
	}
	r.flags(c, "latest")
	return c
}

// opener is Stream.Get or Stream.Tail.
type opener func(*millrace.Stream, context.Context, *millrace.TailOptions) (*millrace.Tail, error)

// run prints records and counts them; stopped tells that an interrupt ended it.
func (r *reading) run(cmd *cobra.Command, name string, open opener) (n int64, stopped bool, err error) {
	w, err := newRecordWriter(r.format)
	if err != nil {
		return 0, false, err
	}
	o, err := r.options()
	if err != nil {
		return 0, false, err
	}
	db, stream, err := openStream(r.data, name)
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	records, err := open(stream, cmd.Context(), o)
	if err == nil {
		n, err = r.print(cmd.OutOrStdout(), records, w)
	}
	if byInterrupt(cmd.Context(), err) {
		return n, true, nil
	}
	return n, false, err
}

// print writes records as they come and counts them.
func (r *reading) print(to io.Writer, records *millrace.Tail, w recordWriter) (n int64, err error) {
	out := bufio.NewWriter(to)
	flush := func() error {
		if err := out.Flush(); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		return nil
	}
	buf := w.header(nil)
	for rec, err := range records.All() {
		if err != nil {
			return n, cmp.Or(flush(), err)
		}
		buf = w.record(buf, rec)
		n++
		_, _ = out.Write(buf) // flush has its error
		buf = buf[:0]
		if r.limit > 0 && n == r.limit {
			break
		}
		if records.Buffered() {
			continue
		}
		if err := flush(); err != nil {
			return n, err
		}
	}
	_, _ = out.Write(buf) // the header, if there was no record
	return n, flush()
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
