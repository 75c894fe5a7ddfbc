package millrace

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/storage/state"
)

// checkpoints keeps checkpoints in the state store (exec.Checkpoints).
type checkpoints struct{ store *state.Store }

func (c checkpoints) Latest(name string) (*exec.Checkpoint, error) {
	saved, states, err := c.store.Latest(name)
	if errors.Is(err, state.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &exec.Checkpoint{
		Epoch: flow.Epoch(saved.Epoch), Offsets: map[string]flow.Offset{}, Watermarks: saved.Watermarks, Counters: saved.Counters,
		Tokens: saved.Tokens, Names: states.Names(),
		Open: func(operator string) (flow.StateReader, error) {
			r, size := states.Open(operator)
			if r == nil {
				return nil, nil
			}
			return &stateReader{in: bufio.NewReaderSize(r, 64<<10), left: size}, nil
		},
	}
	for k, v := range saved.Offsets {
		out.Offsets[k] = flow.Offset(v)
	}
	return out, nil
}

func (c checkpoints) Save(set map[string]*exec.Checkpoint) error {
	all := map[string]state.Checkpoint{}
	for name, p := range set {
		out := state.Checkpoint{
			Epoch: uint64(p.Epoch), Offsets: map[string][]byte{}, Watermarks: p.Watermarks, Counters: p.Counters, Tokens: p.Tokens,
			State: map[string]io.WriterTo{},
		}
		for k, v := range p.Offsets {
			out.Offsets[k] = []byte(v)
		}
		for operator, f := range p.State {
			out.State[operator] = frozenState{f}
		}
		all[name] = out
	}
	return c.store.SaveAll(all)
}

func (c checkpoints) Drop(name string) error { return c.store.Drop(name) }

// frozenState puts the chunks of an operator into one sequence of bytes: for each,
// the lengths of name and content, then both.
type frozenState struct{ flow.Frozen }

func (f frozenState) WriteTo(w io.Writer) (int64, error) {
	out := &stateWriter{out: w}
	err := f.Frozen.WriteTo(out)
	return out.n, err
}

type stateWriter struct {
	out io.Writer
	n   int64
	buf []byte
}

// WriteChunk is flow.StateWriter's.
func (w *stateWriter) WriteChunk(name string, p []byte) error {
	w.buf = binary.AppendUvarint(w.buf[:0], uint64(len(name)))
	w.buf = binary.AppendUvarint(w.buf, uint64(len(p)))
	w.buf = append(w.buf, name...)
	for _, part := range [][]byte{w.buf, p} {
		n, err := w.out.Write(part)
		w.n += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// stateReader takes the sequence apart; left is what is still to come, so that
// damaged lengths are found before memory is asked for.
type stateReader struct {
	in   *bufio.Reader
	left int64
	buf  bytes.Buffer
}

// NextChunk is flow.StateReader's; p is valid until the next call.
func (r *stateReader) NextChunk() (name string, p []byte, err error) {
	if r.left == 0 {
		return "", nil, io.EOF
	}
	n, err := r.length()
	if err != nil {
		return "", nil, err
	}
	size, err := r.length()
	if err != nil {
		return "", nil, err
	}
	if n+size > r.left || n > r.left {
		return "", nil, fmt.Errorf("%w: a chunk of %d bytes where %d are left", state.ErrCorrupt, n+size, r.left)
	}
	r.buf.Reset()
	if _, err := io.CopyN(&r.buf, r.in, n+size); err != nil {
		return "", nil, err
	}
	r.left -= n + size
	all := r.buf.Bytes()
	return string(all[:n]), all[n:], nil
}

func (r *stateReader) length() (int64, error) {
	v, err := binary.ReadUvarint(r.in)
	if err != nil {
		return 0, err
	}
	r.left -= int64(len(binary.AppendUvarint(nil, v)))
	if v > uint64(max(r.left, 0)) {
		return 0, fmt.Errorf("%w: a length of %d where %d bytes are left", state.ErrCorrupt, v, r.left)
	}
	return int64(v), nil
}
