// Package oracle compares the SQL of Millrace with that of DuckDB, where the dialects
// agree. It is a module of its own: DuckDB needs cgo, which the engine never does. All of
// it is tests; every known difference is listed with its reason in known_test.go.
package oracle
