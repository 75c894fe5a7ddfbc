package oracle

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// difference is a value in which the engines differ; failed is one that cannot be computed.
type difference struct {
	expr, duck, got, want string
	rejected              string // why the first row of ours was left out
	row                   []string
}

// reason explains a class of differences.
type reason struct {
	why   string
	holds func(d difference) bool
}

var reasons = []reason{
	{"division by zero rejects the row; DuckDB makes NULL of it, or Infinity and NaN of floats", func(d difference) bool {
		return strings.HasPrefix(d.rejected, "DivideByZero")
	}},
	{"a float that overflows, or has no value, rejects the row; DuckDB makes Infinity and NaN", func(d difference) bool {
		return strings.Contains(d.rejected, "does not fit DOUBLE") || strings.Contains(d.rejected, "is out of range for DOUBLE") ||
			oneOf(d.expr, "POWER(", "DEGREES(") && oneOf(d.want, "NaN", "Inf")
	}},
	{"GREATEST and LEAST are NULL if an argument is; DuckDB leaves NULL out", func(d difference) bool {
		return oneOf(d.expr, "GREATEST(", "LEAST(") && d.got == null
	}},
	{"CONCAT is || and NULL if an argument is; DuckDB leaves NULL out", func(d difference) bool {
		return strings.HasPrefix(d.expr, "CONCAT(") && d.got == null
	}},
	{"LPAD and RPAD are NULL for an empty pad or a length below 0; DuckDB fails, or has ''", func(d difference) bool {
		return oneOf(d.expr, "LPAD(", "RPAD(") && d.got == null && (d.want == failed || d.want == "" || strings.Contains(rowText(d.expr, d.row), `=""`))
	}},
	{"LEFT and RIGHT of a negative number are ''; DuckDB counts from the other end", func(d difference) bool {
		return oneOf(d.expr, ", -1)", ", -2)") && oneOf(d.expr, "LEFT(", "RIGHT(") && d.got == ""
	}},
	{"places before the first count towards the length of SUBSTRING; DuckDB counts from the end", func(d difference) bool {
		return strings.HasPrefix(d.expr, "SUBSTRING(") && strings.Contains(d.expr, ", -")
	}},
	{"SUBSTRING with commas is NULL behind the end; DuckDB has ''", func(d difference) bool {
		return strings.HasPrefix(d.expr, "SUBSTRING(") && d.got == null && d.want == ""
	}},
	{"the upper case of ß is ß, by the simple mapping of Unicode; DuckDB has ẞ", func(d difference) bool {
		return strings.HasPrefix(d.expr, "UPPER(") && strings.ReplaceAll(d.want, "ẞ", "ß") == d.got
	}},
	{"fractions are rounded half away from zero; DuckDB rounds floats half to even", func(d difference) bool {
		return strings.HasPrefix(d.expr, "CAST(x") && oneOf(d.expr, "AS INTEGER", "AS BIGINT", "AS SMALLINT") && apart(d, 1)
	}},
	{"the rest of the least number by -1 is 0; DuckDB fails", func(d difference) bool {
		return strings.HasPrefix(d.expr, "MOD(") && d.got == "0" && d.want == failed
	}},
	{"ROUND of a whole number fails where it does not fit; DuckDB wraps around", func(d difference) bool {
		return strings.HasPrefix(d.expr, "ROUND(") && oneOf(d.expr, ", -1)", ", -2)") && (strings.HasPrefix(d.rejected, "OverflowError") || d.got[0] != d.want[0])
	}},
	{"numbers in text are decimal and without underscores; DuckDB takes 1_000 and 0x10", func(d difference) bool {
		return oneOf(rowText(d.expr, d.row), `n1="1_000"`, `n1="0x10"`) && (d.got == failed || d.got == null)
	}},
	{"text out of range for DOUBLE is an error, NULL of TRY_CAST; DuckDB makes Infinity", func(d difference) bool {
		return strings.Contains(d.expr, "CAST(n1 AS DOUBLE)") && oneOf(d.want, "Inf")
	}},
	{"dates and times have the form of SQL; DuckDB takes one digit, and either for the other", func(d difference) bool {
		return strings.Contains(d.expr, "CAST(k1 AS ") && (d.got == failed || d.got == null) && !strings.Contains(d.expr, "BOOLEAN")
	}},
	{"BOOLEAN is TRUE or FALSE in text; DuckDB takes t, yes and 1, too", func(d difference) bool {
		return strings.Contains(d.expr, "CAST(k1 AS BOOLEAN)") && (d.got == failed || d.got == null)
	}},
	{"UNIX_TIMESTAMP is rounded down; DuckDB rounds towards zero", func(d difference) bool {
		return strings.HasPrefix(d.expr, "UNIX_TIMESTAMP(") && apart(d, 1) && d.got[0] == '-'
	}},
	{"EPOCH is whole seconds, rounded down; DuckDB has the fraction", func(d difference) bool {
		return strings.HasPrefix(d.expr, "EXTRACT(EPOCH") && apart(d, 1)
	}},
	{"SECOND has its thousandths; DuckDB has none", func(d difference) bool {
		return strings.HasPrefix(d.expr, "EXTRACT(SECOND") && apart(d, 1)
	}},
	{"ROUND and TRUNCATE take a float for its shortest decimal: 1.005 is a half; DuckDB multiplies", func(d difference) bool {
		return oneOf(d.expr, "ROUND(", "TRUNCATE(") && apart(d, 0.1)
	}},
	{"POWER may differ behind the 13th digit where the exponent has a fraction", func(d difference) bool {
		a, b := number(d.got), number(d.want)
		return strings.HasPrefix(d.expr, "POWER(") && math.Abs(a-b) <= math.Abs(b)*1e-13
	}},
	{"what is not needed need not be computed; DuckDB computes the rest of IN and AND, too", func(d difference) bool {
		return d.got != failed && d.want == failed && oneOf(d.expr, " IN (", " AND ", " OR ", "CASE ", "COALESCE(", "IFNULL(")
	}},
	{"TRY of DuckDB does not catch every overflow", func(d difference) bool {
		return strings.HasPrefix(d.want, "error: Out of Range Error")
	}},
	{"decimals are divided to a decimal of 18 digits, more of them for greater dividends", func(d difference) bool {
		return strings.HasPrefix(d.expr, "d") && strings.Contains(d.expr, " / d") && apart(d, 1e-6)
	}},
}

