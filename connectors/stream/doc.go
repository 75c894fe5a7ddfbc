// Package stream reads and writes stored streams: flow.Source and flow.Sink over
// the shard log.
//
// In and out: Arrow batches on the engine's side, records (a partition key and a
// payload in the stream's format) on the log's. ROWTIME is a record's arrival,
// cut to milliseconds; watermarks are the log's horizon, so they are exact, live
// and on a replay. A record that does not fit the declared columns becomes a
// rejected row with its raw bytes.
//
// Sources may be used from several goroutines; a reader or sink belongs to one.
// Semantics: DESIGN §6 (horizon) and §8 (shardlog, exactly once).
package stream
