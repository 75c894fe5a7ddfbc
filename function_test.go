package millrace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// everyFunction has each type as an argument and as a result.
var everyFunction = []Function{
	Func0("ANSWER", func() (int64, error) { return 42, nil }),
	Func1("FLIP", func(b bool) (bool, error) { return !b, nil }),
	Func2("ADD8", func(a, b int8) (int8, error) { return a + b, nil }),
	Func1("NEXT16", func(a int16) (int16, error) { return a + 1, nil }),
	Func1("NEXT32", func(a int32) (int32, error) { return a + 1, nil }),
	Func3("IN_RANGE", func(a, low, high int64) (bool, error) { return low <= a && a <= high, nil }),
	Func1("HALF_REAL", func(a float32) (float32, error) { return a / 2, nil }),
	Func1("HALF", func(a float64) (float64, error) { return a / 2, nil }),
	Func2("SHOUT", func(s string, n int32) (string, error) { return strings.ToUpper(s) + strings.Repeat("!", int(n)), nil }),
	Func1("TWICE", func(b []byte) ([]byte, error) { return append(append([]byte(nil), b...), b...), nil }),
	Func1("TOMORROW", func(t time.Time) (time.Time, error) { return t.AddDate(0, 0, 1), nil }),
	Func1("OR_ZERO", func(n sql.Null[int64]) (int64, error) { return n.V, nil }),
	Func1("NULL_IF_NEGATIVE", func(n int64) (sql.Null[int64], error) { return sql.Null[int64]{V: n, Valid: n >= 0}, nil }),
	Func2("PICK", func(n sql.Null[int64], s string) (string, error) { return fmt.Sprint(n.V, n.Valid, s), nil }),
	Func4("JOIN4", func(a, b, c, d string) (string, error) { return a + b + c + d, nil }),
	Func1("SIZE", func(s string) (int32, error) { return int32(len(s)), nil }),
	Func1("SIZE", func(b []byte) (int32, error) { return -int32(len(b)), nil }), // told apart by the argument
	Func1("ONLY_EVEN", func(n int64) (int64, error) {
		if n%2 != 0 {
			return 0, errors.New("it is odd")
		}
		return n, nil
	}),
}

func openFunctions(t *testing.T, list []Function) *DB {
	t.Helper()
	db, err := Open("", &Options{Functions: list})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

func TestGoFunctions(t *testing.T) {
	db := openFunctions(t, everyFunction)
	for sql, want := range map[string]string{
		"answer()": "42", "FLIP(TRUE)": "false", "ADD8(CAST(3 AS TINYINT), CAST(4 AS TINYINT))": "7", "NEXT16(CAST(-1 AS SMALLINT))": "0",
		"NEXT32(41)": "42", "IN_RANGE(CAST(5 AS BIGINT), 1, 9)": "true", "HALF_REAL(CAST(3 AS REAL))": "1.5", "HALF(3e0)": "1.5", "SHOUT('ha', 2)": "HA!!",
		"TWICE(X'0A0B')": "0a0b0a0b", "TOMORROW(TIMESTAMP '2021-02-28 07:05:09.25')": "2021-03-01 07:05:09.250",
		"OR_ZERO(CAST(NULL AS BIGINT))": "0", "NULL_IF_NEGATIVE(-1)": "NULL", "NULL_IF_NEGATIVE(7)": "7", "PICK(NULL, 'x')": "0 falsex", "PICK(NULL, NULL)": "NULL", "PICK(CAST(4 AS BIGINT), NULL)": "NULL", "JOIN4('a', 'b', '', 'd')": "abd",
		"SIZE('abc')": "3", "SIZE(X'0A')": "-1", "HALF(CAST(NULL AS DOUBLE))": "NULL", "NEXT32(NULL)": "NULL", "FLIP(UNKNOWN)": "NULL",
		"SHOUT(CAST('ab' AS CHAR(3)), 1)": "AB !", "NEXT32(NEXT32(1)) + 1": "4",
	} {
		wantLines(t, db, "VALUES ("+sql+")", want)
	}
	wantLines(t, db, "SELECT n, NULL_IF_NEGATIVE(n) FROM (VALUES (CAST(1 AS BIGINT)), (-1), (NULL)) AS t(n) WHERE IN_RANGE(OR_ZERO(n), -5, 5)", "1 | 1", "-1 | NULL", "NULL | NULL")
}

// TestGoFunctionFails: the error of a function rejects the row, with its text.
func TestGoFunctionFails(t *testing.T) {
	db := openFunctions(t, everyFunction)
	rows, err := db.Query(context.Background(), "SELECT ONLY_EVEN(n) FROM (VALUES (CAST(1 AS BIGINT)), (2)) AS t(n)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if rec, err := rows.Next(context.Background()); err != nil || rec.NumRows() != 1 {
		t.Errorf("%v, %v", rec, err)
	}
	if n, first := rows.Rejected(); n != 1 || first != "FunctionError: ONLY_EVEN: it is odd" {
		t.Errorf("%d rejected, the first: %s", n, first)
	}
}

func TestGoFunctionErrors(t *testing.T) {
	db := openFunctions(t, everyFunction)
	for sql, want := range map[string]string{
		"VALUES (NEXT32('x'))":                                "1:9: NEXT32 does not take (VARCHAR(1)) (there is NEXT32(INTEGER); arguments of other types need CAST)",
		"VALUES (SIZE(5))":                                    "1:9: SIZE does not take (INTEGER) (there is SIZE(VARCHAR), SIZE(VARBINARY); arguments of other types need CAST)",
		"SELECT HALF(n) FROM (VALUES (1)) AS t(n)":            "1:8: HALF does not take (INTEGER) (there is HALF(DOUBLE); arguments of other types need CAST)",
		"VALUES (NEXT_32(1))":                                 "1:9: no function NEXT_32 (did you mean NEXT32?)",
		"SELECT ANSWER(DISTINCT n) FROM (VALUES (1)) AS t(n)": "1:8: ANSWER is not an aggregate",
	} {
		_, err := db.Query(context.Background(), sql)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", sql, err, want)
		}
	}
	for name, list := range map[string][]Function{
		"function UPPER is one of the engine":                                                    {Func0("Upper", func() (bool, error) { return true, nil })},
		"function SUM is one of the engine":                                                      {Func0("sum", func() (bool, error) { return true, nil })},
		"function F(BIGINT) is there twice":                                                      {Func1("F", func(int64) (bool, error) { return true, nil }), Func1("f", func(int64) (bool, error) { return true, nil })},
		"function F: the argument int has no SQL type":                                           {Func1("F", func(int) (bool, error) { return true, nil })},
		"function F: the result []string has no SQL type":                                        {Func0("F", func() ([]string, error) { return nil, nil })},
		`function "A B": the name is no word, or the function was not made by Func0 and its kin`: {Func0("a b", func() (bool, error) { return true, nil })},
		`function "": the name is no word, or the function was not made by Func0 and its kin`:    {{}},
	} {
		if _, err := Open("", &Options{Functions: list}); err == nil || err.Error() != name {
			t.Errorf("%v\nwant %s", err, name)
		}
	}
}
