// Package flow is the vocabulary of the running engine: what travels between
// tasks (Batch), what transforms it (Operator), what brings it in (Source,
// Reader, Page) and takes it out (Sink), and how positions and checkpoints are
// named (Shard, Offset, Epoch).
//
// It holds contracts and the few functions that every party needs to keep them;
// it starts nothing, owns nothing and knows no SQL. DESIGN §4 and §6 are where
// the semantics come from.
//
// Memory: Arrow's rule, once: who creates releases; who keeps retains;
// arguments are borrowed for the length of the call.
package flow
