// Package bench measures what a user of the engine gets: the log, the decoder
// and the windows each on its own, and the whole way from the log to the rows of
// a query.
//
// In: records that are generated here, the same ones on every run. Out: figures
// of go test -bench. Records/s and MB/s count the records' payload; a ratio has
// its other side measured in the same run, because the absolute figures of a
// shared machine wander. docs/performance.md holds the results.
//
// Without -bench the tests check the results of the same queries against values
// that were computed while the records were generated. Micro-benchmarks stay
// beside the code they measure. Benchmarks set GOMAXPROCS and so must not run in
// parallel.
package bench
