package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/millrace-sql/millrace/storage/shardlog"
)

// place is a line of an input.
type place struct {
	input  string
	number int
}

func (p place) String() string { return fmt.Sprintf("line %d of %s", p.number, p.input) }

// line is one record on its way in.
type line struct {
	place
	data []byte
}

// readLines sends the lines of the files, or of standard input where there are
// none. It ends with ctx, but not while standard input has nothing to give.
func readLines(ctx context.Context, stdin io.Reader, files []string, to chan<- line) error {
	if len(files) == 0 {
		return scanLines(ctx, "standard input", stdin, to)
	}
	for _, path := range files {
		if path == "-" {
			if err := scanLines(ctx, "standard input", stdin, to); err != nil {
				return err
			}
			continue
		}
		f, err := openInput(path)
		if err != nil {
			return err
		}
		err = scanLines(ctx, path, f, to)
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("file %s: %w", path, cause(cerr))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func scanLines(ctx context.Context, input string, r io.Reader, to chan<- line) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), shardlog.MaxRecordBytes+2) // and the end of the line
	n := 0
	for s.Scan() {
		n++
		if len(s.Bytes()) == 0 {
			continue
		}
		select {
		case to <- line{place{input, n}, bytes.Clone(s.Bytes())}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := s.Err()
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s has more than %d bytes, the most of a record", place{input, n + 1}, shardlog.MaxRecordBytes)
	case err != nil:
		return fmt.Errorf("%s: %w", place{input, n + 1}, cause(err))
	}
	return nil
}
