package types

// Unit is a calendar field as FLOOR, CEIL, STEP, EXTRACT and interval
// qualifiers name it.
type Unit uint8

// The units, from the longest to the shortest.
const (
	UnitYear Unit = iota + 1
	UnitMonth
	UnitDay
	UnitHour
	UnitMinute
	UnitSecond
)

var unitNames = [...]string{UnitYear: "YEAR", UnitMonth: "MONTH", UnitDay: "DAY", UnitHour: "HOUR", UnitMinute: "MINUTE", UnitSecond: "SECOND"}

// String is the SQL keyword.
func (u Unit) String() string { return unitNames[u] }

// ParseUnit reads a keyword in upper case.
func ParseUnit(word string) (Unit, bool) {
	for u := UnitYear; u <= UnitSecond; u++ {
		if unitNames[u] == word {
			return u, true
		}
	}
	return 0, false
}

// Micros is the unit's length; 0 for months and years, whose length varies.
func (u Unit) Micros() Time {
	switch u {
	case UnitDay:
		return Day
	case UnitHour:
		return Hour
	case UnitMinute:
		return Minute
	case UnitSecond:
		return Second
	}
	return 0
}

// Step is a bucket width for FLOOR(t TO unit) and STEP(t BY interval): either
// Micros or Months is positive, the other zero. Buckets count from
// 1970-01-01T00:00:00Z (kda-sql.md §13.6).
type Step struct {
	Micros Time
	Months int64
}

// StepOf is the width of one unit.
func StepOf(u Unit) Step {
	switch u {
	case UnitYear:
		return Step{Months: 12}
	case UnitMonth:
		return Step{Months: 1}
	}
	return Step{Micros: u.Micros()}
}

// Floor is the greatest bucket start at or before t, also before 1970.
func (s Step) Floor(t Time) Time {
	if s.Months == 0 {
		return t - Time(floorMod(int64(t), int64(s.Micros)))
	}
	y, m, _ := Civil(floorDiv(int64(t), int64(Day)))
	since := (y-1970)*12 + int64(m-1)
	since -= floorMod(since, s.Months)
	return AddMonths(0, since)
}

// Next is the bucket start after the bucket that starts at start.
func (s Step) Next(start Time) Time {
	if s.Months == 0 {
		return start + s.Micros
	}
	return AddMonths(start, s.Months)
}

// Ceil is the least bucket start at or after t.
func (s Step) Ceil(t Time) Time {
	if f := s.Floor(t); f != t {
		return s.Next(f)
	}
	return t
}
