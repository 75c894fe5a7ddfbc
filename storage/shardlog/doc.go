// Package shardlog is the durable log behind stored streams: stream -> shards -> records.
//
// In go records (a partition key and bytes) by Append; out come blocks of the same records by Reader, per shard, in
// sequence order, each record with the sequence number and the arrival time that the log gave it. The MD5 of the
// partition key chooses the shard. What the bytes mean is unknown here: the log never decodes, filters or drops.
//
// One goroutine, the committer, groups all waiting appends, stamps them, seals one block per shard touched (more when
// the records exceed Options.BlockBytes or belong to different lanes) and writes them in one atomic batch; Append
// returns when that batch is as durable as the database promises. A block is never written twice and never changes.
// The newest blocks of each shard stay in memory, so a reader at the tail gets the very bytes that were appended.
// The layout on disk is in format.md.
//
// Sequence numbers start at 1 and grow by one per record and shard. Arrival times never decrease within the log, over
// all its shards, over restarts and when the clock steps back; a Horizon is a promise that nothing will be committed
// below it.
//
// Units: times are types.Time (microseconds since 1970 UTC), sizes are bytes. Concurrency: every method of Log may be
// called by any number of goroutines; a Reader belongs to one. Log.Close ends the committer and wakes all readers.
// The package never logs, and never retries a failed write: after one, Append refuses until the log is opened again. A full
// disk is no failure: nothing was written, appends wait (Log.Paused says so) and go on by themselves, readers never notice.
package shardlog
