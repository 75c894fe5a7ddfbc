package expr

// class is the physical family of a value. Every SQL type has one:
//
//	ints    TINYINT..BIGINT, DECIMAL (unscaled), DATE (days), TIME and TIMESTAMP
//	        (microseconds), intervals (microseconds or months)
//	floats  REAL, DOUBLE
//	bools   BOOLEAN
//	texts   CHAR, VARCHAR, BINARY, VARBINARY
type class uint8

const (
	ints class = iota
	floats
	bools
	texts
)

// vec is a column between kernels. Values stand at the index of their row in the
// batch; rows that are not selected hold garbage. A constant has one value, at
// index 0.
type vec struct {
	class  class
	konst  bool
	ints   []int64
	floats []float64
	bools  []bool
	// Text i is data[starts[i]:ends[i]].
	starts, ends []int32
	data         []byte
	// packed: each text, of a dead row too, begins where the one before it ends.
	packed bool
	// null[i] = the value is NULL; nil = none is.
	null []bool
}

// mask is what a row index is and-ed with: all ones, or zero for a constant.
func (v *vec) mask() int {
	if v.konst {
		return 0
	}
	return -1
}

func (v *vec) isNull(row uint32) bool { return v.null != nil && v.null[int(row)&v.mask()] }

func (v *vec) text(row uint32) []byte {
	i := int(row) & v.mask()
	return v.data[v.starts[i]:v.ends[i]]
}

// scratch is a vec that an evaluator node owns and fills anew for each batch.
type scratch struct {
	vec
	nullBuf          []bool
	startBuf, endBuf []int32
}

// reset prepares the vec for n rows of a class, none NULL.
func (s *scratch) reset(c class, n int) *vec {
	s.class, s.konst, s.null = c, false, nil
	switch c {
	case ints:
		s.ints = sized(s.ints, n)
	case floats:
		s.floats = sized(s.floats, n)
	case bools:
		s.bools = sized(s.bools, n)
	case texts:
		s.startBuf, s.endBuf = sized(s.startBuf, n), sized(s.endBuf, n)
		s.starts, s.ends, s.data, s.packed = s.startBuf, s.endBuf, s.data[:0], false
	}
	return &s.vec
}

// nulls is the NULL flags of a vec under construction, all false at first.
func (s *scratch) nulls(n int) []bool {
	if s.null == nil {
		s.nullBuf = sized(s.nullBuf, n)
		clear(s.nullBuf)
		s.null = s.nullBuf
	}
	return s.null
}

// mergeNulls makes a result NULL where an operand is.
func (s *scratch) mergeNulls(n int, sel []uint32, operands ...*vec) {
	for _, o := range operands {
		if o.null == nil {
			continue
		}
		if !o.konst && len(sel) == n && s.null == nil {
			s.nullBuf = append(s.nullBuf[:0], o.null[:n]...)
			s.null = s.nullBuf
			continue
		}
		null, m := s.nulls(n), o.mask()
		for _, i := range sel {
			null[i] = null[i] || o.null[int(i)&m]
		}
	}
}

// setText appends the value of row i.
func (s *scratch) setText(i uint32, v []byte) {
	s.starts[i] = int32(len(s.data))
	s.data = append(s.data, v...)
	s.ends[i] = int32(len(s.data))
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
