package types

// AppendFormat appends an instant, in microseconds since the epoch, in the form of
// the pattern: numbers padded with zeros to the count of their letters, names in full
// from four letters on.
func (p *Pattern) AppendFormat(dst []byte, micros int64) []byte {
	days := floorDiv(micros, int64(Day))
	rest := floorMod(micros, int64(Day))
	year, month, day := Civil(days)
	for i := range p.parts {
		switch f := &p.parts[i]; f.letter {
		case 0:
			dst = append(dst, f.text...)
		case 'G':
			if year > 0 {
				dst = append(dst, "AD"...)
			} else {
				dst = append(dst, "BC"...)
			}
		case 'y':
			dst = f.appendYear(dst, year)
		case 'Y':
			y, _ := week(days)
			dst = f.appendYear(dst, y)
		case 'M', 'L':
			dst = f.appendMonth(dst, month)
		case 'E':
			dst = appendName(dst, dayNames[weekday(days)-1], f.count)
		case 'a':
			if rest < int64(12*Hour) {
				dst = append(dst, "AM"...)
			} else {
				dst = append(dst, "PM"...)
			}
		case 'z':
			if f.count > 3 {
				dst = append(dst, "Coordinated Universal Time"...)
			} else {
				dst = append(dst, "UTC"...)
			}
		case 'Z':
			dst = append(dst, "+0000"...)
		case 'X':
			dst = append(dst, 'Z')
		case 'S':
			dst = p.appendFraction(dst, rest%int64(Second), f.count)
		default:
			dst = appendPadded(dst, f.value(days, rest, day), f.count)
		}
	}
	return dst
}

// value is a field that is simply a number.
func (f *patternPart) value(days, rest int64, day int) int64 {
	year, month, _ := Civil(days)
	hour := rest / int64(Hour)
	switch f.letter {
	case 'w':
		_, n := week(days)
		return int64(n)
	case 'W':
		first := Days(year, month, 1)
		return (int64(day)-1+sunday(first))/7 + 1
	case 'D':
		return days - Days(year, 1, 1) + 1
	case 'd':
		return int64(day)
	case 'F':
		return int64(day-1)/7 + 1
	case 'u':
		return int64(weekday(days))
	case 'H':
		return hour
	case 'k':
		return (hour+23)%24 + 1
	case 'K':
		return hour % 12
	case 'h':
		return (hour+11)%12 + 1
	case 'm':
		return rest / int64(Minute) % 60
	}
	return rest / int64(Second) % 60 // s
}

// appendYear appends a year of its era.
func (f *patternPart) appendYear(dst []byte, year int64) []byte {
	if year <= 0 {
		year = 1 - year
	}
	if f.count == 2 {
		return appendPadded(dst, year%100, 2)
	}
	return appendPadded(dst, year, f.count)
}

func (f *patternPart) appendMonth(dst []byte, month int) []byte {
	if f.count < 3 {
		return appendPadded(dst, int64(month), f.count)
	}
	return appendName(dst, monthNames[month-1], f.count)
}

func appendName(dst []byte, name string, count int) []byte {
	if count < 4 {
		name = name[:3]
	}
	return append(dst, name...)
}

func (p *Pattern) appendFraction(dst []byte, micros int64, count int) []byte {
	if !p.fraction {
		return appendPadded(dst, micros/int64(Millisecond), count)
	}
	for unit := int64(Second) / 10; count > 0; count-- {
		if unit == 0 {
			dst = append(dst, '0')
			continue
		}
		dst = append(dst, byte('0'+micros/unit%10))
		unit /= 10
	}
	return dst
}
