// Package kv is the one embedded database of a data directory: ordered keys, byte values, atomic batches.
//
// In go keys and values of the storage packages, each under a first byte of its own ('l' the shard log, 's' job
// state, 'c' the catalog; 0 belongs to this package). Out come the same bytes, in key order. What the bytes mean is
// their owner's business, and nothing of the database underneath leaves the package.
//
// Durability is decided here and nowhere else: see Durability. A data directory is held by one process at a time.
// With an empty directory name the database lives in memory and is gone after Close.
//
// The database underneath cannot survive a full disk, so a commit that would leave less than Options.ReserveBytes free is
// refused with ErrNoSpace before anything is written.
//
// Units: sizes are bytes. Concurrency: every method of DB may be called by any number of goroutines; a Batch
// and a Cursor belong to one goroutine. Callbacks run on the caller's goroutine. Close waits for running calls and leaves no
// goroutine behind. The package never logs and never retries.
package kv
