// Package kvfault makes the writes of a database fail as a test plans it: with an error, as if the process had died, or as
// if the power had failed and taken with it what was not synced.
//
// In go the decisions of a plan, one per write; out comes the interceptor that kv.Options takes. It works on databases in
// memory and on disk alike. Nothing but tests uses it.
//
// What a verification then says of the damage is compared by MatchProblems.
//
// Concurrency: writes of the database take turns while faults are planned; every method may be called by any goroutine.
package kvfault
