package types

import "testing"

// TestArithmetic has the worked cases of kda-sql.md §2.1, and its rules applied
// by hand.
func TestArithmetic(t *testing.T) {
	d := DecimalOf
	for _, c := range []struct {
		a    Type
		op   byte
		b    Type
		want Type
	}{
		{d(8, 2), '/', d(6, 3), d(18, 9)},
		{d(10, 2), '+', d(6, 4), d(13, 4)},
		{d(2, 1), '/', Of(Integer), d(13, 12)}, // 7.5 / 4 -> 1.875000000000
		{d(5, 2), '-', d(5, 2), d(6, 2)},
		{d(5, 2), '*', d(4, 1), d(9, 3)},
		{d(18, 2), '+', d(18, 2), d(18, 2)},
		{d(10, 6), '*', d(10, 9), d(18, 15)},
		{d(18, 10), '*', d(18, 10), d(18, 18)},
		{d(3, 1), '*', Of(TinyInt), d(6, 1)},
		{d(3, 1), '+', Of(SmallInt), d(7, 1)},
		{Of(BigInt), '+', d(3, 1), d(18, 1)},
		{d(18, 4), '/', d(18, 4), d(18, 4)}, // 18 whole digits and no room: the dividend's scale stays
		{Of(Integer), '/', Of(Integer), Of(Integer)},
		{Of(TinyInt), '+', Of(BigInt), Of(BigInt)},
		{Of(SmallInt), '*', Of(TinyInt), Of(SmallInt)},
		{Of(Integer), '+', Of(Double), Of(Double)},
		{Of(Real), '+', Of(Real), Of(Real)},
		{Of(Real), '+', Of(Integer), Of(Double)},
		{d(5, 2), '*', Of(Real), Of(Double)},
	} {
		if got := Arithmetic(c.op, c.a, c.b); got != c.want {
			t.Errorf("%s %c %s = %s, want %s", c.a, c.op, c.b, got, c.want)
		}
	}
}

func TestCommon(t *testing.T) {
	for _, c := range []struct {
		a, b, want Type
		ok         bool
	}{
		{Of(Null), Of(Date), Of(Date), true},
		{VarcharOf(5), Of(Null), VarcharOf(5), true},
		{Of(TinyInt), Of(Integer), Of(Integer), true},
		{Of(Integer), DecimalOf(5, 2), DecimalOf(12, 2), true},
		{Of(BigInt), DecimalOf(5, 2), DecimalOf(18, 2), true},
		{Of(BigInt), Of(Real), Of(Double), true},
		{VarcharOf(5), VarcharOf(9), VarcharOf(9), true},
		{VarcharOf(5), VarcharOf(0), VarcharOf(0), true},
		{Type{Kind: Char, Precision: 3}, VarcharOf(2), VarcharOf(3), true},
		{Type{Kind: Binary, Precision: 3}, Type{Kind: Varbinary, Precision: 9}, Type{Kind: Varbinary, Precision: 9}, true},
		{VarcharOf(5), Of(Integer), Type{}, false},
		{Of(Date), Of(Timestamp), Type{}, false},
		{Of(Boolean), Of(Integer), Type{}, false},
		{Of(Timestamp), Of(BigInt), Type{}, false},
	} {
		got, ok := Common(c.a, c.b)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("common of %s and %s: %s %v, want %s %v", c.a, c.b, got, ok, c.want, c.ok)
		}
		if back, same := Common(c.b, c.a); same != ok || ok && back != got {
			t.Errorf("common of %s and %s depends on the side", c.a, c.b)
		}
		if Comparable(c.a, c.b) != c.ok {
			t.Errorf("%s and %s comparable: %v", c.a, c.b, !c.ok)
		}
	}
}

func TestAssignable(t *testing.T) {
	for _, c := range []struct {
		to, from Type
		want     bool
	}{
		{Of(Integer), Of(BigInt), true}, {Of(TinyInt), Of(Double), true}, {DecimalOf(3, 1), Of(BigInt), true},
		{VarcharOf(3), VarcharOf(28), true}, {Of(Varbinary), Of(Binary), true}, {Of(Date), Of(Null), true},
		{VarcharOf(3), Of(Integer), false}, {Of(Integer), VarcharOf(3), false}, {Of(Timestamp), Of(Date), false},
		{Of(Timestamp), Of(BigInt), false}, {Of(Boolean), Of(Integer), false}, {Of(Varchar), Of(Varbinary), false},
		{Of(DayInterval), Of(MonthInterval), false},
	} {
		if got := Assignable(c.to, c.from); got != c.want {
			t.Errorf("%s := %s: %v", c.to, c.from, got)
		}
	}
}

func TestArrowThereAndBack(t *testing.T) {
	for k := Null; k <= MonthInterval; k++ {
		in := Of(k)
		if k == Decimal {
			in = DecimalOf(7, 3)
		}
		want := in
		switch k {
		case Char:
			want = Of(Varchar)
		case Binary:
			want = Of(Varbinary)
		}
		if back, err := FromArrow(in.Arrow()); err != nil || back != want {
			t.Errorf("%s comes back as %s, %v", in, back, err)
		}
	}
}

func TestTypeText(t *testing.T) {
	for want, in := range map[string]Type{
		"DECIMAL(8, 2)": DecimalOf(8, 2), "VARCHAR(16)": VarcharOf(16), "VARCHAR": VarcharOf(0), "CHAR(3)": {Kind: Char, Precision: 3},
		"TIME": Of(TimeOfDay), "INTERVAL DAY TO SECOND": Of(DayInterval), "BIGINT": Of(BigInt),
	} {
		if in.String() != want {
			t.Errorf("%s, want %s", in, want)
		}
	}
}

func TestSchema(t *testing.T) {
	s := StreamSchema(Field{Name: "A", Type: Of(Integer), NotNull: true}, Field{Name: "a", Type: VarcharOf(3)}, Field{Name: "Bc", Type: Of(Date)})
	if got := s.String(); got != "A INTEGER NOT NULL, a VARCHAR(3), Bc DATE" {
		t.Error(got)
	}
	if s.RowTime != 3 || len(s.Visible()) != 3 || !s.Fields[3].Hidden {
		t.Errorf("%+v", s)
	}
	for _, c := range []struct {
		name  string
		exact bool
		at, n int
	}{{"A", false, 0, 1}, {"a", true, 1, 1}, {"BC", false, 2, 1}, {"BC", true, -1, 0}, {"X", false, -1, 0}} {
		if at, n := s.Lookup(c.name, c.exact); n != c.n || n > 0 && at != c.at {
			t.Errorf("%s: %d, %d", c.name, at, n)
		}
	}
	if _, n := NewSchema(s.Fields[0], s.Fields[1]).Lookup("A", false); n != 1 {
		t.Error("the exact name is not preferred")
	}
	cut := s.Select([]int{3, 0})
	if cut.RowTime != 0 || cut.Fields[1].Name != "A" || s.Select([]int{0}).RowTime != -1 {
		t.Errorf("%+v", cut)
	}
	if f := s.Arrow().Field(0); f.Nullable || !s.Arrow().Field(1).Nullable {
		t.Error("nullability is lost")
	}
}
