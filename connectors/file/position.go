package file

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// maxHead is how much of a file's beginning tells it from others.
const maxHead = 4096

// position is what an Offset holds.
type position struct {
	at   int64      // the byte to go on with
	line int64      // lines before it
	last types.Time // the last rowtime
	// size and hash are those of the file's name and beginning; a file that grows
	// keeps it.
	size int
	hash string
}

// The form is versioned: offsets live in checkpoints.
const positionForm = "file1 %d %d %d %d %s"

func (p position) offset() flow.Offset {
	return flow.Offset(fmt.Sprintf(positionForm, p.at, p.line, int64(p.last), p.size, p.hash))
}

func parseOffset(o flow.Offset) (position, error) {
	var p position
	if _, err := fmt.Sscanf(string(o), positionForm, &p.at, &p.line, (*int64)(&p.last), &p.size, &p.hash); err != nil {
		return p, fmt.Errorf("offset %q: %w", o, err)
	}
	return p, nil
}

// identify hashes the beginning of f, at most size bytes of it.
func identify(f *os.File, name string, size int) (n int, hash string, err error) {
	head := make([]byte, size)
	n, err = f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return 0, "", err
	}
	h := sha256.New()
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write(head[:n])
	return n, fmt.Sprintf("%x", h.Sum(nil)[:16]), nil
}

// resume finds the position to read from: that of o, or the beginning.
func (s *source) resume(f *os.File, o flow.Offset) (position, error) {
	info, err := f.Stat()
	if err != nil {
		return position{}, err
	}
	if info.IsDir() {
		return position{}, errors.New("it is a directory")
	}
	if o == "" {
		size, hash, err := identify(f, s.Path, maxHead)
		return position{last: s.first(), size: size, hash: hash}, err
	}
	p, err := parseOffset(o)
	if err != nil {
		return p, err
	}
	const other = "it is not the one that was read before: "
	if info.Size() < p.at || info.Size() < int64(p.size) {
		return p, fmt.Errorf(other+"it has %d bytes, %d were read", info.Size(), max(p.at, int64(p.size)))
	}
	_, hash, err := identify(f, s.Path, min(p.size, maxHead))
	if err == nil && hash != p.hash {
		err = fmt.Errorf(other+"its path or its first %d bytes differ", p.size)
	}
	return p, err
}

// first is the rowtime before the first row.
func (s *source) first() types.Time {
	if s.time >= 0 || s.Schema.RowTime < 0 {
		return types.MinTime
	}
	return s.Start.Millis()
}
