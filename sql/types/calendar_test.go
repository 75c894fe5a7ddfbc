package types

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestCivilAgainstTime(t *testing.T) {
	start := time.Date(-4000, 1, 1, 0, 0, 0, 0, time.UTC)
	for days := 0; days < 12000*366; days += 1 + days%37 {
		d := start.AddDate(0, 0, days)
		unix := floorDiv(d.Unix(), 86400)
		y, m, day := Civil(unix)
		if y != int64(d.Year()) || m != int(d.Month()) || day != d.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", unix, y, m, day, d)
		}
		if back := Days(y, m, day); back != unix {
			t.Fatalf("%s is day %d, want %d", d, back, unix)
		}
	}
}

func TestDaysCarries(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		y, m, d := 1800+rng.IntN(500), rng.IntN(100)-50, rng.IntN(200)-100
		want := floorDiv(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix(), 86400)
		if got := Days(int64(y), m, d); got != want {
			t.Fatalf("%d-%d-%d is day %d, want %d", y, m, d, got, want)
		}
	}
}

func ts(t *testing.T, s string) Time {
	t.Helper()
	v, err := ParseTimestamp([]byte(s))
	if err != nil {
		t.Fatal(s, err)
	}
	return Time(v)
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int64
		want   string
	}{
		{"2021-01-31 07:05:09", 1, "2021-02-28 07:05:09"},
		{"2020-01-31 00:00:00", 1, "2020-02-29 00:00:00"},
		{"2020-02-29 12:00:00", 12, "2021-02-28 12:00:00"},
		{"2021-03-31 00:00:00", -1, "2021-02-28 00:00:00"},
		{"2021-12-15 00:00:00", 1, "2022-01-15 00:00:00"},
		{"2021-01-15 00:00:00", -13, "2019-12-15 00:00:00"},
		{"1969-12-31 23:59:59.999", 2, "1970-02-28 23:59:59.999"},
		{"1970-01-31 00:00:00", -11, "1969-02-28 00:00:00"},
	} {
		if got := AddMonths(ts(t, c.from), c.months); got != ts(t, c.want) {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestStep(t *testing.T) {
	minutes15, days7 := Step{Micros: 15 * Minute}, Step{Micros: 7 * Day}
	for _, c := range []struct {
		step              Step
		t                 string
		floor, next, ceil string
	}{
		// The two worked cases of kda-sql.md §13.6.
		{minutes15, "2021-03-09 17:43:52", "2021-03-09 17:30:00", "2021-03-09 17:45:00", "2021-03-09 17:45:00"},
		{days7, "2021-03-09 17:43:52", "2021-03-04 00:00:00", "2021-03-11 00:00:00", "2021-03-11 00:00:00"},
		{minutes15, "2021-03-09 17:45:00", "2021-03-09 17:45:00", "2021-03-09 18:00:00", "2021-03-09 17:45:00"},
		{minutes15, "1969-12-31 23:59:59.999", "1969-12-31 23:45:00", "1970-01-01 00:00:00", "1970-01-01 00:00:00"},
		{minutes15, "1969-12-31 23:45:00", "1969-12-31 23:45:00", "1970-01-01 00:00:00", "1969-12-31 23:45:00"},
		{days7, "1969-12-31 00:00:00", "1969-12-25 00:00:00", "1970-01-01 00:00:00", "1970-01-01 00:00:00"},
		{StepOf(UnitYear), "2021-03-09 00:00:00", "2021-01-01 00:00:00", "2022-01-01 00:00:00", "2022-01-01 00:00:00"},
		{StepOf(UnitMonth), "2020-02-29 23:00:00", "2020-02-01 00:00:00", "2020-03-01 00:00:00", "2020-03-01 00:00:00"},
		{StepOf(UnitMonth), "1969-12-15 00:00:00", "1969-12-01 00:00:00", "1970-01-01 00:00:00", "1970-01-01 00:00:00"},
		{Step{Months: 3}, "1969-12-15 00:00:00", "1969-10-01 00:00:00", "1970-01-01 00:00:00", "1970-01-01 00:00:00"},
		{Step{Months: 5}, "1971-02-01 00:00:00", "1970-11-01 00:00:00", "1971-04-01 00:00:00", "1971-04-01 00:00:00"},
		{StepOf(UnitDay), "2021-03-09 00:00:00.001", "2021-03-09 00:00:00", "2021-03-10 00:00:00", "2021-03-10 00:00:00"},
		{StepOf(UnitHour), "2021-03-09 05:59:59", "2021-03-09 05:00:00", "2021-03-09 06:00:00", "2021-03-09 06:00:00"},
		{StepOf(UnitSecond), "2021-03-09 05:59:59.999", "2021-03-09 05:59:59", "2021-03-09 06:00:00", "2021-03-09 06:00:00"},
	} {
		at := ts(t, c.t)
		floor := c.step.Floor(at)
		if floor != ts(t, c.floor) || c.step.Next(floor) != ts(t, c.next) || c.step.Ceil(at) != ts(t, c.ceil) {
			t.Errorf("%v of %s: %s, %s, %s; want %s, %s, %s", c.step, c.t, floor, c.step.Next(floor), c.step.Ceil(at), c.floor, c.next, c.ceil)
		}
	}
}

func TestUnits(t *testing.T) {
	for u := UnitYear; u <= UnitSecond; u++ {
		if back, ok := ParseUnit(u.String()); !ok || back != u {
			t.Errorf("%s reads back as %s", u, back)
		}
	}
	if _, ok := ParseUnit("WEEK"); ok {
		t.Error("WEEK is a unit")
	}
}

func TestMillis(t *testing.T) {
	for in, want := range map[Time]Time{1999: 1000, -1: -1000, -1000: -1000, MinTime: MinTime, MaxTime: MaxTime} {
		if got := in.Millis(); got != want {
			t.Errorf("%d cut is %d, want %d", in, got, want)
		}
	}
	if MinTime.String() != "-infinity" || MaxTime.String() != "infinity" {
		t.Error("the ends of time print as", MinTime, MaxTime)
	}
	at := time.Date(2021, 3, 9, 7, 5, 9, 123456789, time.UTC)
	if got := TimeOf(at); got.String() != "2021-03-09 07:05:09.123456" || !got.Std().Equal(at.Truncate(time.Microsecond)) {
		t.Errorf("%s from %s", got, at)
	}
}
