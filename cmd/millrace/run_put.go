package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/millrace-sql/millrace"
)

// producers are the inputs of --put; done closes what they write to.
func (o runOptions) producers(cmd *cobra.Command) (out []millrace.Producer, done func() error, err error) {
	receipts, done := io.Writer(io.Discard), func() error { return nil }
	if len(o.puts) == 0 && (o.key != "" || o.receipts != "") {
		return nil, done, errors.New("--key and --receipts go with --put")
	}
	for _, put := range o.puts {
		stream, file, ok := strings.Cut(put, "=")
		if !ok || stream == "" || file == "" {
			return nil, done, fmt.Errorf("--put is %q, not STREAM=FILE", put)
		}
		out = append(out, millrace.Producer{Stream: stream, Run: func(ctx context.Context, s *millrace.Stream) error {
			p := &putter{stream: s, member: o.key, batch: 5000, receipts: receipts, prefix: stream + ","}
			return p.run(ctx, cmd.InOrStdin(), []string{file})
		}})
	}
	if o.receipts == "" {
		return out, done, nil
	}
	f, err := os.OpenFile(o.receipts, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, done, fmt.Errorf("--receipts %s: %w", o.receipts, cause(err))
	}
	receipts = &locked{w: f}
	return out, f.Close, nil
}

// locked lets several producers write whole batches of receipts.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
