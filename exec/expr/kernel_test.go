package expr

import (
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/millrace-sql/millrace/exec/flow"
)

// TestKernels gives, for each expression, its value in the three rows of the
// sample, the second of which is all NULL.
func TestKernels(t *testing.T) {
	tb := sample()
	for _, c := range []struct{ expr, a, b, c string }{
		// Integers: the type stays, overflow of each width is an error.
		{"I + 1", "8", "NULL", "-2147483647"}, {"1 - I", "-6", "NULL", "!OverflowError"}, {"I - 1", "6", "NULL", "!OverflowError"},
		{"I8 + I8", "!OverflowError", "NULL", "!OverflowError"}, {"I16 + I16", "!OverflowError", "NULL", "!OverflowError"},
		{"I8 * I8", "!OverflowError", "NULL", "!OverflowError"}, {"I * I", "49", "NULL", "!OverflowError"}, {"L * L", "81", "NULL", "!OverflowError"},
		{"L + L", "18", "NULL", "!OverflowError"}, {"L - 1", "8", "NULL", "!OverflowError"}, {"L * 1", "9", "NULL", "-9223372036854775808"},
		{"L + I", "16", "NULL", "!OverflowError"}, {"-I8", "-100", "NULL", "!OverflowError"}, {"-L", "-9", "NULL", "!OverflowError"},
		{"ABS(I)", "7", "NULL", "!OverflowError"}, {"ABS(D)", "7.50", "NULL", "999.99"}, {"ABS(F)", "2.5", "NULL", "1e+308"},
		// Division cuts towards zero; MOD has the sign of the dividend.
		{"I / 2", "3", "NULL", "-1073741824"}, {"L / -1", "-9", "NULL", "!OverflowError"}, {"I / Z", "!DivideByZero", "NULL", "-715827882"},
		{"9 / 4", "2", "2", "2"}, {"-9 / 4", "-2", "-2", "-2"}, {"MOD(-7, 3)", "-1", "-1", "-1"}, {"MOD(7, -3)", "1", "1", "1"},
		{"MOD(I, Z)", "!DivideByZero", "NULL", "-2"}, {"MOD(L, -1)", "0", "NULL", "0"},
		// Decimals.
		{"7.5 / 4", "1.875000000000", "1.875000000000", "1.875000000000"}, {"D + D", "15.00", "NULL", "-1999.98"},
		{"D * 0.5", "3.750", "NULL", "-499.995"}, {"D - I8", "-92.50", "NULL", "-871.99"}, {"-D", "-7.50", "NULL", "999.99"},
		{"D / Z", "!DivideByZero", "NULL", "-333.3300000000000"}, {"1.0 / 3", "0.333333333333", "0.333333333333", "0.333333333333"},
		{"2.0 / 3", "0.666666666667", "0.666666666667", "0.666666666667"}, {"-2.0 / 3", "-0.666666666667", "-0.666666666667", "-0.666666666667"},
		{"CAST(D AS DECIMAL(18,2)) * CAST(1000000000000000 AS DECIMAL(18,0))", "7500000000000000.00", "NULL", "!OverflowError"},
		{"CAST(1 AS DECIMAL(18,2)) / CAST(8 AS DECIMAL(18,2))", "0.13", "0.13", "0.13"}, {"CAST(-1 AS DECIMAL(18,2)) / CAST(8 AS DECIMAL(18,2))", "-0.13", "-0.13", "-0.13"}, {"CAST(1.24 AS DECIMAL(18,2)) / CAST(10 AS DECIMAL(18,2))", "0.12", "0.12", "0.12"},
		{"D + I", "14.50", "NULL", "-2147484647.99"}, {"D * F", "18.75", "NULL", "!OverflowError"},
		// Floats.
		{"F + R", "4", "NULL", "-1e+308"}, {"F * 10", "25", "NULL", "!OverflowError"}, {"R + R", "3", "NULL", "!OverflowError"},
		{"F / 4", "0.625", "NULL", "-2.5e+307"}, {"1e0 - F", "-1.5", "NULL", "1e+308"}, {"R / R", "1", "NULL", "1"},
		// FLOOR and CEIL of numbers.
		{"FLOOR(-2.5)", "-3", "-3", "-3"}, {"CEIL(-2.5)", "-2", "-2", "-2"}, {"CEIL(9.9)", "10", "10", "10"}, {"FLOOR(D)", "7", "NULL", "-1000"},
		{"CEILING(D)", "8", "NULL", "-999"}, {"FLOOR(F)", "2", "NULL", "-1e+308"}, {"CEIL(R)", "2", "NULL", "-3e+38"}, {"FLOOR(I)", "7", "NULL", "-2147483648"},
		{"CEIL(2.00)", "2", "2", "2"},
		// Comparisons, with constants on either side.
		{"I = 7", "true", "NULL", "false"}, {"7 <> I", "false", "NULL", "true"}, {"I < L", "true", "NULL", "false"}, {"0 < I", "true", "NULL", "false"},
		{"D >= 7.5", "true", "NULL", "false"}, {"D <= -999.99", "false", "NULL", "true"}, {"F > 2", "true", "NULL", "false"}, {"R = 1.5", "true", "NULL", "false"},
		{"S < 'q'", "true", "NULL", "true"}, {"'pump7' = S", "true", "NULL", "false"}, {"B = TRUE", "true", "NULL", "false"}, {"B < TRUE", "false", "NULL", "true"},
		{"DT > DATE '1970-01-01'", "true", "NULL", "false"}, {"TS < TIMESTAMP '1970-01-01 00:00:00'", "false", "NULL", "true"}, {"TM >= TIME '07:05:09'", "true", "NULL", "true"},
		{"X = X'0102'", "true", "NULL", "false"}, {"I = NULL", "NULL", "NULL", "NULL"}, {"1 = 1", "true", "true", "true"},
		{"I BETWEEN 7 AND 9", "true", "NULL", "false"}, {"I NOT BETWEEN 8 AND 9", "true", "NULL", "true"}, {"8 BETWEEN I AND L", "true", "NULL", "false"},
		{"I IN (1, 7)", "true", "NULL", "false"}, {"I IN (1, NULL)", "NULL", "NULL", "NULL"}, {"I IN (7, NULL)", "true", "NULL", "NULL"}, {"I NOT IN (7)", "false", "NULL", "true"},
		// NULL tests are never NULL themselves.
		{"I IS NULL", "false", "true", "false"}, {"S IS NOT NULL", "true", "false", "true"}, {"B IS TRUE", "true", "false", "false"}, {"B IS NOT FALSE", "true", "true", "false"},
		{"B IS UNKNOWN", "false", "true", "false"}, {"I IS DISTINCT FROM 7", "false", "true", "true"}, {"I IS NOT DISTINCT FROM NULL", "false", "true", "false"},
		{"2 IS DISTINCT FROM 2.0", "false", "false", "false"}, {"S IS DISTINCT FROM N", "true", "false", "true"},
		// Choices.
		{"CASE WHEN B THEN 'yes' WHEN NOT B THEN 'no' ELSE '?' END", "'yes'", "'?'", "'no'"}, {"CASE I WHEN 7 THEN 1 WHEN 8 THEN 2 END", "1", "NULL", "NULL"},
		{"CASE WHEN I > 0 THEN D ELSE L END", "7.50", "NULL", "!CastError"}, {"CASE WHEN Z <> 0 THEN 6 / Z ELSE -1 END", "-1", "-1", "2"},
		{"CASE WHEN Z = 0 THEN F WHEN Z = 3 THEN R END", "2.5", "NULL", "-3.0000000054977558e+38"}, {"CASE WHEN B THEN B ELSE NULL END", "true", "NULL", "NULL"},
		{"COALESCE(I, Z, 5)", "7", "5", "-2147483648"}, {"COALESCE(S, 'none')", "'pump7'", "'none'", "''"}, {"COALESCE(I, 1 / Z)", "7", "NULL", "-2147483648"},
		{"COALESCE(NULL, I)", "7", "NULL", "-2147483648"}, {"COALESCE(B, FALSE)", "true", "false", "false"}, {"COALESCE(F, 0)", "2.5", "0", "-1e+308"}, {"COALESCE(I)", "7", "NULL", "-2147483648"},
		{"NULLIF(I, 7)", "NULL", "NULL", "-2147483648"}, {"NULLIF(7, I)", "NULL", "7", "7"}, {"NULLIF(S, '')", "'pump7'", "NULL", "NULL"}, {"NULLIF(B, B)", "NULL", "NULL", "NULL"},
		// Laziness: the right side is not computed where the left decides.
		{"Z <> 0 AND 10 / Z > 1", "false", "NULL", "true"}, {"Z = 0 OR 10 / Z > 1", "true", "NULL", "true"}, {"10 / Z > 1 AND Z <> 0", "!DivideByZero", "NULL", "true"},
		{"NOT (Z <> 0 AND 10 / Z > 5)", "true", "NULL", "true"},
		// Strings. Characters are code points; CHAR is padded.
		{"S || '-' || N", "'pump7-12'", "NULL", "'-x'"}, {"C || '|'", "'ab   |'", "NULL", "'Ünïc |'"}, {"'ab' || '' || 'c'", "'abc'", "'abc'", "'abc'"}, {"S || NULL", "NULL", "NULL", "NULL"},
		{"UPPER(C)", "'AB   '", "NULL", "'ÜNÏC '"}, {"LOWER('ÄB')", "'äb'", "'äb'", "'äb'"}, {"CHAR_LENGTH(C)", "5", "NULL", "5"}, {"CHARACTER_LENGTH(S)", "5", "NULL", "0"},
		{"CHAR_LENGTH(CAST('ab' AS CHAR(5)))", "5", "5", "5"}, {"CHAR_LENGTH(NULL)", "NULL", "NULL", "NULL"},
		{"S LIKE 'pump_'", "true", "NULL", "false"}, {"S LIKE '%'", "true", "NULL", "true"}, {"S NOT LIKE 'p%7'", "false", "NULL", "true"}, {"S LIKE N", "false", "NULL", "false"},
		{"S LIKE NULL", "NULL", "NULL", "NULL"}, {"S LIKE 'p!' ESCAPE '!'", "!FunctionError", "NULL", "!FunctionError"}, {"S LIKE 'p' ESCAPE '!!'", "!FunctionError", "NULL", "!FunctionError"},
		// Time.
		{"FLOOR(TS TO MINUTE)", "2021-03-09 17:43:00.000", "NULL", "1969-12-31 23:59:00.000"}, {"CEIL(TS TO HOUR)", "2021-03-09 18:00:00.000", "NULL", "1970-01-01 00:00:00.000"},
		{"STEP(TS BY INTERVAL '15' MINUTE)", "2021-03-09 17:30:00.000", "NULL", "1969-12-31 23:45:00.000"}, {"STEP(TS BY INTERVAL '7' DAY)", "2021-03-04 00:00:00.000", "NULL", "1969-12-25 00:00:00.000"},
		{"FLOOR(DT TO YEAR)", "2021-01-01", "NULL", "1969-01-01"}, {"CEIL(DT TO YEAR)", "2022-01-01", "NULL", "1970-01-01"}, {"CEIL(DT TO DAY)", "2021-03-09", "NULL", "1969-12-31"}, {"STEP(TS BY INTERVAL '3' MONTH)", "2021-01-01 00:00:00.000", "NULL", "1969-10-01 00:00:00.000"},
		{"TS + INTERVAL '1' DAY", "2021-03-10 17:43:52.000", "NULL", "1970-01-01 23:59:59.999"}, {"INTERVAL '1' HOUR + TS", "2021-03-09 18:43:52.000", "NULL", "1970-01-01 00:59:59.999"},
		{"TS - INTERVAL '1' MONTH", "2021-02-09 17:43:52.000", "NULL", "1969-11-30 23:59:59.999"}, {"DT + INTERVAL '1 12' DAY TO HOUR", "2021-03-10", "NULL", "1970-01-01"},
		{"DT - INTERVAL '1-1' YEAR TO MONTH", "2020-02-09", "NULL", "1968-11-30"}, {"TM + INTERVAL '20' HOUR", "03:05:09.000", "NULL", "19:59:59.999"}, {"TM - INTERVAL '8' HOUR", "23:05:09.000", "NULL", "15:59:59.999"},
		{"TS + INTERVAL '9999999999' MONTH(10)", "!OverflowError", "NULL", "!OverflowError"}, {"DT + INTERVAL '50000000' DAY(8)", "138916-07-15", "NULL", "138865-05-07"},
		{"UNIX_TIMESTAMP(TS)", "1615311832000", "NULL", "-1"}, {"TO_TIMESTAMP(UNIX_TIMESTAMP(TS))", "2021-03-09 17:43:52.000", "NULL", "1969-12-31 23:59:59.999"}, {"TO_TIMESTAMP(L)", "1970-01-01 00:00:00.009", "NULL", "!OverflowError"},
	} {
		if got, want := tb.run(t, c.expr), []string{c.a, c.b, c.c}; !slices.Equal(got, want) {
			t.Errorf("%s = %v, want %v", c.expr, got, want)
		}
	}
}

