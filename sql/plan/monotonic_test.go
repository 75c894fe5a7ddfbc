package plan_test

import (
	"strings"
	"testing"
)

// TestMonotonicity is the rules of kda-sql.md §8.5, by what GROUP BY of a stream takes:
// "time" where the watermark ends groups, "change" where another value does, "" where the
// key says nothing about their end.
func TestMonotonicity(t *testing.T) {
	for _, c := range []struct{ key, ends string }{
		// The examples of the reference.
		{"ticker", ""},
		{"FLOOR(s.ROWTIME TO HOUR)", "time"},
		{"CEIL(s.ROWTIME TO DAY) + INTERVAL '6' HOUR", "time"},
		{"1 + 1", ""},
		{"MONOTONIC(qty)", "change"},
		{"MOD(qty, 4)", ""},
		{"STEP(s.evt BY INTERVAL '1' MINUTE)", ""},
		{"MONOTONIC(STEP(s.evt BY INTERVAL '1' MINUTE))", "change"},
		{"FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 15 TO SECOND)", "time"},
		// The table of expressions.
		{"s.ROWTIME", "time"},
		{"s.ROWTIME - INTERVAL '1' MONTH", "time"},
		{"CAST(s.ROWTIME AS DATE)", "time"},
		{"-UNIX_TIMESTAMP(s.ROWTIME)", "time"},
		{"1000 - UNIX_TIMESTAMP(s.ROWTIME)", "time"},
		{"UNIX_TIMESTAMP(s.ROWTIME) + qty", ""},
		{"UNIX_TIMESTAMP(s.ROWTIME) + MONOTONIC(qty)", "change"},
		{"UNIX_TIMESTAMP(s.ROWTIME) - MONOTONIC(qty)", ""},
		{"STEP(UNIX_TIMESTAMP(s.ROWTIME) BY 15000)", "time"},
		{"UNIX_TIMESTAMP(s.ROWTIME) * 2", "time"},
		{"-3 * UNIX_TIMESTAMP(s.ROWTIME)", "time"},
		{"UNIX_TIMESTAMP(s.ROWTIME) * 0", ""},
		{"UNIX_TIMESTAMP(s.ROWTIME) / 1000", "time"},
		{"UNIX_TIMESTAMP(s.ROWTIME) / qty", ""},
		{"1000 / MONOTONIC(qty)", ""},
		{"SUBSTRING(MONOTONIC(ticker) FROM 0 FOR 2)", "change"},
		{"SUBSTRING(MONOTONIC(ticker) FROM 2 FOR 2)", ""},
		{"CASE WHEN qty > 0 THEN s.ROWTIME END", ""},
		{"EXTRACT(HOUR FROM s.ROWTIME)", ""},
		{"CAST(s.ROWTIME AS VARCHAR(30))", ""},
		{"CURRENT_DATE", ""},
	} {
		query := "SELECT STREAM COUNT(*) FROM trades AS s GROUP BY " + c.key
		out, err := outcome(newBinder(t), query)
		got := ""
		switch {
		case err != nil && !strings.Contains(err.Error(), "never ends"):
			t.Errorf("%s: %v", c.key, err)
			continue
		case err != nil:
		case strings.Contains(out, "until another"):
			got = "change"
		case strings.Contains(out, "tumbling window"):
			got = "time"
		}
		if got != c.ends {
			t.Errorf("GROUP BY %s: groups end by %q, want %q", c.key, got, c.ends)
		}
	}
}
