// Package millrace is an embedded streaming SQL engine: records arrive on a
// durable shard log, windowed SQL runs over them in columnar batches, results go
// back to streams or to Parquet tables, a crawler catalogs the tables, and the
// same SQL queries them.
//
// Open opens a data directory or a database in memory. DB.Exec executes
// statements at once, DB.Run a script in stages, DB.Query gives rows as Arrow
// records, DB.Do runs any one statement; DB.Stream puts records and rows into
// streams and reads stored records.
//
// # Architecture
//
// Three stacks that do not know each other meet in this package: sql turns text
// into plans, exec turns plans and batches into batches, storage keeps bytes and
// columns safe. Connectors join exec to storage and to the world outside.
// Imports point down the levels of this map only; a test holds map and law
// against the tree.
//
//	level  package                where do I change ...
//	0      sql/types              a SQL type, its Arrow layout, coercion, date and time arithmetic
//	0      sql/pattern            a regular expression; the pattern of SIMILAR TO
//	0      sql/jsonpath           what a path finds in a JSON document
//	0      sql/swar               eight bytes of text in one register: digits, letters, ASCII
//	1      sql/logformat          the texts that describe log lines: columns, W3C, the fast pattern
//	1      sql/ast                what a statement looks like; its canonical text
//	1      exec/flow              the contracts: Batch, Operator, Out, Source, Reader, Page, Sink
//	1      exec/window            how rows are assigned to windows
//	1      exec/forest            random cut forests
//	1      exec/agg               grouping and aggregate functions
//	1      storage/kv             the one Badger database: atomic batches, durability, the lock
//	2      sql/parse              the grammar: a statement or clause; the rewrite for sqlparser
//	2      sql/plan               names, types, windows by monotonicity, signatures, rules, EXPLAIN
//	2      storage/kvfault        how a test makes writes fail, the process die, the power fail
//	2      storage/shardlog       stored streams: blocks, group commit, horizon, reading
//	2      storage/state          checkpoints
//	2      storage/catalog        definitions, databases, tables, partitions, crawlers
//	2      storage/lake           Parquet tables: writing, commits, scanning
//	2      connectors/format      JSON and CSV to columns and back
//	3      exec/expr              an expression or function kernel
//	3      connectors/stream      stored streams as Source and Sink
//	3      connectors/file        files as Source
//	3      connectors/table       lake tables as Source and Sink
//	3      connectors/crawl       what the crawler makes of a folder
//	3      connectors/discover    what columns a sample of records has
//	4      exec/op                an operator
//	5      exec                   how plans become tasks; edges, watermarks, accounts, checkpoints
//	6      .                      the API, statements, stages, connectors by name, error rows
//	7      cmd/millrace           the command line
//	7      bench                  end-to-end benchmarks
//
// # The way of one record
//
// Stream.Put -> shardlog.Log.Append: MD5 of the partition key picks the shard,
// the committer gives sequence number and arrival under a group commit, a block
// per shard is sealed and synced. Durable from here.
//
// stream.Reader.Read -> shardlog.Reader.TryNext gives the block, from memory at
// the head -> format.Decoder.Append checks every declared column and builds those
// the plan reads, straight into Arrow buffers -> flow.Page: rows, rejected
// records, the next offset, the horizon.
//
// exec: sourceTask.page pushes the page through its chain of steps; each step
// drives one operator and checks that every row has exactly one fate ->
// op.Filter narrows the selection, op.Project computes columns (expr.Evaluator) ->
// op.Aggregate: agg.Groups gives dense ids, agg.Func.Update runs over columns.
//
// The page's horizon goes the same way as a watermark: step.advance ->
// op.Aggregate.Advance releases the windows it closes. Shards aggregate on their
// own; op.Combine, a task behind an edge, merges their partial groups when all
// have passed the window's end.
//
// The rows reach their end: Stream (an in-application stream: merged by rowtime,
// fanned out), stream.Sink (JSON records, write-through, numbered per lane),
// table.Sink (lake.Writer, files staged beside the table) or Rows.
//
// A checkpoint (exec.Coordinator, every ten seconds, on demand, at the end of input
// and where a pump stops): the sources of a set wait at a page, everything on the way
// arrives, operators freeze, and work goes on. Sinks Prepare beside it, each holding
// up its own lane only; the frozen states are written as chunks, then
// state.Store.SaveAll writes the root records of the set in one batch, which is the
// commit point; then sinks Commit. A later run restores offsets, states, watermarks,
// lane positions and accounts from it.
//
// # Decisions
//
// Where this differs from the design it was built from, or settles what that left
// open:
//
//   - An in-application stream is an object of the DB that jobs attach to and
//     leave (exec.Stream), not a node of one graph per group of pumps. A live
//     query, a new pump and an ended one then need no rebuild. Jobs joined by such
//     streams are a set; which jobs that are is found anew for each checkpoint, and
//     every job and stream has a record of its own, so that sets may grow, part and
//     meet. What makes them consistent is that a set's records are written together.
//   - A set stands still when two looks in a row find every inbox empty and no
//     message sent between them; no marker travels with the rows.
//   - A job also has a start record, written before its first row: its start time
//     and the tables of its joins. After a crash rows are computed again with them;
//     after an orderly end the next run begins with its own.
//   - Aggregates are frozen by copying 64 groups when one of them first changes. With
//     larger pages random keys copy nearly everything at once, which is the stall that
//     freezing is to avoid. That copying needs the one lock below exec: agg/freeze.go.
//   - Memory is bounded by waiting as well as by the budget: a source whose rows pile
//     up at a merge, because other shards or pumps are behind, pauses. The one that is
//     furthest behind never does.
//   - Declared event time: a batch is cut, and the watermark said, only where a row is
//     below it. Every other row is in time whatever has closed, so the result is that
//     of a watermark after every row.
//   - An exchange stands behind a merge where a pump changes the partition key, and
//     nowhere else: grouped rows leave in one order, and 64 lanes would make 64 times
//     the files and blocks.
//   - A pump stopped by its user finishes the files of its table, an interrupted one
//     leaves them open: it will go on.
//   - Rejected rows have a lane per operator, not per task: within one lane their
//     order must not depend on batch boundaries, or ordinals could not recognise
//     repeated rows. Their partition key names pump and operator.
//   - The outside of an in-application stream that pumps write to counts for the
//     watermark from its first row on. Otherwise a replay of old data would wait
//     for the clock.
//   - Group keys and strings travel as plain strings, not as dictionary codes. The
//     figures the design rests on put the code table at 17 ns a record in the
//     decoder and its gain at 6 to 9 ns in the grouping: it pays when several
//     queries share a decoder, which they do not yet. Scan leaves room for the hint.
//   - Expressions compute in four classes (whole numbers, floats, booleans, text)
//     and narrow at the end: a kernel per class instead of one per type.
//   - The record of a log parser is no type: each of its fields is a column, which
//     the scope knows by the record's name as well. What nobody reads is pruned as
//     other columns are, and no operator has to know of records.
//   - Integer sums add in 128 bits: only a sum that itself does not fit is an
//     overflow, whatever the order of the rows. SUM of integers is BIGINT.
//   - A row of which a table function makes no rows is passed, not filtered: what it
//     makes of one row is its own affair. Adding a row to an aggregate in Go cannot fail,
//     since aggregates before it have the row already; its result can.
//   - A live query is never waited for: one that does not take its rows ends with
//     exec.ErrFellBehind. A SELECT of a script is, because it must see every row.
//   - A Sort and a Concat of finite relations keep their rows in memory, within the
//     budget; spilling is work to come.
//   - sqlparser sees identifiers and literals as numbered placeholders and all
//     joins and || as operators it knows; what was written is read back from the
//     tokens.
//
// # Dependencies
//
// github.com/xwb1989/sqlparser (Apache-2.0) is the core grammar of queries,
// frozen and fenced in sql/parse. github.com/apache/arrow/go/v17 (Apache-2.0) is
// the column format. github.com/dgraph-io/badger/v4 (Apache-2.0) is the store
// behind storage/kv. github.com/parquet-go/parquet-go (Apache-2.0) reads and
// writes Parquet in storage/lake; arrow's own Parquet package is never used, its
// reader fails on modern encodings. github.com/klauspost/compress (BSD-3, Apache-2.0)
// is s2 and zstd. golang.org/x/sync (BSD-3) bounds parallel work on files.
// github.com/dlclark/regexp2 (MIT) runs, in sql/pattern, the regular expressions
// of Java that Go's linear engine cannot: look-around, back-references, possessive
// quantifiers. github.com/cespare/xxhash/v2 (MIT) hashes long keys; Badger
// brings it anyway. github.com/google/uuid (BSD-3) makes incarnations. The command
// uses github.com/spf13/cobra (Apache-2.0), github.com/jedib0t/go-pretty/v6 (MIT),
// github.com/schollz/progressbar/v3 (MIT), golang.org/x/term (BSD-3) and, as the
// editor of lines, github.com/peterh/liner (MIT), which leaves the terminal alone
// while a statement runs. Tests use github.com/cockroachdb/datadriven (Apache-2.0),
// go.uber.org/goleak (MIT), github.com/creack/pty (MIT) and, as a yardstick,
// github.com/goccy/go-json (MIT). All are maintained or, in the case
// of sqlparser, finished; none needs cgo.
package millrace
