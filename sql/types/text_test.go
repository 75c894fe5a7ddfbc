package types

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func TestTimestampText(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"2021-03-09 07:05:09", "2021-03-09 07:05:09.000"},
		{"2021-03-09 07:05:09.5", "2021-03-09 07:05:09.500"},
		{"2021-03-09 07:05:09.000001", "2021-03-09 07:05:09.000001"},
		{"2021-03-09 07:05:09.123456789", "2021-03-09 07:05:09.123456"},
		{"2021-03-09T07:05:09Z", "2021-03-09 07:05:09.000"},
		{"1969-12-31 23:59:59.999", "1969-12-31 23:59:59.999"},
		{"0001-01-01 00:00:00", "0001-01-01 00:00:00.000"},
		{"2020-02-29 00:00:00", "2020-02-29 00:00:00.000"},
	} {
		v, err := ParseTimestamp([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
		} else if got := string(AppendTimestamp(nil, v)); got != c.out {
			t.Errorf("%s prints as %s, want %s", c.in, got, c.out)
		}
	}
	if got := string(AppendDate(nil, Days(-5, 3, 9))); got != "-0005-03-09" {
		t.Error("year -5 prints as", got)
	}
	if got := string(AppendDate(nil, Days(12345, 3, 9))); got != "12345-03-09" {
		t.Error("year 12345 prints as", got)
	}
}

// What is written can be read again, at every time that a TIMESTAMP or DATE has.
func TestTextOfAllYears(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	micros := []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64, -62_167_219_200_000_001, 253_402_300_800_000_000}
	for range 10_000 {
		micros = append(micros, int64(r.Uint64())>>r.IntN(20))
	}
	for _, v := range micros {
		text := AppendTimestamp(nil, v)
		if got, err := ParseTimestamp(text); err != nil || got != v {
			t.Fatalf("%s is read as %d, %v, want %d", text, got, err, v)
		}
		days := int64(int32(v)) // what a column of DATE holds
		text = AppendDate(nil, days)
		if got, err := ParseDate(text); err != nil || got != days {
			t.Fatalf("%s is read as %d, %v, want %d", text, got, err, days)
		}
	}
}

func TestBadText(t *testing.T) {
	parsers := map[string]func([]byte) (int64, error){"date": ParseDate, "time": ParseTimeOfDay, "timestamp": ParseTimestamp}
	for _, c := range []struct {
		kind, text string
		want       error
	}{
		{"date", "2022-05-01 10", ErrFormat}, {"date", "2021-03-09 ", ErrFormat}, {"date", "2021-3-9", ErrFormat},
		{"date", "", ErrFormat}, {"date", "2021-02-29", ErrRange}, {"date", "2021-13-01", ErrRange}, {"date", "2021-00-10", ErrRange},
		{"date", "202a-01-01", ErrFormat}, {"date", "2021-01-00", ErrRange},
		{"date", "02021-03-09", ErrFormat}, {"date", "-021-03-09", ErrFormat}, {"date", "--2021-03-09", ErrFormat}, {"date", "-0000-01-01", ErrFormat},
		{"date", "12021-02-29", ErrRange}, {"date", "12345678-01-01", ErrFormat}, {"date", "12345", ErrFormat}, {"date", "9999999-01-01", ErrRange},
		{"timestamp", "999999-01-01 00:00:00", ErrRange}, {"timestamp", "294247-01-10 04:00:54.775808", ErrRange},
		{"time", "08:15", ErrFormat}, {"time", "08:15:30:2", ErrFormat}, {"time", "2021-03-09 08:15:30", ErrFormat},
		{"time", "24:00:00", ErrRange}, {"time", "23:60:00", ErrRange}, {"time", "23:59:60", ErrRange}, {"time", "23:59:59.", ErrFormat},
		{"timestamp", "2021-03-09", ErrFormat}, {"timestamp", "2021-03-09 07:05", ErrFormat}, {"timestamp", "2021-03-09 07:05:09Z", ErrFormat},
		{"timestamp", "2021-03-09_07:05:09", ErrFormat}, {"timestamp", "2021-03-09 07:05:09 ", ErrFormat}, {"timestamp", "2021-03-09 25:00:00", ErrRange},
	} {
		if _, err := parsers[c.kind]([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v, want %v", c.kind, c.text, err, c.want)
		}
	}
}

func TestTimeOfDay(t *testing.T) {
	v, err := ParseTimeOfDay([]byte("07:05:09.250"))
	if err != nil || v != (7*3600+5*60+9)*1_000_000+250_000 {
		t.Errorf("%d, %v", v, err)
	}
	if got := string(AppendTimeOfDay(nil, v)); got != "07:05:09.250" {
		t.Error(got)
	}
}

func TestDecimalText(t *testing.T) {
	for _, c := range []struct {
		in       string
		unscaled int64
		scale    int
		out      string
	}{
		{"12.50", 1250, 2, "12.50"}, {"-12.5", -125, 1, "-12.5"}, {"+7", 7, 0, "7"}, {"0.05", 5, 2, "0.05"},
		{"-.5", -5, 1, "-0.5"}, {".005", 5, 3, "0.005"}, {"5.", 5, 0, "5"}, {"000", 0, 0, "0"},
		{"9223372036854775807", math.MaxInt64, 0, "9223372036854775807"},
		{"-9223372036854775808", math.MinInt64, 0, "-9223372036854775808"},
		{"-0.00", 0, 2, "0.00"},
	} {
		v, scale, err := ParseDecimal(c.in)
		if err != nil || v != c.unscaled || scale != c.scale {
			t.Errorf("%s: %d, %d, %v", c.in, v, scale, err)
		}
		if got := string(AppendDecimal(nil, v, scale)); got != c.out {
			t.Errorf("%s prints as %s, want %s", c.in, got, c.out)
		}
	}
	for in, want := range map[string]error{
		"": ErrFormat, "-": ErrFormat, ".": ErrFormat, "1.2.3": ErrFormat, "1e3": ErrFormat, "x": ErrFormat, " 1": ErrFormat,
		"9223372036854775808": ErrRange, "-9223372036854775809": ErrRange, "92233720368547758070": ErrRange,
	} {
		if _, _, err := ParseDecimal(in); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
	}
	if got := string(AppendDecimal(nil, math.MinInt64, 18)); got != "-9.223372036854775808" {
		t.Error(got)
	}
}

func TestFloatText(t *testing.T) {
	for _, c := range []struct {
		f    float64
		bits int
		want string
	}{
		{0, 64, "0"}, {0.1, 64, "0.1"}, {-1.5, 64, "-1.5"}, {1e20, 64, "100000000000000000000"}, {1e21, 64, "1e+21"}, {1e-7, 64, "1e-07"},
		{float64(float32(0.1)), 32, "0.1"}, {math.NaN(), 64, "NaN"}, {math.Inf(1), 64, "Infinity"}, {math.Inf(-1), 64, "-Infinity"},
	} {
		if got := string(AppendFloat(nil, c.f, c.bits)); got != c.want {
			t.Errorf("%g prints as %s, want %s", c.f, got, c.want)
		}
	}
}
