package types

import "testing"

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]Time{
		"30 seconds": 30 * Second, "1 Minute": Minute, "500 ms": 500 * Millisecond, "2h": 2 * Hour, "1m30s": 90 * Second,
		"1 day": Day, "7 days": 7 * Day, "0": 0, " 5 min ": 5 * Minute, "0 seconds": 0,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "fast", "-1s", "5", "1 fortnight", "99999999999999 days"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
	for d, want := range map[Time]string{Day: "1 day", 90 * Second: "90 seconds", 120 * Minute: "2 hours", 1500 * Millisecond: "1500 ms", 0: "0 ms"} {
		if got := d.Duration(); got != want {
			t.Errorf("%d prints %s, want %s", d, got, want)
		}
	}
}
