// Package state stores the checkpoints of jobs: first the chunks of operator state, then one small root record, which is
// the commit point. A checkpoint whose root is not stored never happened.
//
// In go opaque bytes keyed by strings: offsets, sink tokens and operator state, with watermarks and counters beside them.
// Out comes the latest checkpoint of a job as it was saved, checked. What the bytes mean is unknown here. The layout is
// in format.md.
//
// Units: watermarks are types.Time (microseconds since 1970 UTC), sizes are bytes. Concurrency: calls for different jobs
// may run at the same time; calls for one job must not. The package holds no goroutine, never logs and never falls back
// to an older checkpoint: sinks may have committed the latest.
package state
