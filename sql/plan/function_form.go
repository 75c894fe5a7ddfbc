package plan

// forms is what looks like a function and is written in words of its own.
var forms = []*Function{
	{
		Name: "CASE", Usage: "CASE WHEN c THEN x ... [ELSE y] END, CASE v WHEN w THEN x ... END", Doc: "the first that holds, else y or NULL",
		Examples: []Example{{"CASE WHEN 2 > 1 THEN 'more' ELSE 'less' END", "more"}, {"CASE 3 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", "NULL"}},
	},
	{
		Name: "CAST", Usage: "CAST(x AS type)", Doc: "x in another type; fractions are rounded half away from zero, what does not fit rejects the row",
		Examples: []Example{{"CAST(2.5 AS INTEGER)", "3"}, {"CAST('2021-03-09 07:05:09' AS TIMESTAMP)", "2021-03-09 07:05:09.000"}},
	},
	{
		Name: "TRY_CAST", Usage: "TRY_CAST(x AS type)", Doc: "as CAST, NULL where that rejects the row",
		Examples: []Example{{"TRY_CAST('12' AS INTEGER)", "12"}, {"TRY_CAST('x' AS INTEGER)", "NULL"}},
	},
	{
		Name: "EXTRACT", Usage: "EXTRACT(field FROM t)",
		Doc: "a field of a date, time or interval: YEAR, QUARTER, MONTH, WEEK (of ISO 8601), DAY, DOW (1 for Sunday), ISODOW (1 for Monday), DOY, EPOCH, HOUR, MINUTE, " +
			"SECOND with its thousandths, MILLISECOND",
		Examples: []Example{{"EXTRACT(SECOND FROM TIME '07:05:09.25')", "9.250"}, {"EXTRACT(DAY FROM INTERVAL '2 08' DAY TO HOUR)", "2"}},
	},
	{
		Name: "TIMESTAMPADD", Usage: "TIMESTAMPADD(unit, n, t)", Doc: "t moved by n units",
		Examples: []Example{{"TIMESTAMPADD(MONTH, 1, DATE '2021-01-31')", "2021-02-28"}, {"TIMESTAMPADD(HOUR, -1, DATE '2021-03-09')", "2021-03-08 23:00:00.000"}},
	},
	{
		Name: "TIMESTAMPDIFF", Usage: "TIMESTAMPDIFF(unit, a, b)", Doc: "the whole units from a to b, as BIGINT; an interval is (b - a) unit",
		Examples: []Example{{"TIMESTAMPDIFF(MINUTE, TIMESTAMP '2021-03-09 07:05:59', TIMESTAMP '2021-03-09 07:10:00')", "4"}},
	},
}
