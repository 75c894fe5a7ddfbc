package millrace

import (
	"bytes"
	"database/sql"
	"encoding/gob"
	"errors"
	"math/big"
	"reflect"
	"testing"
	"time"
)

// whole is a state of all that gob stores.
type whole struct {
	N      int64
	F      float32
	Text   string
	Raw    []byte
	List   []longest
	ByName map[string][]int16
	Fixed  [3]uint8
	At     time.Time
	Big    big.Int
	Null   sql.Null[time.Time]
}

func TestGobState(t *testing.T) {
	codec, err := stateCodec[whole]()
	if err != nil {
		t.Fatal(err)
	}
	states := []whole{
		{}, {N: -5, F: 1.5, Text: "x", Raw: []byte{0}, List: []longest{{"a", true}, {}}, Fixed: [3]uint8{1, 0, 3}},
		{ByName: map[string][]int16{"a": {1}, "": {-2, 3}}, At: time.UnixMicro(77).UTC(), Null: sql.Null[time.Time]{Valid: true, V: time.UnixMicro(1).UTC()}},
	}
	states[2].Big.SetString("-123456789012345678901234567890", 10)
	writer, reader := codec(), codec()
	for range 2 { // the second time behind the description
		for _, want := range states {
			p, err := writer.encode([]byte("before"), &want)
			if err != nil || !bytes.HasPrefix(p, []byte("before")) {
				t.Fatal(err)
			}
			var got whole
			if err := reader.decode(p[6:], &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v came back as %+v, %v", want, got, err)
			}
		}
	}
}

// TestForeignGob: what another process wrote, whose types have other numbers, can be
// read, before and after states of one's own; what is torn is an error, once.
func TestForeignGob(t *testing.T) {
	type other struct{ Values []int32 } // stands for median, in that process
	var foreign bytes.Buffer
	if err := gob.NewEncoder(&foreign).Encode(other{[]int32{4, 5}}); err != nil {
		t.Fatal(err)
	}
	codec, err := stateCodec[median]()
	if err != nil {
		t.Fatal(err)
	}
	code := codec()
	own, err := code.encode(nil, &median{Values: []int32{6}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p    []byte
		want []int32
	}{{foreign.Bytes(), []int32{4, 5}}, {own, []int32{6}}, {own[:len(own)-1], nil}, {foreign.Bytes()[:20], nil}, {nil, nil}, {own, []int32{6}}, {foreign.Bytes(), []int32{4, 5}}, {own, []int32{6}}} {
		var got median
		err := code.decode(c.p, &got)
		if c.want == nil && err == nil || c.want != nil && (err != nil || !reflect.DeepEqual(got.Values, c.want)) {
			t.Errorf("%x: %v, %v, want %v", c.p, got, err, c.want)
		}
	}
}

type (
	unexported struct{ Inner struct{ n int } }
	pointing   struct{ Next map[string][]*int64 }
	open       struct{ V any }
	hollow     struct{ Set map[string]struct{} }
	recursive  struct {
		Kids []recursive
		F    func()
	}
	halfWritten struct{}
	tree        struct {
		Name string
		Kids []tree
	}
)

func (*halfWritten) MarshalBinary() ([]byte, error) { return nil, errors.New("half") }

func aggregateOf[S any]() Function {
	return Aggregate0("F", func(*S) {}, func(_, _ *S) {}, func(*S) (bool, error) { return true, nil })
}

func TestStatesThatGobLoses(t *testing.T) {
	const ways = "; change that, or give *millrace."
	for want, f := range map[string]Function{
		"function F: the state millrace.unexported cannot be stored: Inner.n is unexported, and gob would leave it out" + ways + "unexported MarshalBinary and UnmarshalBinary":             aggregateOf[unexported](),
		"function F: the state millrace.pointing cannot be stored: Next[][] is a pointer, and gob does not tell one to zero from nil" + ways + "pointing MarshalBinary and UnmarshalBinary": aggregateOf[pointing](),
		"function F: the state millrace.open cannot be stored: V is of kind interface, which is no data" + ways + "open MarshalBinary and UnmarshalBinary":                                  aggregateOf[open](),
		"function F: the state millrace.hollow cannot be stored: Set[] is a struct without fields" + ways + "hollow MarshalBinary and UnmarshalBinary":                                      aggregateOf[hollow](),
		"function F: the state millrace.recursive cannot be stored: F is of kind func, which is no data" + ways + "recursive MarshalBinary and UnmarshalBinary":                             aggregateOf[recursive](),
		"function F: the state millrace.halfWritten has one of MarshalBinary and UnmarshalBinary, and needs both":                                                                           aggregateOf[halfWritten](),
		"function F: the state *int cannot be stored: it is a pointer, and gob does not tell one to zero from nil; change that, or give **int MarshalBinary and UnmarshalBinary":            aggregateOf[*int](),
		"function F: the state struct {} cannot be stored: it is a struct without fields; change that, or give *struct {} MarshalBinary and UnmarshalBinary":                                aggregateOf[struct{}](),
		"function F: step, merge or result is nil":                                  Aggregate0("F", func(*int) {}, nil, func(*int) (bool, error) { return true, nil }),
		"function F: the argument uint8 has no SQL type":                            Aggregate1("F", func(*int, uint8) {}, func(_, _ *int) {}, func(*int) (bool, error) { return true, nil }),
		"function F: the result error has no SQL type":                              Aggregate0("F", func(*int) {}, func(_, _ *int) {}, func(*int) (error, error) { return nil, nil }),
		"function AVG is one of the engine":                                         Aggregate0("avg", func(*int) {}, func(_, _ *int) {}, func(*int) (bool, error) { return true, nil }),
		"function F: the func is nil":                                               TableFunc[line, word]("F", nil),
		"function F: int is no struct":                                              TableFunc("F", func(int, func(word)) error { return nil }),
		"function F: struct {} has no exported field":                               TableFunc("F", func(line, func(struct{})) error { return nil }),
		"function F: the field Values of millrace.median, []int32, has no SQL type": TableFunc("F", func(line, func(median)) error { return nil }),
		"function F: it cannot have a column A, or not twice": TableFunc("F", func(line, func(struct {
			A, B, a bool `millrace:"A"`
		})) error {
			return nil
		}),
		"function F: it cannot have a column ROWTIME, or not twice": TableFunc("F", func(line, func(struct{ RowTime time.Time })) error { return nil }),
	} {
		if _, err := Open("", &Options{Functions: []Function{f}}); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	// A type that holds itself, and names of several kinds.
	if db, err := Open("", &Options{Functions: []Function{aggregateOf[tree]()}}); err != nil {
		t.Error(err)
	} else {
		closeDB(t, db)
	}
	_, err := Open("", &Options{Functions: []Function{aggregateOf[int](), Func1("F", func(bool) (bool, error) { return true, nil })}})
	if err == nil || err.Error() != "function F has two kinds: scalar function, aggregate" {
		t.Error(err)
	}
}
