package types

// Assignable tells whether a value of type from may be stored in a column of
// type to without CAST (kda-sql.md §3.1): numbers to numbers, strings to
// strings, binaries to binaries, everything else only to its own kind.
func Assignable(to, from Type) bool {
	switch {
	case from.Kind == Null:
		return true
	case to.IsNumeric():
		return from.IsNumeric()
	case to.IsString():
		return from.IsString()
	case to.IsBinary():
		return from.IsBinary()
	}
	return to.Kind == from.Kind
}

// Comparable tells whether a and b may stand on the two sides of a comparison.
func Comparable(a, b Type) bool { return Assignable(a, b) || Assignable(b, a) }

// Common is the type that holds the values of both: the branches of CASE and
// COALESCE, the two sides of a comparison. ok is false where there is none.
func Common(a, b Type) (t Type, ok bool) {
	switch {
	case a.Kind == Null:
		return b, true
	case b.Kind == Null || a == b:
		return a, true
	case a.IsNumeric() && b.IsNumeric():
		return commonNumber(a, b), true
	case a.IsString() && b.IsString():
		return Type{Kind: Varchar, Precision: longer(a, b)}, true
	case a.IsBinary() && b.IsBinary():
		return Type{Kind: Varbinary, Precision: longer(a, b)}, true
	case a.IsInterval() && a.Kind == b.Kind:
		from, to := a.Units()
		from2, to2 := b.Units()
		return IntervalOf(min(from, from2), max(to, to2)), true
	}
	return a, a.Kind == b.Kind
}

func longer(a, b Type) int {
	if a.Precision == 0 || b.Precision == 0 {
		return 0
	}
	return max(a.Precision, b.Precision)
}

func commonNumber(a, b Type) Type {
	switch {
	case a.IsApproximate() || b.IsApproximate():
		if a.Kind == Real && b.Kind == Real {
			return Of(Real)
		}
		return Of(Double)
	case a.Kind == Decimal || b.Kind == Decimal:
		a, b = a.AsDecimal(), b.AsDecimal()
		scale := max(a.Scale, b.Scale)
		whole := max(a.Precision-a.Scale, b.Precision-b.Scale)
		return DecimalOf(min(whole+scale, MaxPrecision), scale)
	}
	return Of(max(a.Kind, b.Kind))
}

// AsDecimal is the DECIMAL that an exact number enters arithmetic as
// (kda-sql.md §2.1).
func (t Type) AsDecimal() Type {
	switch t.Kind {
	case TinyInt:
		return DecimalOf(3, 0)
	case SmallInt:
		return DecimalOf(5, 0)
	case Integer:
		return DecimalOf(10, 0)
	case BigInt:
		return DecimalOf(19, 0)
	}
	return t
}

// Arithmetic is the result type of a op b for op one of + - * / on numbers
// (kda-sql.md §2.1, §3.1). The caller has checked that both are numeric.
func Arithmetic(op byte, a, b Type) Type {
	if a.Kind != Decimal && b.Kind != Decimal || a.IsApproximate() || b.IsApproximate() {
		return commonNumber(a, b)
	}
	a, b = a.AsDecimal(), b.AsDecimal()
	p1, s1, p2, s2 := a.Precision, a.Scale, b.Precision, b.Scale
	var p, s int
	switch op {
	case '*':
		p, s = p1+p2, s1+s2
	case '/':
		whole := p1 - s1 + s2
		s = max(6, s1+p2+1)
		if whole+s > MaxPrecision {
			s = max(s1, MaxPrecision-whole)
		}
		p = whole + s
	default:
		s = max(s1, s2)
		p = max(p1-s1, p2-s2) + s + 1
	}
	p = min(p, MaxPrecision)
	return DecimalOf(p, min(s, p))
}
