package file

import (
	"bytes"
	"io"

	"github.com/millrace-sql/millrace/connectors/format"
)

const (
	chunk   = 256 << 10 // bytes per read
	maxLine = 16 << 20  // a longer line is no row
	maxRaw  = 64 << 10  // what is kept of it
)

// lines cuts a file into lines. The lines since the last reuse stay in memory:
// they are told by their place in buf, which reading may move.
type lines struct {
	in   io.Reader
	csv  *format.Cutter // nil: JSON
	buf  []byte         // read; buf[next:] is not yet cut
	next int
	eof  bool
	at   int64 // the byte of the file that buf[next] is
	line int64 // lines before it
}

// span is a line, or a row of CSV between other delimiters: its bytes in buf,
// without the end, and its number.
type span struct {
	from, to int
	line     int64
	at       int64 // the byte of the file that it starts at
	tooLong  bool  // only the beginning is there
}

// reuse forgets the lines that were cut.
func (l *lines) reuse() {
	n := copy(l.buf, l.buf[l.next:])
	l.buf, l.next = l.buf[:n], 0
}

// cut returns the next line; io.EOF: there is none.
func (l *lines) cut() (span, error) {
	for {
		rest := l.buf[l.next:]
		n, next := bytes.IndexByte(rest, '\n'), 0
		if next = n + 1; l.csv != nil {
			n, next = l.csv.Cut(rest, l.eof)
		}
		switch {
		case n >= 0 && n <= maxLine:
			return l.take(n, next), nil
		case len(rest) == 0 && l.eof:
			return span{}, io.EOF
		case l.eof || n > maxLine || len(rest) > maxLine:
			return l.unfinished(rest)
		}
		if err := l.read(); err != nil {
			return span{}, err
		}
	}
}

// unfinished cuts where no line end was found within bounds: the last line of
// the file, a CSV line whose quote stays open (the quote is then the trouble of
// that line alone), or a line that is too long.
func (l *lines) unfinished(rest []byte) (span, error) {
	n, next, _ := l.plain(rest)
	switch {
	case n >= 0 && n <= maxLine:
		return l.take(n, next), nil
	case n < 0 && len(rest) <= maxLine:
		return l.take(len(rest), len(rest)), nil
	}
	return l.skip()
}

// plain finds the end of a line that nothing but its own delimiter ends; keep is
// how many of the last bytes may be part of one.
func (l *lines) plain(rest []byte) (n, next, keep int) {
	if l.csv != nil {
		return l.csv.Next(rest)
	}
	n = bytes.IndexByte(rest, '\n')
	return n, n + 1, 0
}

// take cuts n bytes and the end that follows them up to next.
func (l *lines) take(n, next int) span {
	text := l.buf[l.next : l.next+next]
	s := span{from: l.next, line: l.line + 1, at: l.at}
	if l.csv == nil || l.csv.Lines() {
		l.line += int64(bytes.Count(text, []byte{'\n'}))
		text = bytes.TrimSuffix(text[:n], []byte{'\r'})
	} else {
		l.line++
		text = text[:n]
	}
	s.to = s.from + len(text)
	l.next += next
	l.at += int64(next)
	return s
}

// skip cuts a line that is too long, keeping its beginning.
func (l *lines) skip() (span, error) {
	s := span{from: l.next, to: l.next + maxRaw, line: l.line + 1, at: l.at, tooLong: true}
	for {
		n, next, keep := l.plain(l.buf[s.to:])
		if n >= 0 {
			l.at += int64(s.to + next - l.next)
			rest := copy(l.buf[s.to:], l.buf[s.to+next:])
			l.buf, l.next = l.buf[:s.to+rest], s.to
			break
		}
		if keep = min(keep, len(l.buf)-s.to); l.eof {
			keep = 0
		}
		l.at += int64(len(l.buf) - l.next - keep)
		copy(l.buf[s.to:], l.buf[len(l.buf)-keep:])
		l.buf, l.next = l.buf[:s.to+keep], s.to
		if l.eof {
			break
		}
		if err := l.read(); err != nil {
			return s, err
		}
	}
	l.line++
	return s, nil
}

// read appends a chunk to buf.
func (l *lines) read() error {
	n := len(l.buf)
	if cap(l.buf)-n < chunk {
		grown := make([]byte, n, 2*cap(l.buf)+chunk)
		copy(grown, l.buf)
		l.buf = grown
	}
	got, err := io.ReadFull(l.in, l.buf[n:n+chunk])
	l.buf = l.buf[:n+got]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		l.eof = true
		return nil
	}
	return err
}
