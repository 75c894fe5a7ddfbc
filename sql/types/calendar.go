package types

// The calendar is the proleptic Gregorian one. The two conversions work on
// 400-year eras counted from 0000-03-01, so that the leap day is the last day
// of a year and no table is needed.

const daysPerEra = 146097

// Civil splits days since 1970-01-01 into year, month (1..12) and day (1..31).
func Civil(days int64) (year int64, month, day int) {
	z := days + 719468
	era := floorDiv(z, daysPerEra)
	doe := z - era*daysPerEra
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// Days is the inverse of Civil. A month outside 1..12 or a day outside the
// month carries over, as time.Date does.
func Days(year int64, month, day int) int64 {
	m := int64(month - 1)
	year += floorDiv(m, 12)
	month = int(floorMod(m, 12)) + 1
	y := year
	if month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := int64((month + 9) % 12)
	doy := (153*mp+2)/5 + int64(day) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*daysPerEra + doe - 719468
}

// daysIn is the number of days of a month.
func daysIn(year int64, month int) int {
	return int(Days(year, month+1, 1) - Days(year, month, 1))
}

// AddMonths moves an instant by whole months; a day that the target month does
// not have becomes its last day.
func AddMonths(t Time, months int64) Time {
	days := floorDiv(int64(t), int64(Day))
	rest := int64(t) - days*int64(Day)
	y, m, d := Civil(days)
	total := y*12 + int64(m-1) + months
	y, m = floorDiv(total, 12), int(floorMod(total, 12))+1
	if last := daysIn(y, m); d > last {
		d = last
	}
	return Time(Days(y, m, d)*int64(Day) + rest)
}
