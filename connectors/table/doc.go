// Package table connects tables of the lake with the engine: a Source that reads a table to its end, and a Sink whose
// rows become visible with the checkpoint that covers them.
//
// In: the options of CREATE TABLE ... WITH, and batches. Out: a lake.Options, pages. The package opens no location, knows
// no catalog and holds no state beyond what it is given; files, commits and formats are storage/lake's business.
//
// Concurrency: a Source may be used by any number of goroutines, a Reader and a Sink by one each. Reads and writes block
// on the bucket.
package table
