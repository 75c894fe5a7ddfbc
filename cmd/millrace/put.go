package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

func putCommand() *cobra.Command {
	var data, member, key string
	var batch int
	var receipts bool
	c := &cobra.Command{
		Use:   "put STREAM [FILE...]",
		Short: "Append lines to a stored stream",
		Long: "Append each line of the files, or of standard input, to a stored stream as one record. Empty\n" +
			"lines are left out. Without --key and --partition-key the records are numbered from 1, and the\n" +
			"number is the partition key: they spread over the shards, the same way every time.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if batch < 1 {
				return fmt.Errorf("--batch is %d, it must be at least 1", batch)
			}
			db, stream, err := openStream(data, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			p := &putter{stream: stream, member: member, key: key, batch: batch, receipts: io.Discard}
			if receipts {
				p.receipts = cmd.OutOrStdout()
			}
			began := time.Now()
			if err := p.run(cmd.Context(), cmd.InOrStdin(), args[1:]); err != nil {
				if byInterrupt(cmd.Context(), err) {
					err = errInterrupted
				}
				return fmt.Errorf("%w; durable for certain: %s", err, p.durable())
			}
			seconds := time.Since(began).Seconds()
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%s, %d bytes in %.2f s, %s records/s\n", count(p.records, "record"), p.bytes, seconds, rate(p.records, seconds))
			return err
		},
	}
	c.Flags().StringVar(&data, "data", "", "the data directory (required)")
	c.Flags().StringVar(&member, "key", "", "a member of each record, a JSON object, whose value is the partition key")
	c.Flags().StringVar(&key, "partition-key", "", "one partition key for all records")
	c.Flags().IntVar(&batch, "batch", 5000, "records to append together, at most")
	c.Flags().BoolVar(&receipts, "receipts", false, "print shard, sequence number and arrival of each record")
	c.MarkFlagsMutuallyExclusive("key", "partition-key")
	return c
}

const (
	// putPatience is how long a line waits for others to be appended with it.
	putPatience = 100 * time.Millisecond
	// putBytes of records are appended without waiting for more.
	putBytes = 1 << 20
)

// putter appends lines in batches.
type putter struct {
	stream      *millrace.Stream
	member, key string
	batch       int
	receipts    io.Writer
	prefix      string // of a receipt

	pending      []millrace.Record
	places       []place
	pendingBytes int
	seen         int64 // records, pending ones included

	records, bytes int64 // durable
	last           place // of the last durable one
}

// durable says what is certain after an error.
func (p *putter) durable() string {
	if p.records == 0 {
		return "no record"
	}
	return fmt.Sprintf("%s, up to %s", count(p.records, "record"), p.last)
}

func (p *putter) run(ctx context.Context, stdin io.Reader, files []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan line, 256)
	read := make(chan error, 1)
	go func() {
		defer close(lines)
		read <- readLines(ctx, stdin, files, lines)
	}()
	flush := time.NewTimer(0)
	defer flush.Stop()
	for {
		select {
		case l, more := <-lines:
			if !more {
				return errors.Join(p.flush(ctx), <-read)
			}
			if err := p.add(l); err != nil {
				return errors.Join(p.flush(ctx), err)
			}
			if len(p.pending) == 1 {
				flush.Reset(putPatience)
			}
			if len(p.pending) < p.batch && p.pendingBytes < putBytes {
				continue
			}
		case <-flush.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
}

func (p *putter) add(l line) error {
	p.seen++
	key := p.key
	switch {
	case p.member != "":
		var err error
		if key, err = memberOf(l.data, p.member); err != nil {
			return fmt.Errorf("%s %w", l.place, err)
		}
	case key == "":
		key = strconv.FormatInt(p.seen, 10)
	}
	p.pending = append(p.pending, millrace.Record{PartitionKey: key, Data: l.data})
	p.places = append(p.places, l.place)
	p.pendingBytes += len(l.data)
	return nil
}

func (p *putter) flush(ctx context.Context) error {
	if len(p.pending) == 0 {
		return nil
	}
	done, err := p.stream.Put(ctx, p.pending...)
	var text bytes.Buffer
	for i, r := range done {
		p.records++
		p.bytes += int64(len(p.pending[i].Data))
		p.last = p.places[i]
		fmt.Fprintf(&text, "%s%s,%d,%s\n", p.prefix, r.ShardID, r.SequenceNumber, r.Arrival)
	}
	p.pending, p.places, p.pendingBytes = p.pending[:0], p.places[:0], 0
	if _, werr := p.receipts.Write(text.Bytes()); werr != nil {
		err = errors.Join(err, fmt.Errorf("receipts: %w", werr))
	}
	return err
}

// memberOf is the text of a member of a JSON object, found as the columns of a
// stream are: by its exact name, then ignoring case.
func memberOf(data []byte, name string) (string, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil || object == nil {
		return "", errors.New("is not a JSON object, --key needs one")
	}
	value, ok := object[name]
	for k, v := range object {
		if !ok && strings.EqualFold(k, name) {
			value, ok = v, true
		}
	}
	if !ok || string(value) == "null" {
		return "", fmt.Errorf("has no member %q for --key", name)
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text, nil
	}
	return string(value), nil
}

// count is a number with its noun.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// openInput opens a file to read from.
func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", path, cause(err))
	}
	return f, nil
}
