package millrace

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"fmt"
	"reflect"
)

// stateCode writes and reads the states of an aggregate. It serves one goroutine.
type stateCode[S any] struct {
	encode func(dst []byte, s *S) ([]byte, error)
	decode func(p []byte, s *S) error // into the zero S
}

// stateCodec finds how to store an S, or what part of it would be lost.
func stateCodec[S any]() (func() stateCode[S], error) {
	_, writes := any(new(S)).(encoding.BinaryMarshaler)
	_, reads := any(new(S)).(encoding.BinaryUnmarshaler)
	t := reflect.TypeFor[S]()
	switch {
	case writes && reads:
		return binaryCode[S], nil
	case writes || reads:
		return nil, fmt.Errorf("the state %s has one of MarshalBinary and UnmarshalBinary, and needs both", t)
	}
	if lost := gobLoses(t, "", nil); lost != "" {
		return nil, fmt.Errorf("the state %s cannot be stored: %s; change that, or give *%s MarshalBinary and UnmarshalBinary", t, lost, t)
	}
	// What else gob does not take shows with the zero state.
	code := gobCode[S]()
	p, err := code.encode(nil, new(S))
	if err == nil {
		err = code.decode(p, new(S))
	}
	if err != nil {
		return nil, fmt.Errorf("the state %s cannot be stored: %w", t, err)
	}
	return gobCode[S], nil
}

func binaryCode[S any]() stateCode[S] {
	return stateCode[S]{
		encode: func(dst []byte, s *S) ([]byte, error) {
			p, err := any(s).(encoding.BinaryMarshaler).MarshalBinary()
			return append(dst, p...), err
		},
		decode: func(p []byte, s *S) error { return any(s).(encoding.BinaryUnmarshaler).UnmarshalBinary(p) },
	}
}

// gobCode stores each state as a stream of its own: the description of S, then the
// value. Making and reading descriptions is most of the work, so that an encoder goes on
// from one value to the next behind the description that it made first, and a decoder
// where that is the same, which it is for states of this process.
func gobCode[S any]() stateCode[S] {
	g := &gobStream[S]{}
	return stateCode[S]{encode: g.encode, decode: g.decode}
}

type gobStream[S any] struct {
	out    bytes.Buffer
	in     bytes.Reader
	enc    *gob.Encoder
	dec    *gob.Decoder
	prefix []byte // the description
}

// start makes an encoder that has written the description.
func (g *gobStream[S]) start() error {
	g.out.Reset()
	g.enc = gob.NewEncoder(&g.out)
	var zero S
	if err := g.enc.Encode(&zero); err != nil {
		g.enc = nil
		return err
	}
	whole := bytes.Clone(g.out.Bytes())
	g.out.Reset()
	if err := g.enc.Encode(&zero); err != nil {
		g.enc = nil
		return err
	}
	g.prefix = whole[:len(whole)-g.out.Len()]
	return nil
}

func (g *gobStream[S]) encode(dst []byte, s *S) ([]byte, error) {
	if g.enc == nil {
		if err := g.start(); err != nil {
			return dst, err
		}
	}
	g.out.Reset()
	if err := g.enc.Encode(s); err != nil {
		g.enc = nil // it has given up
		return dst, err
	}
	return append(append(dst, g.prefix...), g.out.Bytes()...), nil
}

func (g *gobStream[S]) decode(p []byte, s *S) error {
	if g.enc == nil {
		if err := g.start(); err != nil {
			return err
		}
	}
	value, ours := bytes.CutPrefix(p, g.prefix)
	if !ours {
		return gob.NewDecoder(bytes.NewReader(p)).Decode(s)
	}
	if g.dec == nil {
		g.dec = gob.NewDecoder(&g.in)
		value = p
	}
	g.in.Reset(value)
	err := g.dec.Decode(s)
	if err != nil {
		g.dec = nil
	}
	return err
}

var (
	gobEncodes = reflect.TypeFor[gob.GobEncoder]()
	gobDecodes = reflect.TypeFor[gob.GobDecoder]()
	binWrites  = reflect.TypeFor[encoding.BinaryMarshaler]()
	binReads   = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// gobLoses says what part of a value of type t gob would leave out or not give back as
// it was; "" for none. path is where t stands in the state, seen what is looked at.
func gobLoses(t reflect.Type, path string, seen []reflect.Type) string {
	at := func(problem string) string {
		if path == "" {
			return "it is " + problem
		}
		return path + " is " + problem
	}
	for _, s := range seen {
		if s == t {
			return ""
		}
	}
	seen = append(seen, t)
	p := reflect.PointerTo(t)
	if p.Implements(gobEncodes) && p.Implements(gobDecodes) || p.Implements(binWrites) && p.Implements(binReads) {
		return ""
	}
	switch t.Kind() {
	case reflect.Struct:
		return gobLosesFields(t, path, seen, at)
	case reflect.Map:
		if lost := gobLoses(t.Key(), path+"[key]", seen); lost != "" {
			return lost
		}
		return gobLoses(t.Elem(), path+"[]", seen)
	case reflect.Slice, reflect.Array:
		return gobLoses(t.Elem(), path+"[]", seen)
	case reflect.Pointer:
		return at("a pointer, and gob does not tell one to zero from nil")
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return at(fmt.Sprintf("of kind %s, which is no data", t.Kind()))
	}
	return ""
}

func gobLosesFields(t reflect.Type, path string, seen []reflect.Type, at func(string) string) string {
	if t.NumField() == 0 {
		return at("a struct without fields")
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Name
		if path != "" {
			name = path + "." + name
		}
		if !f.IsExported() {
			return name + " is unexported, and gob would leave it out"
		}
		if lost := gobLoses(f.Type, name, seen); lost != "" {
			return lost
		}
	}
	return ""
}
