package types

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var sizeUnits = map[string]int64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// ParseSize reads a number of bytes above 0 as options give it: `128MB`, `64 MiB`,
// `1000000`.
func ParseSize(text string) (int64, error) {
	number, unit := strings.ToLower(strings.TrimSpace(text)), ""
	if end := strings.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		number, unit = number[:end], strings.TrimSpace(number[end:])
	}
	n, err := strconv.ParseInt(number, 10, 64)
	factor, known := sizeUnits[unit]
	if err != nil || !known || n <= 0 || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("'%s' is no size such as 128MB, 64 MiB or a number of bytes; units are B, KB, MB, GB, TB, KiB, MiB, GiB, TiB", text)
	}
	return n * factor, nil
}