func TestCasts(t *testing.T) {
	tb := sample()
	for _, c := range []struct{ expr, a, b, c string }{
		{"CAST(F AS INTEGER)", "3", "NULL", "!CastError"}, {"CAST(-2.5e0 AS INTEGER)", "-3", "-3", "-3"}, {"CAST(2.49 AS INTEGER)", "2", "2", "2"}, {"CAST(-2.5 AS BIGINT)", "-3", "-3", "-3"},
		{"CAST(L AS INTEGER)", "9", "NULL", "!CastError"}, {"CAST(I AS TINYINT)", "7", "NULL", "!CastError"}, {"CAST(I AS DECIMAL(3,2))", "7.00", "NULL", "!CastError"},
		{"CAST(D AS DECIMAL(4,1))", "7.5", "NULL", "!CastError"}, {"CAST(0.25 AS DECIMAL(4,1))", "0.3", "0.3", "0.3"}, {"CAST(-0.25 AS DECIMAL(4,1))", "-0.3", "-0.3", "-0.3"}, {"CAST(0.249 AS DECIMAL(4,1))", "0.2", "0.2", "0.2"},
		{"CAST(D AS DOUBLE)", "7.5", "NULL", "-999.99"}, {"CAST(I AS DOUBLE)", "7", "NULL", "-2147483648"}, {"CAST(F AS REAL)", "2.5", "NULL", "!CastError"}, {"CAST(16777217 AS REAL) = 16777216", "true", "true", "true"},
		{"CAST(1e18 AS DECIMAL(18,0))", "!CastError", "!CastError", "!CastError"}, {"CAST(9.3e18 AS BIGINT)", "!CastError", "!CastError", "!CastError"}, {"CAST(-9.223372036854775808e18 AS BIGINT)", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
		// To text: a value that does not fit fails, a string is cut.
		{"CAST(I AS VARCHAR(3))", "'7'", "NULL", "!CastError"}, {"CAST(I AS CHAR(3))", "'7  '", "NULL", "!CastError"}, {"CAST(D AS VARCHAR(10))", "'7.50'", "NULL", "'-999.99'"}, {"CAST(B AS VARCHAR(5))", "'true'", "NULL", "'false'"},
		{"CAST(DT AS VARCHAR(10))", "'2021-03-09'", "NULL", "'1969-12-31'"}, {"CAST(DT AS VARCHAR(9))", "!CastError", "NULL", "!CastError"}, {"CAST(DT AS CHAR(12))", "'2021-03-09  '", "NULL", "'1969-12-31  '"},
		{"CAST(TS AS VARCHAR(19))", "'2021-03-09 17:43:52'", "NULL", "!CastError"}, {"CAST(TS AS VARCHAR(18))", "!CastError", "NULL", "!CastError"}, {"CAST(TM AS VARCHAR(20))", "'07:05:09'", "NULL", "'23:59:59.999'"},
		{"CAST(F AS VARCHAR(20))", "'2.5'", "NULL", "'-1e+308'"}, {"CAST(S AS VARCHAR(3))", "'pum'", "NULL", "''"}, {"CAST(S AS CHAR(7))", "'pump7  '", "NULL", "'       '"}, {"CAST(C AS VARCHAR(2))", "'ab'", "NULL", "'Ün'"},
		// From text.
		{"CAST(N AS INTEGER)", "12", "NULL", "!CastError"}, {"CAST(' 12 ' AS SMALLINT)", "12", "12", "12"}, {"CAST('2.5' AS INTEGER)", "3", "3", "3"}, {"CAST('-2.5' AS INTEGER)", "-3", "-3", "-3"},
		{"CAST('.7' AS INTEGER)", "1", "1", "1"}, {"CAST('-.7' AS INTEGER)", "-1", "-1", "-1"}, {"CAST('1.' AS INTEGER)", "1", "1", "1"}, {"CAST('.' AS INTEGER)", "!CastError", "!CastError", "!CastError"}, {"CAST('1.x' AS INTEGER)", "!CastError", "!CastError", "!CastError"},
		{"CAST('9223372036854775807' AS BIGINT)", "9223372036854775807", "9223372036854775807", "9223372036854775807"}, {"CAST('-9223372036854775808' AS BIGINT)", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
		{"CAST('9223372036854775807.5' AS BIGINT)", "!CastError", "!CastError", "!CastError"}, {"CAST('9223372036854775808' AS BIGINT)", "!CastError", "!CastError", "!CastError"},
		{"CAST('12345678901234567.49999999' AS DECIMAL(18,0))", "12345678901234567", "12345678901234567", "12345678901234567"}, {"CAST('1.005' AS DECIMAL(5,2))", "1.01", "1.01", "1.01"}, {"CAST('1.5e2' AS INTEGER)", "150", "150", "150"},
		{"CAST('0.999' AS DECIMAL(2,2))", "!CastError", "!CastError", "!CastError"}, {"CAST('' AS INTEGER)", "!CastError", "!CastError", "!CastError"}, {"CAST('1e400' AS DOUBLE)", "!CastError", "!CastError", "!CastError"}, {"CAST('-1.5' AS DOUBLE)", "-1.5", "-1.5", "-1.5"},
		{"CAST('TRUE' AS BOOLEAN)", "true", "true", "true"}, {"CAST('False' AS BOOLEAN)", "false", "false", "false"}, {"CAST('1' AS BOOLEAN)", "!CastError", "!CastError", "!CastError"},
		{"CAST('2022-05-01' AS DATE)", "2022-05-01", "2022-05-01", "2022-05-01"}, {"CAST('2022-05-01 10' AS DATE)", "!CastError", "!CastError", "!CastError"}, {"CAST(' 08:15:30' AS TIME)", "08:15:30.000", "08:15:30.000", "08:15:30.000"},
		{"CAST('08:15' AS TIME)", "!CastError", "!CastError", "!CastError"}, {"CAST('08:15:30:2' AS TIME)", "!CastError", "!CastError", "!CastError"}, {"CAST('2021-03-09 07:05:09.5' AS TIMESTAMP)", "2021-03-09 07:05:09.500", "2021-03-09 07:05:09.500", "2021-03-09 07:05:09.500"},
		{"CAST('2021-03-09' AS TIMESTAMP)", "!CastError", "!CastError", "!CastError"},
		// Between dates and times.
		{"CAST(TS AS DATE)", "2021-03-09", "NULL", "1969-12-31"}, {"CAST(TS AS TIME)", "17:43:52.000", "NULL", "23:59:59.999"}, {"CAST(DT AS TIMESTAMP)", "2021-03-09 00:00:00.000", "NULL", "1969-12-31 00:00:00.000"},
		{"CAST(NULL AS INTEGER)", "NULL", "NULL", "NULL"}, {"CAST(CAST(X AS BINARY(1)) AS VARBINARY) = X'01'", "true", "NULL", "false"},
	} {
		if got, want := tb.run(t, c.expr), []string{c.a, c.b, c.c}; !slices.Equal(got, want) {
			t.Errorf("%s = %v, want %v", c.expr, got, want)
		}
	}
}

// TestThreeValuedLogic is the table of kda-sql.md §4.3, both ways round.
func TestThreeValuedLogic(t *testing.T) {
	tb := sample()
	value := map[byte]string{'T': "TRUE", 'F': "FALSE", 'U': "UNKNOWN"}
	result := map[byte]string{'T': "true", 'F': "false", 'U': "NULL"}
	// a, b, a AND b, a OR b, NOT a
	for _, row := range []string{"TTTTF", "TFFTF", "TUUTF", "FFFFT", "FUFUT", "UUUUU"} {
		for _, side := range [][2]byte{{row[0], row[1]}, {row[1], row[0]}} {
			a, b := value[side[0]], value[side[1]]
			for expr, want := range map[string]byte{a + " AND " + b: row[2], a + " OR " + b: row[3], "NOT " + value[row[0]]: row[4]} {
				if got := tb.run(t, expr)[0]; got != result[want] {
					t.Errorf("%s is %s, want %s", expr, got, result[want])
				}
			}
		}
	}
	if got := tb.run(t, "B AND NOT B"); !slices.Equal(got, []string{"false", "NULL", "false"}) {
		t.Error("B AND NOT B", got)
	}
}

// TestLike has the own cases of kda-sql.md §4.4, and the hard ones.
func TestLike(t *testing.T) {
	tb := sample()
	for expr, want := range map[string]string{
		"'pump7' LIKE 'pump_'": "true", "'pump' LIKE 'pump_'": "false", "'a_b' LIKE 'a!_b' ESCAPE '!'": "true", "'axb' LIKE 'a!_b' ESCAPE '!'": "false",
		"'' LIKE '%'": "true", "'' LIKE ''": "true", "'a' LIKE ''": "false", "'' LIKE '_'": "false", "'abc' LIKE 'a%c'": "true", "'abcb' LIKE 'a%c'": "false",
		"'aab' LIKE '%ab'": "true", "'mississippi' LIKE '%iss%pp%'": "true", "'mississippi' LIKE '%iss%ppp%'": "false", "'ABC' LIKE 'abc'": "false", "'é' LIKE '_'": "true",
		"'100%' LIKE '100!%' ESCAPE '!'": "true", "'1000' LIKE '100!%' ESCAPE '!'": "false", "'a!b' LIKE 'a!!b' ESCAPE '!'": "true", "'abc' LIKE '%_%_%'": "true", "'a' LIKE '%_%_%'": "false", "'a%b' LIKE 'a%%%b' ESCAPE '%'": "true",
	} {
		if got := tb.run(t, expr)[0]; got != want {
			t.Errorf("%s is %s", expr, got)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	tb := sample()
	for expr, want := range map[string]RowError{
		"I / Z":                  {0, flow.DivideByZero, "division by zero"},
		"MOD(I, Z)":              {0, flow.DivideByZero, "MOD by zero"},
		"I8 + I8":                {0, flow.OverflowError, "the result of + does not fit TINYINT"},
		"CAST(TS AS CHAR(5))":    {0, flow.CastError, `"2021-03-09 17:43:52" does not fit CHAR(5)`},
		"CAST(S AS INTEGER)":     {0, flow.CastError, `"pump7" is not a INTEGER`},
		"CAST('300' AS TINYINT)": {0, flow.CastError, `"300" is out of range for TINYINT`},
		"CAST(I16 AS TINYINT)":   {0, flow.CastError, "the value does not fit TINYINT"},
	} {
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		e, columns, err := tb.bind(expr)
		if err != nil {
			t.Fatal(err)
		}
		ev, err := Compile(e)
		if err != nil {
			t.Fatal(err)
		}
		rec := tb.record(t, mem, columns)
		a, errs := ev.Array(rec, []uint32{0}, mem)
		if len(errs) != 1 || errs[0] != want {
			t.Errorf("%s: %+v, want %+v", expr, errs, want)
		}
		a.Release()
		rec.Release()
		mem.AssertSize(t, 0)
	}
}

// TestSelect narrows the rows, TRUE alone passing, and keeps failed rows apart.
func TestSelect(t *testing.T) {
	tb := sample()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	e, columns, err := tb.bind("6 / Z = 2")
	if err != nil {
		t.Fatal(err)
	}
	ev, err := Compile(e)
	if err != nil {
		t.Fatal(err)
	}
	rec := tb.record(t, mem, columns)
	defer rec.Release()
	for _, c := range []struct {
		sel, want []uint32
		errors    int
	}{{nil, []uint32{2}, 1}, {[]uint32{1, 2}, []uint32{2}, 0}, {[]uint32{1}, nil, 0}, {[]uint32{}, nil, 0}} {
		got, errs := ev.Select(rec, c.sel)
		var live []uint32
		for _, i := range got {
			if !slices.ContainsFunc(errs, func(e RowError) bool { return e.Row == i }) {
				live = append(live, i)
			}
		}
		if !slices.Equal(live, c.want) || len(errs) != c.errors {
			t.Errorf("of %v: %v, errors %v", c.sel, live, errs)
		}
	}
}

// TestManyRows goes beyond the shared selection of all rows.
func TestManyRows(t *testing.T) {
	all := All(20_000)
	if len(all) != 20_000 || all[19_999] != 19_999 || len(All(0)) != 0 {
		t.Error("All is wrong")
	}
}
