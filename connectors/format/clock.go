package format

import (
	"github.com/millrace-sql/millrace/sql/swar"
	"github.com/millrace-sql/millrace/sql/types"
)

// clock reads TIMESTAMP texts whose minute is that of the text before: then only
// seconds are left to read.
type clock struct {
	date, minute uint64 // the first 16 characters; 0: nothing known
	base         int64  // what they stand for, in microseconds
}

// short reads the timestamp at b[i:] and returns the index after it; -1: by the
// long way, if at all.
func (k *clock) short(b []byte, i int) (micros int64, end int) {
	if len(b)-i < 19 || swar.Load(b, i) != k.date || swar.Load(b, i+8) != k.minute {
		return 0, -1
	}
	if len(b)-i >= padding {
		micros, end = k.seconds(b[i : i+padding])
	} else {
		var tail [padding]byte
		copy(tail[:], b[i:])
		micros, end = k.seconds(tail[:])
	}
	if end < 0 {
		return 0, -1
	}
	return micros, i + end
}

// seconds reads a timestamp of the known minute at the start of b, padding
// bytes, and returns its length.
func (k *clock) seconds(b []byte) (micros int64, end int) {
	b = b[:padding]
	w := swar.Load(b, 16) // `:07.1234`
	values, others := swar.Digits(w)
	if byte(w) != ':' || others&0x808000 != 0 || byte(values>>8) > 5 {
		return 0, -1
	}
	micros = k.base + int64((values>>8&0xff)*10+values>>16&0xff)*int64(types.Second)
	end = 19
	if b[end] == '.' {
		values, others = swar.Digits(swar.Load(b, 20))
		n := swar.First(others)
		if others == 0 || n == 0 {
			return 0, -1
		}
		fraction := swar.Leading(values, n)
		if n <= 6 {
			fraction *= tens[6-n]
		} else {
			fraction /= 10
		}
		micros += int64(fraction)
		end = 20 + n
	}
	if b[end] == 'Z' && b[10] == 'T' {
		end++
	}
	return micros, end
}

// long reads any timestamp and remembers its minute.
func (k *clock) long(text []byte) (int64, error) {
	micros, err := types.ParseTimestamp(text)
	if err == nil {
		k.date, k.minute = swar.Load(text, 0), swar.Load(text, 8)
		k.base = micros - micros%int64(types.Minute)
		if k.base > micros {
			k.base -= int64(types.Minute)
		}
	}
	return micros, err
}
