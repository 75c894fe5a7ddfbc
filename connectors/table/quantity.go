package table

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var sizeUnits = map[string]int64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// parseSize reads a number of bytes above 0: 128MB, 64 MiB, 1000000.
func parseSize(text string) (int64, error) {
	number, unit := splitUnit(text)
	n, err := strconv.ParseInt(number, 10, 64)
	factor, known := sizeUnits[unit]
	if err != nil || !known || n <= 0 || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("'%s' is no size such as 128MB, 64 MiB or a number of bytes; units are B, KB, MB, GB, TB, KiB, MiB, GiB, TiB", text)
	}
	return n * factor, nil
}

var timeUnits = map[string]time.Duration{
	"millisecond": time.Millisecond, "second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour,
}

// parseInterval reads an age, in words (1 minute, 30 seconds) or as Go writes it (1m30s); 0, at every checkpoint, becomes -1.
func parseInterval(text string) (time.Duration, error) {
	number, unit := splitUnit(text)
	n, err := strconv.ParseInt(number, 10, 64)
	factor, known := timeUnits[strings.TrimSuffix(unit, "s")]
	d := time.Duration(n) * factor
	switch {
	case err != nil || !known:
		d, err = time.ParseDuration(text)
	case n > int64(math.MaxInt64/factor):
		err = strconv.ErrRange
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("'%s' is no interval such as 1 minute, 30 seconds, 1m30s or 0 (every checkpoint); "+
			"units are millisecond, second, minute, hour, day", text)
	}
	if d == 0 {
		d = -1
	}
	return d, nil
}

// splitUnit cuts a quantity into its number and its unit, in lower case.
func splitUnit(text string) (number, unit string) {
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.ToLower(strings.TrimSpace(text[end:]))
}
