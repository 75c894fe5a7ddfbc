// Package forest finds anomalies in a stream of points: a robust random cut forest (Guha,
// Mishra, Roy, Schrijvers, ICML 2016), as RANDOM_CUT_FOREST has it (kda-sql.md §15.3).
//
// A Forest is many trees, each over a sample of the points that favours late ones. A point
// that random cuts tell from the sample soon is an anomaly. In go points, one after the
// other; out come their scores, and what each dimension has to do with them.
//
// A Forest holds no clock, lock or goroutine and is for one goroutine. All chance comes
// from the seed: the same points give the same scores.
package forest