// known counts what agrees, what a reason explains, and fails for the rest.
type known struct {
	t                *testing.T
	equal, explained int
	used             map[string]int
	shown            map[string]int
}

func newKnown(t *testing.T) *known {
	return &known{t: t, used: map[string]int{}, shown: map[string]int{}}
}

func (k *known) different(d difference) {
	for _, r := range reasons {
		if r.holds(d) {
			k.explained++
			k.used[r.why]++
			return
		}
	}
	if k.shown[d.expr]++; k.shown[d.expr] > 2 {
		return
	}
	k.t.Errorf("%s\n  duck: %s\n  row %s\n  ours %s (%s)\n  duck %s", d.expr, d.duck, rowText(d.expr, d.row), show(d.got), d.rejected, show(d.want))
}

// unused fails for reasons that explain nothing any more.
func (k *known) unused() {
	for _, r := range reasons {
		if k.used[r.why] == 0 {
			k.t.Errorf("nothing differs any more because: %s", r.why)
		}
	}
}

func show(s string) string {
	switch s {
	case null:
		return "NULL"
	case failed:
		return "cannot be computed"
	}
	return fmt.Sprintf("%q", s)
}

func oneOf(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// apart tells that two numbers differ by so much at the most.
func apart(d difference, most float64) bool {
	return math.Abs(number(d.got)-number(d.want)) <= most
}

// number is NaN for what is none.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
