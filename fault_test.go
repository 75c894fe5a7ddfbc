package millrace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing/synctest"
	"time"

	"github.com/millrace-sql/millrace/connectors/stream"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// faultScript is every way of a row through the engine: through an in-application
// stream into windows, from one stored stream into another, into error_stream, into
// a table of the lake.
const faultScript = `
	CREATE STREAM events (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='stream', 'shards'='3');
	CREATE STREAM passing (id BIGINT, k VARCHAR(8), n INTEGER);
	CREATE STREAM sums (began TIMESTAMP, k VARCHAR(8), c BIGINT, total BIGINT)
	  WITH ('connector'='stream', 'shards'='2', 'partition_key'='k');
	CREATE STREAM copied (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='stream', 'shards'='2');
	CREATE STREAM quotients (id BIGINT, q INTEGER) WITH ('connector'='stream');
	CREATE TABLE landed (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='lake', 'location'='landed', 'compression'='none');
	CREATE PUMP pass AS INSERT INTO passing SELECT STREAM id, k, n FROM events;
	CREATE PUMP sum_up AS INSERT INTO sums
	  SELECT STREAM STEP(passing.ROWTIME BY INTERVAL '1' SECOND), k, COUNT(*), SUM(n) FROM passing
	  GROUP BY k, STEP(passing.ROWTIME BY INTERVAL '1' SECOND);
	CREATE PUMP copy AS INSERT INTO copied SELECT STREAM id, k, n FROM events;
	CREATE PUMP bad AS INSERT INTO quotients SELECT STREAM id, 100 / n FROM events;
	CREATE PUMP land AS INSERT INTO landed SELECT STREAM id, k, n FROM events;`

// crashes is one data directory over many lives of its process, and what its
// producers were told. A life ends by a fault of the store or in order; the next one
// opens what is left.
type crashes struct {
	dir   string
	every time.Duration            // between checkpoints; < 0 = only those of the steps
	sink  func(*stream.SinkConfig) // plants a fault in the sinks
	free  func() (int64, error)    // space on the disk; nil = enough

	stopped map[string]bool // pumps that a fault may have left stopped

	mu    sync.Mutex
	acked map[int64]Receipt     // by id
	next  [faultProducers]int64 // records put by each producer, acknowledged or not
}

func newCrashes(dir string) *crashes {
	return &crashes{dir: dir, every: -1, stopped: map[string]bool{}, acked: map[int64]Receipt{}}
}

// open never waits for the device: what a power failure takes is planned by faults.
func (c *crashes) open(f *kvfault.Faults) (*DB, error) {
	store, reserve := kv.Options{SegmentBytes: 1 << 20, Free: c.free}, int64(1<<20)
	if c.free == nil {
		reserve = -1
	}
	if f != nil {
		store.Intercept = f.Intercept
	}
	return Open(c.dir, &Options{
		Dir: c.dir, CheckpointEvery: c.every, BatchRows: 7, Unsynced: true, DiskReserve: reserve, store: store, sink: c.sink,
	})
}

// step is something that happens in a life. Its error does not keep the next ones
// from happening.
type step func(context.Context, *DB) error

// live is one life: it opens the directory, lets all pumps run, takes the steps and
// closes what is left. The error is all that went wrong.
func (c *crashes) live(f *kvfault.Faults, steps ...step) error {
	db, err := c.open(f)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	ctx := context.Background()
	errs := []error{db.Exec(ctx, faultScript), db.Resume(ctx)}
	for _, s := range steps {
		errs = append(errs, s(ctx, db))
	}
	if err := db.Close(); err != nil {
		errs = append(errs, fmt.Errorf("close: %w", err))
	}
	return errors.Join(errs...)
}

// unplanned is what went wrong in a life that no planned fault explains.
func unplanned(err error) error {
	var out []error
	for _, e := range unjoin(err) {
		if !errors.Is(e, kvfault.ErrFault) && !errors.Is(e, kvfault.ErrStopped) {
			out = append(out, e)
		}
	}
	return errors.Join(out...)
}

func unjoin(err error) []error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		return all.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

const (
	faultProducers = 3
	producerIDs    = 1_000_000 // ids of a producer, from its number times this
)

// put lets every producer put so many records at the same time, some at once.
func (c *crashes) put(records int) step {
	return func(ctx context.Context, db *DB) error {
		var wg sync.WaitGroup
		errs := make([]error, faultProducers)
		for p := range faultProducers {
			wg.Go(func() {
				for left := records; left > 0 && errs[p] == nil; left -= 2 {
					errs[p] = c.putSome(ctx, db, p, min(left, 2))
				}
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	}
}

// putSome puts records with ids of their own, whatever becomes of them.
func (c *crashes) putSome(ctx context.Context, db *DB, producer, n int) error {
	ids, records := make([]int64, n), make([]Record, n)
	for i := range ids {
		c.next[producer]++ // the producer's own
		ids[i] = int64(producer)*producerIDs + c.next[producer]
		records[i] = faultRecord(ids[i])
	}
	receipts, err := db.Stream("EVENTS").Put(ctx, records...)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, r := range receipts {
		c.acked[ids[i]] = r
	}
	return err
}

// faultRecord is a record that anyone can make from its id. Some divide by zero,
// some cannot be read.
func faultRecord(id int64) Record {
	k := fmt.Sprintf("k%d", id%7%5)
	data := fmt.Appendf(nil, `{"id":%d,"k":%q,"n":%d}`, id, k, id%6)
	if id%11 == 0 {
		data = fmt.Appendf(nil, `{"id":%d,"k":%q,"n":"many"}`, id, k)
	}
	return Record{PartitionKey: k, Data: data}
}

// pass lets time go by, and everything arrive that can.
func pass(d time.Duration) step {
	return func(context.Context, *DB) error {
		time.Sleep(d)
		synctest.Wait()
		return nil
	}
}

func checkpoint(ctx context.Context, db *DB) error { return db.Checkpoint(ctx) }

// resume starts the pumps that a fault has ended.
func resume(ctx context.Context, db *DB) error { return db.Resume(ctx) }

// stop and start are ALTER PUMP.
func (c *crashes) stop(pump string) step {
	return func(ctx context.Context, db *DB) error {
		c.stopped[pump] = true
		return db.Exec(ctx, "ALTER PUMP "+pump+" STOP")
	}
}

func (c *crashes) start(pump string) step {
	return func(ctx context.Context, db *DB) error { return db.Exec(ctx, "ALTER PUMP "+pump+" START") }
}

// scripted is the life in which every write fails once.
func (c *crashes) scripted() []step {
	return []step{
		c.put(2), pass(50 * time.Millisecond), checkpoint,
		c.stop("copy"), c.put(2), c.start("copy"),
		pass(time.Second), checkpoint, resume, c.put(1),
	}
}
