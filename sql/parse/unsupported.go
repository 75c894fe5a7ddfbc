package parse

// refusal is a construct that is known and not read: its name, and what to write instead.
type refusal struct{ what, hint string }

func (r refusal) at(t token) error { return errorAt(t, r.hint, "%s is not supported", r.what) }

// refusedWords are the constructs of queries that begin with a word the rewriter has no rule for.
var refusedWords = map[string]refusal{
	"ALL":         {"ALL before a query", "compare with (SELECT MAX(x) FROM ...) or (SELECT MIN(x) FROM ...)"},
	"ANY":         {"ANY before a query", quantifierHint},
	"SOME":        {"SOME before a query", quantifierHint},
	"ARRAY":       {"ARRAY", arrayHint},
	"MULTISET":    {"MULTISET", arrayHint},
	"UNNEST":      {"UNNEST", "the option 'row_path' of a stream makes a row of each element"},
	"CURSOR":      {"CURSOR here", "CURSOR(query) is an argument of TABLE(f(...))"},
	"LATERAL":     {"LATERAL", "a relation of FROM cannot read the columns of another: give the function CURSOR(SELECT ...)"},
	"TABLESAMPLE": {"TABLESAMPLE", "filter instead: WHERE MOD(id, 100) = 0"},
	"GROUPING":    {"GROUPING SETS", groupingHint},
	"CUBE":        {"CUBE", groupingHint},
	"ROLLUP":      {"ROLLUP", groupingHint},
	"COLLATE":     {"COLLATE", "strings compare by code points; UPPER(a) = UPPER(b) ignores case"},
	"FOR":         {"FOR here", "a JOIN with a table reads it as it is when the row comes"},
	"LEADING":     {"LEADING here", "it belongs to TRIM(LEADING 'x' FROM s)"},
	"TRAILING":    {"TRAILING here", "it belongs to TRIM(TRAILING 'x' FROM s)"},
	"BOTH":        {"BOTH here", "it belongs to TRIM(BOTH 'x' FROM s)"},
	"IGNORE":      {"IGNORE NULLS here", nullsHint},
	"RESPECT":     {"RESPECT NULLS here", nullsHint},
	"OVERLAPS":    {"OVERLAPS here", "it compares two periods: (a, b) OVERLAPS (c, d)"},
}

const (
	quantifierHint = "= ANY is IN; for other comparisons use EXISTS (SELECT ... WHERE ...)"
	arrayHint      = "keep the JSON text in a VARCHAR and read it by JSON_VALUE"
	groupingHint   = "write one query for each grouping and join them by UNION ALL"
	nullsHint      = "it stands behind the argument of a function or its parentheses: LAG(x) IGNORE NULLS OVER w"
)

// refusedStatements are the statements that are known and not executed, by their first word.
var refusedStatements = map[string]refusal{
	"UPDATE":   {"UPDATE", changeHint},
	"DELETE":   {"DELETE", changeHint},
	"MERGE":    {"MERGE", changeHint},
	"TRUNCATE": {"TRUNCATE", "CREATE OR REPLACE makes the relation anew, without rows"},
	"GRANT":    {"GRANT", rightsHint},
	"REVOKE":   {"REVOKE", rightsHint},
	"BEGIN":    {"BEGIN", transactionHint},
	"COMMIT":   {"COMMIT", transactionHint},
	"ROLLBACK": {"ROLLBACK", transactionHint},
	"SET":      {"SET", "options are given where they belong: CREATE STREAM ... WITH ('key'='value')"},
	"RESET":    {"RESET", "options are given where they belong: CREATE STREAM ... WITH ('key'='value')"},
	"USE":      {"USE", "write the database before the name: SELECT * FROM db.t"},
	"CALL":     {"CALL", "a function is called in a query: VALUES (f(x))"},
	"EXECUTE":  {"EXECUTE", "the pumps of a script run together: CREATE PUMP p AS INSERT INTO ..."},
	"ANALYZE":  {"ANALYZE", "EXPLAIN ANALYZE runs a statement and counts its rows"},
}

const (
	changeHint      = "rows are only added: INSERT the newer row, or CREATE OR REPLACE the relation"
	rightsHint      = "there are no users: who opens the data directory may do everything"
	transactionHint = "every statement takes effect by itself, and a pump writes each row exactly once"
)

// refusedKinds are what CREATE makes elsewhere.
var refusedKinds = map[string]refusal{
	"SCHEMA":    {"CREATE SCHEMA", databaseHint},
	"DATABASE":  {"CREATE DATABASE", databaseHint},
	"CATALOG":   {"CREATE CATALOG", databaseHint},
	"FOREIGN":   {"CREATE FOREIGN", connectorHint},
	"SERVER":    {"CREATE SERVER", connectorHint},
	"TEMPORARY": {"CREATE TEMPORARY", "leave the word out, and DROP what is not needed any more"},
	"INDEX":     {"CREATE INDEX", "PARTITIONED BY of a table lets a query skip files"},
	"RENAME":    {"CREATE OR REPLACE RENAME", "create the stream under its new name; a pump copies: INSERT INTO new_name SELECT STREAM * FROM old_name"},
}

const (
	databaseHint  = "a database is made by its first table: CREATE TABLE db.t (...)"
	connectorHint = "a system outside is reached by options: CREATE STREAM s (...) WITH ('connector'='...')"
)
