package flow

import (
	"context"
	"errors"

	"github.com/millrace-sql/millrace/sql/types"
)

// ErrEnough is returned by Process and Emit when no further input can change
// the result (LIMIT reached): the driver stops the input and finishes.
var ErrEnough = errors.New("enough input")

// Operator is a state machine driven by one goroutine, in stream order. It
// holds no goroutine, timer, lock, log or file.
//
// Process borrows b. Advance is the driver's promise that no row still to come
// on any input has a rowtime below wm; wm never decreases. Its result, at most
// wm, is what may be promised downstream. wm == types.MaxTime is the end of
// input: there is no other finish call.
//
// ErrEnough stops the input. Bad data is a Rejected, never an error; any other
// error ends the job. Close releases what the operator holds and may be called
// once, at any time between calls.
type Operator interface {
	Process(ctx context.Context, input int, b Batch, out Out) error
	Advance(ctx context.Context, wm types.Time, out Out) (types.Time, error)
	Close() error
}

// Out belongs to the driver and is valid during the call it is passed to. It
// borrows what it is given. Every input row gets exactly one fate.
type Out interface {
	// Emit hands rows downstream.
	Emit(b Batch) error
	// Reject makes a row of error_stream, or of late_stream when r.Late.
	Reject(r Rejected) error
	// Promise tells downstream, between two batches, what Advance's result tells it at
	// the end: no row below wm will come, but for rows that are late by declared event
	// time.
	Promise(wm types.Time) error
	// Count states the fate of rows that were passed on, absorbed into state or
	// filtered. Late and rejected rows are counted by Reject.
	Count(f Fate, rows int)
}

// Fate is what became of an input row: in = passed + absorbed + filtered + late
// + rejected, per operator.
type Fate uint8

// The fates an operator states itself. Only Filter, HAVING, joins and DISTINCT
// may state Filtered.
const (
	Passed Fate = iota
	Absorbed
	Filtered
)

// Holder is an operator whose rows wait: how many, and how many it has let go so
// far. Absorbed = waiting + released.
type Holder interface {
	Held() (waiting, released int64)
	// Bytes is the memory of what it holds.
	Bytes() int64
}

// Stateful is an operator that a checkpoint can hold.
type Stateful interface {
	Operator
	Holder
	// Snapshot is cheap: memory is shared, and copied where it changes later. It runs
	// between calls. The one before must have been released.
	Snapshot() (Frozen, error)
	// Restore fills an operator that has processed nothing; the driver then calls
	// Advance with the saved watermark, which must emit nothing.
	Restore(r StateReader) error
}

// Frozen is an operator's state at one instant. WriteTo may run on another
// goroutine while Process goes on; Release is called once.
type Frozen interface {
	WriteTo(w StateWriter) error
	Release()
}

// StateWriter takes named chunks of state; p may be reused after the call.
type StateWriter interface {
	WriteChunk(name string, p []byte) error
}

// StateReader gives the chunks back in the order they were written; io.EOF
// after the last.
type StateReader interface {
	NextChunk() (name string, p []byte, err error)
}
