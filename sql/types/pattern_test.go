package types

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestPatternAsJava compares with what Java's own class gave.
func TestPatternAsJava(t *testing.T) {
	data, err := os.ReadFile("testdata/simpledateformat.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			continue // the header
		}
		p, err := ParsePattern(f[1])
		if err != nil {
			t.Errorf("line %d: %v", i+1, err)
			continue
		}
		if f[0] == "format" {
			ms, err := strconv.ParseInt(f[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(p.AppendFormat(nil, ms*1000)); got != f[3] {
				t.Errorf("%s of %s is %q, Java says %q", f[1], f[2], got, f[3])
			}
			continue
		}
		got := "error"
		if v, err := p.Parse([]byte(f[2]), 20000); err == nil {
			got = strconv.FormatInt(v/1000, 10)
		}
		if got != f[3] {
			t.Errorf("%s reads %q as %s, Java says %s", f[1], f[2], got, f[3])
		}
	}
}

// TestCentury: two digits under yy are within 80 years before and 20 after today.
func TestCentury(t *testing.T) {
	p, err := ParsePattern("yy")
	if err != nil {
		t.Fatal(err)
	}
	today := Days(2026, 11, 24)
	for text, want := range map[string]int64{"46": 1946, "45": 2045, "26": 2026, "00": 2000, "99": 1999, "2026": 2026, "5": 5, "126": 126} {
		v, err := p.Parse([]byte(text), today)
		if y, _, _ := Civil(floorDiv(v, int64(Day))); err != nil || y != want {
			t.Errorf("%s is the year %d, want %d: %v", text, y, want, err)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2021-03-09T07:05:09.250Z", int64(1615273509250000))
	f.Add("EEE, d MMM yy h:m:s a z", "Tue, 9 Mar 21 7:5:9 PM GMT+01:00", int64(-1))
	f.Fuzz(func(t *testing.T, pattern, text string, micros int64) {
		for _, parse := range []func(string) (*Pattern, error){ParsePattern, ParseFormat} {
			p, err := parse(pattern)
			if err != nil {
				return
			}
			p.AppendFormat(nil, micros)
			if v, err := p.Parse([]byte(text), 20000); err == nil {
				p.AppendFormat(nil, v)
			}
		}
	})
}
