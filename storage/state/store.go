package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/millrace-sql/millrace/storage/kv"
)

// Database is what the store needs of *kv.DB.
type Database interface {
	View(key []byte, fn func(value []byte) error) error
	Keys(prefix, from []byte, fn func(key []byte, valueBytes int64) error) error
	Commit(b *kv.Batch) error
	DropPrefix(prefixes ...[]byte) error
}

// Options of New. The zero value is the default.
type Options struct {
	// ReclaimBytes is how much superseded state of a job may lie on disk before it is dropped; 0 means 16 MiB.
	// Dropping makes commits wait some ten milliseconds, and nothing else gives the space back.
	ReclaimBytes int64
}

const defaultReclaimBytes = 16 << 20

// Store keeps the checkpoints of all jobs of a database.
type Store struct {
	db      Database
	reclaim int64
	batch   int // chunks of one commit
}

// New returns a store over the database, which it borrows.
func New(db Database, o Options) *Store {
	if o.ReclaimBytes <= 0 {
		o.ReclaimBytes = defaultReclaimBytes
	}
	return &Store{db: db, reclaim: o.ReclaimBytes, batch: chunksPerCommit}
}

// Save stores the checkpoint of one job; see SaveAll.
func (s *Store) Save(job string, c Checkpoint) error { return s.SaveAll(map[string]Checkpoint{job: c}) }

// SaveAll stores the checkpoints of jobs that belong together and returns when they are durable. They are the jobs'
// latest, all at once, from the moment their root records are committed: a crash before that leaves those before.
// SaveAll borrows set and calls the WriterTo of every operator, job by job, in the order of their names; it holds some
// 8 MiB of their state in memory. Older epochs are dropped when enough has come together. Errors: ErrEpoch, ErrTooLarge,
// those of an operator's WriteTo, kv.ErrNoSpace, after all of which the latest checkpoints are unchanged and ones of the
// same epochs may be saved, with other state too; after another error of the database the new checkpoints may be the
// latest or not: Latest tells.
func (s *Store) SaveAll(set map[string]Checkpoint) error {
	jobs := slices.Sorted(maps.Keys(set))
	older := map[string][]epochKeys{}
	var roots kv.Batch
	for _, job := range jobs {
		c := set[job]
		epochs, operators, err := s.write(job, c)
		if err != nil {
			return err
		}
		older[job] = epochs
		roots.Put(rootKey(job, c.Epoch), encodeRoot(c, operators))
	}
	if err := s.db.Commit(&roots); err != nil {
		if errors.Is(err, kv.ErrTooLarge) {
			err = ErrTooLarge
		}
		return jobError(jobs[0], set[jobs[0]].Epoch, err)
	}
	for _, job := range jobs {
		err := s.dropOld(job, older[job], set[job].Epoch)
		if err != nil && !errors.Is(err, kv.ErrNoSpace) { // without space a later Save drops them
			return jobError(job, set[job].Epoch, err)
		}
	}
	return nil
}

// write stores everything of a checkpoint but its root record, and returns what was stored of the job before.
func (s *Store) write(job string, c Checkpoint) ([]epochKeys, []operator, error) {
	if len(job) > math.MaxUint16/2 {
		return nil, nil, jobError(job[:64], c.Epoch, ErrTooLarge)
	}
	epochs, err := s.epochs(job)
	if err != nil {
		return nil, nil, jobError(job, c.Epoch, err)
	}
	for _, e := range epochs {
		if e.root && e.epoch >= c.Epoch {
			return nil, nil, jobError(job, c.Epoch, fmt.Errorf("%w: the latest is %d", ErrEpoch, e.epoch))
		}
	}
	operators, err := s.writeState(job, c)
	if err != nil {
		return nil, nil, jobError(job, c.Epoch, err)
	}
	return epochs, operators, nil
}

// Latest returns the newest checkpoint of the job, with State nil, and a reader of its operators' state. Every chunk is
// known to be there; its checksum is checked when it is read. Errors: ErrNone, ErrCorrupt, ErrVersion, the database's.
func (s *Store) Latest(job string) (*Checkpoint, *Reader, error) {
	epochs, err := s.epochs(job)
	if err != nil {
		return nil, nil, jobError(job, 0, err)
	}
	i := len(epochs) - 1
	for i >= 0 && !epochs[i].root {
		i--
	}
	if i < 0 {
		return nil, nil, fmt.Errorf("state: job %q: %w", job, ErrNone)
	}
	epoch := epochs[i].epoch
	var c *Checkpoint
	var operators []operator
	err = s.db.View(rootKey(job, epoch), func(v []byte) (err error) {
		c, operators, err = decodeRoot(v)
		return err
	})
	if err != nil {
		return nil, nil, jobError(job, epoch, err)
	}
	if c.Epoch != epoch {
		return nil, nil, jobError(job, epoch, fmt.Errorf("%w: the root record is of epoch %d", ErrCorrupt, c.Epoch))
	}
	r := &Reader{db: s.db, job: job, epoch: epoch, operators: operators}
	if err := r.check(); err != nil {
		return nil, nil, jobError(job, epoch, err)
	}
	return c, r, nil
}

// Drop removes all checkpoints of the job; one that has none is no error.
func (s *Store) Drop(job string) error {
	if err := s.db.DropPrefix(jobPrefix(job)); err != nil {
		return fmt.Errorf("state: drop job %q: %w", job, err)
	}
	return nil
}

// epochKeys is what is stored of one epoch.
type epochKeys struct {
	epoch uint64
	bytes int64
	root  bool // without one, a crash interrupted the checkpoint
}

// epochs lists what is stored of a job, oldest first.
func (s *Store) epochs(job string) ([]epochKeys, error) {
	prefix := jobPrefix(job)
	var out []epochKeys
	err := s.db.Keys(prefix, nil, func(k []byte, valueBytes int64) error {
		rest := k[len(prefix):]
		if len(rest) < 9 {
			return fmt.Errorf("%w: key of %d bytes", ErrCorrupt, len(k))
		}
		e := binary.BigEndian.Uint64(rest)
		if len(out) == 0 || out[len(out)-1].epoch != e {
			out = append(out, epochKeys{epoch: e})
		}
		last := &out[len(out)-1]
		last.bytes += int64(len(k)) + valueBytes
		last.root = last.root || rest[8] == 'r'
		return nil
	})
	return out, err
}

// dropOld drops the epochs below the new one once they are worth it. They cannot be deleted key by key: the database
// would never give the space of their values back.
func (s *Store) dropOld(job string, epochs []epochKeys, newest uint64) error {
	var total int64
	var prefixes [][]byte
	for _, e := range epochs {
		if e.epoch < newest {
			total += e.bytes
			prefixes = append(prefixes, epochPrefix(job, e.epoch))
		}
	}
	if total < s.reclaim && len(prefixes) < maxOldEpochs {
		return nil
	}
	return s.db.DropPrefix(prefixes...)
}

// Even tiny checkpoints are dropped when this many have come together, or listing them would get slow.
const maxOldEpochs = 256
