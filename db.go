package millrace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/millrace-sql/millrace/exec"
	"github.com/millrace-sql/millrace/sql/plan"
	"github.com/millrace-sql/millrace/storage/catalog"
	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/shardlog"
	"github.com/millrace-sql/millrace/storage/state"
)

// DB is an open data directory, or a database in memory: streams and their
// records, pumps, tables, the catalog. Its methods may be called from any
// goroutine. It owns every goroutine it starts; Close waits for them.
type DB struct {
	opts    Options
	durable bool // on disk
	kv      *kv.DB
	log     *shardlog.Log
	catalog *catalog.Catalog
	state   *state.Store
	coord   *exec.Coordinator
	budget  *exec.Budget
	// functions are those of the options, by name.
	functions map[string][]*plan.UserFunction

	// ddl serialises statements that change definitions.
	ddl sync.Mutex
	mu  struct {
		sync.Mutex
		relations map[string]*relation // by stored name; tables as database.name
		views     map[string]*view
		functions map[string]*sqlFunction // by signature
		pumps     []*pump                 // as created
		jobs      map[*exec.Job]bool      // ad-hoc ones
		closed    bool
	}
}

// relation is a stream or table with what belongs to it at run time.
type relation struct {
	plan.Relation
	dir    string       // of relative paths
	sql    string       // the canonical statement; "" for built-in ones
	stream *exec.Stream // of an in-application stream
}

// Open opens the data directory dir, making it if it does not exist; "" is a
// database in memory, gone at Close. A directory belongs to one process at a
// time: another one gets an error that says so. Nothing runs until a statement
// starts it.
func Open(dir string, o *Options) (*DB, error) {
	opts := o.withDefaults()
	functions, err := userFunctions(opts.Functions)
	if err != nil {
		return nil, err
	}
	disk := opts.store
	disk.ReserveBytes = opts.DiskReserve
	if opts.Unsynced {
		disk.Durability = kv.None
	}
	store, err := kv.Open(dir, disk)
	if err != nil {
		return nil, err
	}
	db := &DB{opts: opts, functions: functions, durable: dir != "", kv: store, state: state.New(store, state.Options{})}
	if opts.MemoryBudget > 0 {
		db.budget = exec.NewBudget(opts.MemoryBudget)
	}
	db.coord = exec.NewCoordinator(checkpoints{db.state}, exec.CoordinatorOptions{
		Every: opts.CheckpointEvery, Retry: passes, Trace: db.traceCheckpoint,
	})
	db.mu.relations = map[string]*relation{}
	db.mu.views = map[string]*view{}
	db.mu.functions = map[string]*sqlFunction{}
	db.mu.jobs = map[*exec.Job]bool{}
	if err := db.load(); err != nil {
		db.coord.Close()
		if db.log != nil {
			err = errors.Join(err, db.log.Close())
		}
		return nil, errors.Join(err, store.Close())
	}
	return db, nil
}

// load opens what lies on the store and binds the stored definitions.
func (db *DB) load() error {
	var err error
	if db.log, err = shardlog.Open(db.kv, shardlog.Options{Now: db.opts.Now}); err != nil {
		return err
	}
	if db.catalog, err = catalog.Open(db.kv, catalog.Options{Now: db.opts.Now}); err != nil {
		return err
	}
	if err := db.openErrorStreams(); err != nil {
		return err
	}
	return db.loadDefinitions()
}

// Close stops every pump at a checkpoint, without a result for windows that are
// open, ends queries, waits for all goroutines and closes the data directory. A
// second Close returns ErrClosed.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.mu.closed {
		db.mu.Unlock()
		return ErrClosed
	}
	db.mu.closed = true
	// A job that ends meanwhile takes itself out of the map.
	jobs := slices.Collect(maps.Keys(db.mu.jobs))
	pumps := slices.Clone(db.mu.pumps)
	db.mu.Unlock()
	var errs []error
	for _, job := range jobs {
		errs = append(errs, job.Stop())
	}
	errs = append(errs, db.halt(pumps))
	db.coord.Close()
	// No statement can add a stream any more: every one checks closed first.
	db.ddl.Lock()
	defer db.ddl.Unlock()
	for _, r := range db.mu.relations {
		if r.stream != nil {
			errs = append(errs, r.stream.Close())
		}
	}
	errs = append(errs, db.log.Close(), db.kv.Close())
	return errors.Join(errs...)
}

// begin takes the right to change definitions; end gives it back.
func (db *DB) begin() error {
	db.ddl.Lock()
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.mu.closed {
		db.ddl.Unlock()
		return ErrClosed
	}
	return nil
}

func (db *DB) end() { db.ddl.Unlock() }

// env is what jobs need of the DB. sources decides how relations are opened.
func (db *DB) env(dir sourceMode, rejects func(string, int) (exec.Rejector, error)) exec.Env {
	return exec.Env{
		Mem: db.opts.Mem, BatchRows: db.opts.BatchRows, Parallelism: db.opts.Parallelism, Now: db.opts.Now, Start: db.opts.Now().Millis(), Budget: db.budget,
		OpenSource: dir.open, Stream: db.inApplication, Rejects: rejects,
	}
}

// inApplication finds the running stream of a name.
func (db *DB) inApplication(name string) (*exec.Stream, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	r := db.mu.relations[name]
	if r == nil || r.stream == nil {
		return nil, fmt.Errorf("stream %s: %w", name, plan.ErrNotFound)
	}
	return r.stream, nil
}

// adhoc runs a job that belongs to a query; Close stops it with the rest.
func (db *DB) adhoc(ctx context.Context, job *exec.Job) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.mu.closed {
		job.Discard()
		return ErrClosed
	}
	db.mu.jobs[job] = true
	job.Start(ctx)
	return nil
}

func (db *DB) forget(job *exec.Job) {
	db.mu.Lock()
	defer db.mu.Unlock()
	delete(db.mu.jobs, job)
}
