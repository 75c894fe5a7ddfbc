package types

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// durationUnits is the words of ParseDuration, without their plural.
var durationUnits = map[string]Time{
	"ms": Millisecond, "millisecond": Millisecond, "s": Second, "sec": Second, "second": Second, "min": Minute, "minute": Minute,
	"h": Hour, "hour": Hour, "d": Day, "day": Day,
}

// ParseDuration reads a length of time as options give it: `30 seconds`,
// `1 minute`, `500 ms`, or Go's form `1m30s`. `0` needs no unit.
func ParseDuration(text string) (Time, error) {
	text = strings.TrimSpace(strings.ToLower(text))
	if text == "0" {
		return 0, nil
	}
	digits := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if digits > 0 {
		unit := strings.TrimSpace(text[digits:])
		length, ok := durationUnits[unit]
		if !ok {
			length, ok = durationUnits[strings.TrimSuffix(unit, "s")]
		}
		n, err := strconv.ParseInt(text[:digits], 10, 64)
		if ok && err == nil && n <= int64(MaxTime/length) {
			return Time(n) * length, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return Time(d.Microseconds()), nil
	}
	return 0, fmt.Errorf("%q is no length of time such as 30 seconds, 1 minute, 500 ms or 1m30s", text)
}

// Duration is a length of time as ParseDuration reads it: in the largest unit that
// is whole.
func (t Time) Duration() string {
	for _, u := range []struct {
		length Time
		name   string
	}{{Day, "day"}, {Hour, "hour"}, {Minute, "minute"}, {Second, "second"}} {
		if n := t / u.length; t != 0 && t%u.length == 0 {
			if n == 1 {
				return "1 " + u.name
			}
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return fmt.Sprintf("%d ms", t/Millisecond)
}
