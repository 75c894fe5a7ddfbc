package types

import (
	"math"
	"time"
)

// Time is an instant in microseconds since 1970-01-01T00:00:00Z. It is what an
// Arrow timestamp[us] column holds.
type Time int64

const (
	// MinTime is before every instant: the watermark of an input that has
	// promised nothing yet.
	MinTime Time = math.MinInt64
	// MaxTime is after every instant: as a watermark it is the end of input.
	MaxTime Time = math.MaxInt64

	// Microsecond and the following are lengths in the unit of Time.
	Microsecond Time = 1
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond
	Minute           = 60 * Second
	Hour             = 60 * Minute
	Day              = 24 * Hour
)

// TimeOf converts a wall-clock instant, cutting it to microseconds.
func TimeOf(t time.Time) Time { return Time(t.UnixMicro()) }

// Std converts to the standard library's representation, in UTC.
func (t Time) Std() time.Time { return time.UnixMicro(int64(t)).UTC() }

// Millis cuts t to whole milliseconds, towards the past: the precision of
// ROWTIME (DESIGN: time, order, sameness).
func (t Time) Millis() Time {
	if t == MinTime || t == MaxTime {
		return t
	}
	return t - Time(floorMod(int64(t), int64(Millisecond)))
}

// String prints t as SQL does: `2021-03-09 07:05:09.000`, with six fractional
// digits only where the microseconds are not zero.
func (t Time) String() string {
	switch t {
	case MinTime:
		return "-infinity"
	case MaxTime:
		return "infinity"
	}
	return string(AppendTimestamp(nil, int64(t)))
}

func floorMod(a, b int64) int64 {
	m := a % b
	if m < 0 {
		m += b
	}
	return m
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
