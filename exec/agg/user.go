package agg

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// User is a Func of the embedding program, whose code can fail where that of the engine
// cannot.
type User interface {
	Func
	// Err is why State or Merge, here or in what Freeze gave, were not right. They must
	// then not be used.
	Err() error
	// Reason is why Result had no value for a group.
	Reason(group uint32) string
}

// NewUser makes a Func of an aggregate of the embedding program.
type NewUser func() User

// Kernel is the code of such an aggregate over states S; the zero S is that of an empty
// group. A kernel serves one Func: what it reads and makes lies in memory of its own.
type Kernel[S any] struct {
	Name string
	// Load takes the arguments of the rows that Step is going to be called for.
	Load func(args []arrow.Array, rows []uint32)
	// Step adds a row to a state.
	Step  func(s *S, row uint32)
	Merge func(into, from *S)
	// Result appends a value to the column that Column then hands over; with an error it
	// is NULL.
	Result func(s *S) error
	Column func(mem memory.Allocator) arrow.Array
	// Encode appends a state to dst, Decode reads one into the zero S.
	Encode func(dst []byte, s *S) ([]byte, error)
	Decode func(p []byte, s *S) error
}

// NewUserOf is NewUser for a kernel; each Func has one that kernel makes.
func NewUserOf[S any](kernel func() *Kernel[S]) NewUser {
	return func() User { return newUser(kernel, &fault{}) }
}

// user is the Func of a Kernel. A state is a column of bytes.
type user[S any] struct {
	*Kernel[S]
	kernel  func() *Kernel[S]
	fault   *fault
	cells   cells[S]
	sizes   sizes // of what states refer to, where they do
	sized   bool
	shares  bool // a copy of a state shares memory with it
	reasons map[uint32]string
	every   []uint32
	one     [1]arrow.Array
	args    []arrow.Array
}

func newUser[S any](kernel func() *Kernel[S], f *fault) *user[S] {
	t := reflect.TypeFor[S]()
	u := &user[S]{Kernel: kernel(), kernel: kernel, fault: f, sized: refers(t, true), shares: refers(t, false)}
	if u.shares {
		// A page is copied on either goroutine, under the lock of the cells.
		copier := kernel()
		u.cells.clone = func(s S) (out S) {
			p, err := copier.Encode(nil, &s)
			if err == nil {
				err = copier.Decode(p, &out)
			}
			if err != nil {
				f.note(fmt.Errorf("aggregate %s: a state cannot be copied: %w", copier.Name, err))
			}
			return out
		}
	}
	return u
}

// Update takes the argument, or several as the fields of a struct.
func (u *user[S]) Update(n int, groups, rows []uint32, arg arrow.Array) {
	states := u.cells.write(n, groups)
	u.Load(u.arguments(arg), rows)
	rows = rows[:len(groups)]
	for i, g := range groups {
		u.Step(&states[g], rows[i])
	}
	if u.sized {
		u.sizes.count(n, groups, u.size)
	}
}

func (u *user[S]) arguments(arg arrow.Array) []arrow.Array {
	switch arg := arg.(type) {
	case nil:
		return nil
	case *array.Struct:
		u.args = u.args[:0]
		for i := range arg.NumField() {
			u.args = append(u.args, arg.Field(i))
		}
		return u.args
	}
	u.one[0] = arg
	return u.one[:]
}

func (u *user[S]) Merge(n int, groups []uint32, state []arrow.Array) {
	states := u.cells.write(n, groups)
	encoded := state[0].(*array.Binary)
	for i, g := range groups {
		var from S
		if err := u.Decode(encoded.Value(i), &from); err != nil {
			u.fault.note(fmt.Errorf("aggregate %s: a stored state cannot be read: %w", u.Name, err))
			return
		}
		u.Kernel.Merge(&states[g], &from)
	}
	if u.sized {
		u.sizes.all(n, groups, u.size)
	}
}

func (u *user[S]) State(n int, mem memory.Allocator) []arrow.Array {
	states := u.all(n)
	col := newBuilder(arrow.BinaryTypes.Binary, n, mem)
	offsets := col.offsets()
	var buf []byte
	for g := range states[:n] {
		offsets[g] = int32(len(buf))
		var err error
		if buf, err = u.Encode(buf, &states[g]); err != nil {
			u.fault.note(fmt.Errorf("aggregate %s: a state cannot be written: %w", u.Name, err))
			buf = buf[:offsets[g]]
		}
		if len(buf) > math.MaxInt32 {
			u.fault.note(fmt.Errorf("aggregate %s: %w", u.Name, errLargeStates))
			buf = buf[:0]
		}
	}
	offsets[n] = int32(len(buf))
	copy(col.bytes(len(buf)), buf)
	return []arrow.Array{col.array()}
}

var errLargeStates = errors.New("the states of a window are longer than 2 GiB together")

// all is the states of n groups for code that may change them: a snapshot keeps them
// first.
func (u *user[S]) all(n int) []S {
	if u.cells.hold.Load() == nil {
		return u.cells.write(n, nil)
	}
	u.every = everyRow(u.every, n)
	return u.cells.write(n, u.every[:n])
}

func (u *user[S]) Result(n int, mem memory.Allocator) (arrow.Array, []uint32) {
	states := u.all(n)
	clear(u.reasons)
	var bad []uint32
	for g := range states[:n] {
		if err := u.Kernel.Result(&states[g]); err != nil {
			if u.reasons == nil {
				u.reasons = map[uint32]string{}
			}
			u.reasons[uint32(g)] = err.Error()
			bad = append(bad, uint32(g))
		}
	}
	return u.Column(mem), bad
}

func (u *user[S]) Reason(group uint32) string { return u.reasons[group] }

func (u *user[S]) Err() error { return u.fault.get() }

func (u *user[S]) Freeze(n int) Frozen {
	u.cells.freeze(n)
	return frozenFunc{func(lo, hi int) Func {
		out := &user[S]{Kernel: u.kernel(), fault: u.fault}
		out.cells = u.cells.frozen(lo, hi)
		return out
	}, u.cells.release}
}

func (u *user[S]) Reset() {
	if u.sized {
		clear(u.cells.live) // lets go of what they refer to
	}
	u.cells.reset()
	u.sizes.reset()
}

// Bytes is the states themselves, and, as far as they refer to other memory, what was
// measured of that: see sizes.
func (u *user[S]) Bytes() int64 { return u.cells.bytes() + u.sizes.bytes() }

func (u *user[S]) size(group uint32) int64 { return sizeBehind(&u.cells.live[group]) }
