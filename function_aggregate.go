package millrace

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/agg"
	"github.com/millrace-sql/millrace/exec/expr"
	"github.com/millrace-sql/millrace/sql/plan"
)

// Aggregate1 is an aggregate of one argument: SQL calls it where SUM may stand, in windows
// as on finite relations. Its state is an S for each group, and the zero S is that of a
// group without rows. step adds a row to a state. merge adds from to into, and may take
// what from refers to; shards aggregate on their own, and merge is called in their order.
// result gives the value of a group, sql.Null where there may be none.
//
// step and merge cannot fail, since other aggregates may have had the row already: what is
// wrong with an argument is noted in the state, and result then says so. An error of
// result rejects the row of the group. step must keep no []byte argument without copying
// it. result may change the state: it is not used again.
//
// States are stored in checkpoints and sent between shards. Either *S is an
// encoding.BinaryMarshaler and encoding.BinaryUnmarshaler, or encoding/gob must be able to
// store S whole: no unexported field, pointer, interface, func or chan, no struct without
// fields. Open refuses others and says which part it is. gob gives back an empty slice as
// nil, and -0 as 0. If they fail at work, the pump or query ends with the error.
//
// Options.MemoryBudget counts the size of S per group and, if S has slices, maps or texts,
// an estimate of what they hold: a group is measured with its first, second, fourth, eighth
// row and so on, and with every 64th; of a large value a part is looked at.
func Aggregate1[S, A, R any](name string, step func(*S, A), merge func(into, from *S), result func(*S) (R, error)) Function {
	out, set := newFunction[R](name)
	a := argument[A](&out)
	return aggregate(out, step == nil, func(s *S, r *expr.Row) { step(s, a(r)) }, merge, set, result)
}

// Aggregate0 is an aggregate without arguments: step is called for every row of a group.
// See Aggregate1.
func Aggregate0[S, R any](name string, step func(*S), merge func(into, from *S), result func(*S) (R, error)) Function {
	out, set := newFunction[R](name)
	return aggregate(out, step == nil, func(s *S, _ *expr.Row) { step(s) }, merge, set, result)
}

// Aggregate2 is an aggregate of two arguments. See Aggregate1.
func Aggregate2[S, A, B, R any](name string, step func(*S, A, B), merge func(into, from *S), result func(*S) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b := argument[A](&out), argument[B](&out)
	return aggregate(out, step == nil, func(s *S, r *expr.Row) { step(s, a(r), b(r)) }, merge, set, result)
}

// Aggregate3 is an aggregate of three arguments. See Aggregate1.
func Aggregate3[S, A, B, C, R any](name string, step func(*S, A, B, C), merge func(into, from *S), result func(*S) (R, error)) Function {
	out, set := newFunction[R](name)
	a, b, c := argument[A](&out), argument[B](&out), argument[C](&out)
	return aggregate(out, step == nil, func(s *S, r *expr.Row) { step(s, a(r), b(r), c(r)) }, merge, set, result)
}

// aggregate is f with the code of an aggregate.
func aggregate[S, R any](f Function, noStep bool, step func(*S, *expr.Row), merge func(into, from *S), set func(*expr.Row, R), result func(*S) (R, error)) Function {
	f.kind = plan.UserAggregate
	if noStep || merge == nil || result == nil {
		f.fail("step, merge or result is nil")
	}
	codec, err := stateCodec[S]()
	if err != nil {
		f.fail("%w", err)
	}
	if f.err != nil {
		return f
	}
	f.kernel = agg.NewUserOf(func() *agg.Kernel[S] {
		args, values, code := expr.NewArguments(f.nullable), expr.NewResults(f.result), codec()
		strict := len(f.nullable) > 0
		return &agg.Kernel[S]{
			Name: f.name,
			Load: func(columns []arrow.Array, rows []uint32) { args.Load(columns, rows) },
			Step: func(s *S, row uint32) {
				if args.At(row); strict && args.Missing() {
					return
				}
				step(s, &args.Row)
			},
			Merge:  merge,
			Encode: code.encode,
			Decode: code.decode,
			Result: func(s *S) error {
				values.Append()
				v, err := result(s)
				if err == nil {
					set(&values.Row, v)
					err = values.Full()
				}
				if err != nil {
					values.SetNull()
				}
				return err
			},
			Column: func(mem memory.Allocator) arrow.Array { return values.Column(mem) },
		}
	})
	return f
}
