package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/millrace-sql/millrace/connectors/format"
)

// byteOrderMark is what some programs write before UTF-8.
var byteOrderMark = []byte("\xef\xbb\xbf")

// header skips what comes before the rows of f: a byte order mark, and the header
// line of a CSV file, whose names it returns. body is the position after both.
func (s *source) header(f *os.File, begin position) (names []string, body position, err error) {
	body = begin
	body.at, body.line = 0, 0
	var mark [3]byte
	if n, err := f.ReadAt(mark[:], 0); err != nil && err != io.EOF {
		return nil, body, err
	} else if bytes.Equal(mark[:n], byteOrderMark) {
		body.at = int64(n)
	}
	if s.Format != "csv" || s.NoHeader {
		return nil, body, nil
	}
	l := linesAt(f, body, s.cutter)
	for {
		line, err := l.cut()
		switch {
		case err == io.EOF:
			return nil, body, errors.New("the header line is missing")
		case err != nil:
			return nil, body, err
		case line.tooLong:
			return nil, body, fmt.Errorf("the header line is longer than %d bytes", maxLine)
		case line.from == line.to:
			continue
		}
		if names, err = s.decode.Fields(l.buf[line.from:line.to]); err != nil {
			return nil, body, fmt.Errorf("the header line: %w", err)
		}
		if s.SkipHeader {
			names = nil
		}
		body.at, body.line = l.at, l.line
		return names, body, nil
	}
}

// linesAt cuts f from a position on; csv is nil for JSON.
func linesAt(f *os.File, p position, csv *format.Cutter) *lines {
	return &lines{in: io.NewSectionReader(f, p.at, math.MaxInt64-p.at), csv: csv, at: p.at, line: p.line}
}
