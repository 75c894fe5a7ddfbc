package millrace

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// scriptFunctions is the aggregates and table functions that scripts call, and FuzzScript.
var scriptFunctions = []Function{
	Aggregate1("GEO_MEAN", (*geoMean).add, (*geoMean).merge, (*geoMean).result),
	Aggregate1("LONGEST", (*longest).add, (*longest).merge, (*longest).result),
	Aggregate1("MEDIAN", (*median).add, (*median).merge, (*median).result),
	Aggregate1("TEXTS", (*texts).add, (*texts).merge, (*texts).result),
	Aggregate0("ALL_ROWS", func(n *int64) { *n++ }, func(into, from *int64) { *into += *from }, func(n *int64) (int64, error) { return *n, nil }),
	Aggregate1("NULLS", func(n *int32, v sql.Null[int32]) {
		if !v.Valid {
			*n++
		}
	}, func(into, from *int32) { *into += *from }, func(n *int32) (int32, error) { return *n, nil }),
	Aggregate2("TEXT_AT_GREATEST", (*greatest).add, (*greatest).merge, (*greatest).result),
	Aggregate3("COUNT_WITHIN", func(n *int64, v, low, high int32) {
		if low <= v && v <= high {
			*n++
		}
	}, func(into, from *int64) { *into += *from }, func(n *int64) (int64, error) { return *n, nil }),
	TableFunc("WORDS", func(in line, emit func(word)) error {
		for i, text := range strings.Fields(in.Text) {
			emit(word{Word: text, N: int32(i + 1), Size: sql.Null[int64]{V: int64(len(text)), Valid: text != "?"}})
			if text == "#" {
				return errors.New("a # in the line")
			}
		}
		return nil
	}),
	TableFunc("EVERY_TYPE", func(in every, emit func(every)) error {
		emit(in)
		return nil
	}),
}

// geoMean has a state of fixed size. A value that has no logarithm is told by result.
type geoMean struct {
	Logs float64
	N    int64
	Bad  bool
}

func (s *geoMean) add(v float64) {
	s.Bad = s.Bad || v <= 0
	s.Logs += math.Log2(v)
	s.N++
}

func (s *geoMean) merge(from *geoMean) {
	s.Bad = s.Bad || from.Bad
	s.Logs += from.Logs
	s.N += from.N
}

func (s *geoMean) result() (sql.Null[float64], error) {
	if s.Bad {
		return sql.Null[float64]{}, errors.New("a value is not above 0")
	}
	return sql.Null[float64]{V: math.Exp2(s.Logs / float64(s.N)), Valid: s.N > 0}, nil
}

// longest keeps the first of the longest texts.
type longest struct {
	Text string
	Seen bool
}

func (s *longest) add(v string) {
	if !s.Seen || len(v) > len(s.Text) {
		*s = longest{v, true}
	}
}

func (s *longest) merge(from *longest) {
	if from.Seen {
		s.add(from.Text)
	}
}

func (s *longest) result() (sql.Null[string], error) {
	return sql.Null[string]{V: s.Text, Valid: s.Seen}, nil
}

// median has a slice, which gob stores, and which result changes.
type median struct{ Values []int32 }

func (s *median) add(v int32)        { s.Values = append(s.Values, v) }
func (s *median) merge(from *median) { s.Values = append(s.Values, from.Values...) }

func (s *median) result() (sql.Null[int32], error) {
	slices.Sort(s.Values)
	if len(s.Values) == 0 {
		return sql.Null[int32]{}, nil
	}
	return sql.Null[int32]{V: s.Values[(len(s.Values)-1)/2], Valid: true}, nil
}

// texts is the distinct texts, and writes itself.
type texts struct{ seen map[string]bool }

func (s *texts) add(v string) {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[v] = true
}

func (s *texts) merge(from *texts) {
	for v := range from.seen {
		s.add(v)
	}
}

func (s *texts) result() (string, error) {
	return strings.Join(slices.Sorted(maps.Keys(s.seen)), ","), nil
}

func (s *texts) MarshalBinary() (p []byte, err error) {
	for v := range s.seen {
		p = binary.AppendUvarint(p, uint64(len(v)))
		p = append(p, v...)
	}
	return p, nil
}

func (s *texts) UnmarshalBinary(p []byte) error {
	for len(p) > 0 {
		n, size := binary.Uvarint(p)
		if size <= 0 || n > uint64(len(p)-size) {
			return fmt.Errorf("a text of %d bytes in %d", n, len(p))
		}
		s.add(string(p[size : size+int(n)]))
		p = p[size+int(n):]
	}
	return nil
}

// greatest is the text beside the greatest number, the first one of several.
type greatest struct {
	N    int32
	Text string
	Seen bool
}

func (s *greatest) add(n int32, text string) {
	if !s.Seen || cmp.Compare(n, s.N) > 0 {
		*s = greatest{n, text, true}
	}
}

func (s *greatest) merge(from *greatest) {
	if from.Seen {
		s.add(from.N, from.Text)
	}
}

func (s *greatest) result() (sql.Null[string], error) {
	return sql.Null[string]{V: s.Text, Valid: s.Seen}, nil
}

type line struct {
	Id   int32
	Text string
}

type word struct {
	Word string
	N    int32 `millrace:"number"`
	Size sql.Null[int64]
}

// every has each type as a column.
type every struct {
	B   bool
	I8  sql.Null[int8]
	I16 int16
	I32 int32
	I64 int64
	F32 float32
	F64 sql.Null[float64]
	S   sql.Null[string]
	X   []byte
	T   time.Time
}
