package file

import (
	"bytes"
	"io"
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
	csv  bool
	buf  []byte // read; buf[next:] is not yet cut
	next int
	eof  bool
	at   int64 // the byte of the file that buf[next] is
	line int64 // lines before it
}

// span is a line: its bytes in buf, without the line end, and its number.
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
		n := -1
		if l.csv {
			n = csvEnd(rest)
		} else {
			n = bytes.IndexByte(rest, '\n')
		}
		switch {
		case n >= 0 && n <= maxLine:
			return l.take(n + 1), nil
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
	n := bytes.IndexByte(rest, '\n')
	switch {
	case n >= 0 && n <= maxLine:
		return l.take(n + 1), nil
	case n < 0 && len(rest) <= maxLine:
		return l.take(len(rest)), nil
	}
	return l.skip()
}

// take cuts n bytes, line end included.
func (l *lines) take(n int) span {
	text := l.buf[l.next : l.next+n]
	s := span{from: l.next, line: l.line + 1, at: l.at}
	l.line += int64(bytes.Count(text, []byte{'\n'}))
	text = bytes.TrimSuffix(text, []byte{'\n'})
	text = bytes.TrimSuffix(text, []byte{'\r'})
	s.to = s.from + len(text)
	l.next += n
	l.at += int64(n)
	return s
}

// skip cuts a line that is too long, keeping its beginning.
func (l *lines) skip() (span, error) {
	s := span{from: l.next, to: l.next + maxRaw, line: l.line + 1, at: l.at, tooLong: true}
	for {
		if n := bytes.IndexByte(l.buf[s.to:], '\n'); n >= 0 {
			l.at += int64(s.to + n + 1 - l.next)
			rest := copy(l.buf[s.to:], l.buf[s.to+n+1:])
			l.buf, l.next = l.buf[:s.to+rest], s.to
			break
		}
		l.at += int64(len(l.buf) - l.next)
		l.buf, l.next = l.buf[:s.to], s.to
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

// csvEnd is the index of the line end that no quotes enclose; -1: not found. A
// quote opens only where a field starts.
func csvEnd(b []byte) int {
	i := 0
	for {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1
		}
		quote := bytes.IndexByte(b[i:i+n], '"')
		if quote < 0 {
			return i + n
		}
		i += quote
		if i > 0 && b[i-1] != ',' {
			i++
			continue
		}
		// Inside quotes two quotes are a character, one is the end.
		for i++; ; i += 2 {
			n := bytes.IndexByte(b[i:], '"')
			if n < 0 {
				return -1
			}
			i += n
			if i+1 == len(b) || b[i+1] != '"' {
				break
			}
		}
		i++
	}
}
