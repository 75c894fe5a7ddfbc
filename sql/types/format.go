package types

import (
	"math"
	"strconv"
)

// AppendTimestamp appends micros (microseconds since the epoch) as
// `2021-03-09 07:05:09.000`; six fractional digits only where needed. Years
// outside 0..9999 print with as many digits as they have.
func AppendTimestamp(dst []byte, micros int64) []byte {
	days := floorDiv(micros, int64(Day))
	dst = AppendDate(dst, days)
	dst = append(dst, ' ')
	return AppendTimeOfDay(dst, floorMod(micros, int64(Day)))
}

// AppendDate appends days since the epoch as `2021-03-09`.
func AppendDate(dst []byte, days int64) []byte {
	y, m, d := Civil(days)
	if y < 0 {
		dst = append(dst, '-')
		y = -y
	}
	dst = appendPadded(dst, y, 4)
	dst = append(dst, '-')
	dst = appendPadded(dst, int64(m), 2)
	dst = append(dst, '-')
	return appendPadded(dst, int64(d), 2)
}

// AppendTimeOfDay appends microseconds since midnight as `07:05:09.000`.
func AppendTimeOfDay(dst []byte, micros int64) []byte {
	secs, frac := micros/int64(Second), micros%int64(Second)
	dst = appendPadded(dst, secs/3600, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, secs/60%60, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, secs%60, 2)
	dst = append(dst, '.')
	if frac%1000 == 0 {
		return appendPadded(dst, frac/1000, 3)
	}
	return appendPadded(dst, frac, 6)
}

// AppendFloat appends the shortest decimal form that reads back to f. bits is
// 32 or 64. NaN and the infinities print as NaN, Infinity and -Infinity.
func AppendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	abs := math.Abs(f)
	if abs == 0 || (abs >= 1e-6 && abs < 1e21) {
		return strconv.AppendFloat(dst, f, 'f', -1, bits)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, bits)
}

// AppendDecimal appends unscaled * 10^-scale with exactly scale fractional
// digits.
func AppendDecimal(dst []byte, unscaled int64, scale int) []byte {
	if unscaled < 0 {
		dst = append(dst, '-')
	}
	var digits [20]byte
	mag := uint64(unscaled)
	if unscaled < 0 {
		mag = -mag
	}
	text := strconv.AppendUint(digits[:0], mag, 10)
	if scale <= 0 {
		return append(dst, text...)
	}
	for pad := scale + 1 - len(text); pad > 0; pad-- {
		if pad == scale+1-len(text) {
			dst = append(dst, '0', '.')
			continue
		}
		dst = append(dst, '0')
	}
	if whole := len(text) - scale; whole > 0 {
		dst = append(dst, text[:whole]...)
		dst = append(dst, '.')
		text = text[whole:]
	}
	return append(dst, text...)
}

func appendPadded(dst []byte, v int64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], v, 10)
	for n := len(text); n < width; n++ {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}
