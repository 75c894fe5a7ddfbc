package expr

// functionCase is an expression over benchTable. allocates says why it allocates for
// each row; most do not.
type functionCase struct{ name, expr, allocates string }

// functionCases is what BenchmarkFunctions measures, by the families of plan.Families;
// those without one are of operators.
var functionCases = []struct {
	family, short string
	exprs         []functionCase
}{
	{"Text", "text", []functionCase{
		{"upper", "UPPER(S)", ""}, {"lower", "LOWER(C)", ""}, {"initcap", "INITCAP(S)", ""}, {"length", "CHAR_LENGTH(S)", ""}, {"substring", "SUBSTRING(S FROM 5 FOR 8)", ""}, {"substring_regex", "SUBSTRING(S FROM '[0-9]+')", ""}, {"left", "LEFT(S, 3)", ""}, {"position", "POSITION('user' IN S)", ""},
		{"trim", "TRIM(S)", ""}, {"concat", "CONCAT(S, '-', C)", ""}, {"replace", "REPLACE(S, 'item', 'x')", ""}, {"lpad", "LPAD(C, 12, '*')", ""}, {"split", "SPLIT_INDEX(S, '/', 1)", ""}, {"overlay", "OVERLAY(S PLACING 'PUT' FROM 1)", ""}, {"reverse", "REVERSE(S)", ""}, {"translate", "TRANSLATE(S, 'abc', 'xyz')", ""},
	}},
	{"", "operator", []functionCase{
		{"concat", "S || '-' || C", ""}, {"compare", "F > 500", ""}, {"equal", "C = 'North'", ""}, {"arithmetic", "F * I / 100", ""}, {"exact", "I * 3 - 7", ""}, {"decimal", "D * 2 + D", ""}, {"and", "F > 500 AND I < 500000", ""}, {"between", "I BETWEEN 1000 AND 500000", ""}, {"in", "C IN ('North', 'South')", ""}, {"floor_minute", "FLOOR(TS TO MINUTE)", ""}, {"floor_month", "FLOOR(TS TO MONTH)", ""},
	}},
	{"", "like", []functionCase{
		{"prefix", "S LIKE 'GET%'", ""}, {"suffix", "S LIKE '%North'", ""}, {"contains", "S LIKE '%/item/%'", ""}, {"exact", "C LIKE 'North'", ""}, {"general", "S LIKE 'GET%user=_or%'", ""}, {"similar", "C SIMILAR TO '(Nor|Sou)th'", ""},
	}},
	{"Regular expressions", "regex", []functionCase{
		{"like", "REGEXP_LIKE(S, 'item/[0-9]+')", ""}, {"extract", "REGEXP_EXTRACT(S, '[0-9]+')", ""},
		{"extract_group", "REGEXP_EXTRACT(S, 'item/([0-9]+)', 1)", goGroups}, {"replace", "REGEXP_REPLACE(S, '[0-9]+', '#')", ""}, {"replace_anchored", "REGEXP_REPLACE(S, '^[A-Z]+', '#')", goGroups},
		{"replace_group", "REGEX_REPLACE(S, 'item/([0-9]+)', '<$1>', 1, 0)", goGroups}, {"lookahead", "REGEXP_LIKE(S, 'item(?=/)')", backtracking},
		{"replace_no_group", "REGEX_REPLACE(S, '[0-9]+', '#', 1, 0)", ""},
	}},
	{"JSON", "json", []functionCase{
		{"value", "JSON_VALUE(J, '$.user.name')", ""}, {"number", "JSON_VALUE(J, '$.price' RETURNING DOUBLE)", ""}, {"query", "JSON_QUERY(J, '$.user')", ""}, {"exists", "JSON_EXISTS(J, 'lax $.nothing')", ""},
	}},
	{"Numbers", "number", []functionCase{
		{"round_double", "ROUND(F, 2)", ""}, {"round_decimal", "ROUND(D, 2)", ""}, {"truncate", "TRUNCATE(F, 2)", ""}, {"power", "POWER(F, 2)", ""}, {"power_any", "POWER(F, 1.5)", ""}, {"sqrt", "SQRT(F)", ""}, {"ln", "LN(F)", ""}, {"step", "STEP(I BY 100)", ""}, {"mod", "MOD(I, 7)", ""}, {"abs", "ABS(I)", ""}, {"floor", "FLOOR(F)", ""},
	}},
	{"NULL", "null", []functionCase{
		{"if", "IF(I > 500000, I, 0)", ""}, {"coalesce", "COALESCE(S, '')", ""}, {"nullif", "NULLIF(C, 'North')", ""}, {"greatest", "GREATEST(I, 500000)", ""}, {"greatest_text", "GREATEST(C, 'M')", ""},
	}},
	{"Forms of the grammar", "form", []functionCase{
		{"case", "CASE WHEN I > 900000 THEN 'high' WHEN I > 100000 THEN 'middle' ELSE 'low' END", ""}, {"try_cast", "TRY_CAST(I AS INTEGER)", ""}, {"try_cast_fails_double", "TRY_CAST(T AS DOUBLE)", ""}, {"try_cast_fails_decimal", "TRY_CAST(T AS DECIMAL(12, 2))", ""}, {"try_cast_fails_date", "TRY_CAST(T AS DATE)", ""}, {"try_cast_fails_boolean", "TRY_CAST(T AS BOOLEAN)", ""}, {"try_cast_too_long", "TRY_CAST(I AS VARCHAR(3))", ""}, {"try_cast_too_large", "TRY_CAST(I AS TINYINT)", ""},
		{"cast_text", "CAST(I AS VARCHAR(20))", ""}, {"cast_double_text", "CAST(F AS VARCHAR(30))", ""}, {"extract", "EXTRACT(MINUTE FROM TS)", ""}, {"timestampadd", "TIMESTAMPADD(MONTH, 1, TS)", ""}, {"timestampdiff", "TIMESTAMPDIFF(DAY, TS, TIMESTAMP '2022-01-01 00:00:00')", ""},
	}},
	{"Dates and times", "time", []functionCase{
		{"year", "YEAR(DT)", ""}, {"hour", "HOUR(TS)", ""}, {"unix", "UNIX_TIMESTAMP(TS)", ""}, {"parse", "TO_TIMESTAMP(P, 'dd/MM/yyyy HH:mm:ss')", ""}, {"format", "DATE_FORMAT(TS, 'yyyy-MM-dd HH:mm')", ""},
	}},
	{"Streams", "stream", []functionCase{{"monotonic", "MONOTONIC(I) + 1", ""}}},
	{"Hashes and encodings", "hash", []functionCase{{"md5", "MD5(S)", ""}, {"sha256", "SHA256(S)", ""}, {"base64", "TO_BASE64(S)", ""}}},
	{"Log parsing", "log", []functionCase{
		{"w3c", "W3C_LOG_PARSE(L, 'COMMON')", ""}, {"fast", "FAST_REGEX_LOG_PARSE(L, '(.*) - (.*) .*')", ""}, {"regex", "REGEX_LOG_PARSE(S, '([A-Z]+) (.*)')", goGroups}, {"sys", "SYS_LOG_PARSE(Y)", ""}, {"variable", "VARIABLE_COLUMN_LOG_PARSE(L, 4, ' ')", ""}, {"fixed", "FIXED_COLUMN_LOG_PARSE(Y, 'm TYPE CHAR(3) START 0 FOR 3, rest TYPE VARCHAR(80) START 4')", ""},
	}},
}

const (
	goGroups     = "package regexp gives offsets, which groups and anchors need, only in a new slice"
	backtracking = "the other engine works on characters and has its matches as objects"
)

func casesOf(family string) (out []functionCase) {
	for _, f := range functionCases {
		if f.family == family {
			out = append(out, f.exprs...)
		}
	}
	return out
}
