package lake

import (
	"hash/maphash"

	"github.com/parquet-go/parquet-go"
)

const (
	sampleRows    = 8192 // what a writer looks at before it stops sampling
	enoughSample  = 256  // below, a dictionary costs nothing
	distinctShare = 0.3  // above, a dictionary costs more than it saves
)

// sampler decides which columns of a writer's files get a dictionary.
type sampler struct {
	columns []*sampleColumn // nil where the type never has a dictionary
	rows    int
	seed    maphash.Seed
	buf     [encodeChunk]parquet.Value
}

type sampleColumn struct {
	distinct map[uint64]struct{}
	values   int
}

func newSampler(l layout) (*sampler, error) {
	s := &sampler{columns: make([]*sampleColumn, len(l.data)), seed: maphash.MakeSeed()}
	for i, c := range l.data {
		lf, err := leafOf(l.fields[c].Type)
		if err != nil {
			return nil, err
		}
		if lf.sampled {
			s.columns[i] = &sampleColumn{distinct: map[uint64]struct{}{}}
		}
	}
	return s, nil
}

// add looks at rows of a record; cols are the encoders of the data columns.
func (s *sampler) add(cols []encoder, rows []uint32) {
	rows = rows[:min(len(rows), sampleRows-s.rows, encodeChunk)]
	if len(rows) == 0 {
		return
	}
	s.rows += len(rows)
	for i, c := range s.columns {
		if c == nil {
			continue
		}
		cols[i](s.buf[:len(rows)], rows)
		for _, v := range s.buf[:len(rows)] {
			if !v.IsNull() {
				c.values++
				c.distinct[maphash.Bytes(s.seed, v.ByteArray())] = struct{}{}
			}
		}
	}
	clear(s.buf[:len(rows)]) // the bytes are borrowed
}

// dictionaries is the decision by what has been seen so far, per data column.
func (s *sampler) dictionaries() []bool {
	out := make([]bool, len(s.columns))
	for i, c := range s.columns {
		if c != nil {
			out[i] = c.values < enoughSample || float64(len(c.distinct)) < distinctShare*float64(c.values)
		}
	}
	return out
}
