package kv

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// The version of the whole directory; each owner of keys versions its own values besides.
const (
	formatName    = "millrace "
	formatVersion = "1"
)

var formatKey = []byte{0, 'F', 'O', 'R', 'M', 'A', 'T'}

// DB is an open database. It is made by Open and ended by Close.
type DB struct {
	db       *badger.DB
	memory   bool
	maxValue int
	segment  int64 // size of a value file

	space     *space
	intercept func(Write) error

	dropping sync.Mutex   // one DropPrefix at a time: freeing space writes, which the next drop would refuse
	drop     sync.RWMutex // held by commits for reading: see dropKeys and collectFile

	mu      sync.Mutex // guards the fields below: Close waits until no call is running
	idle    sync.Cond
	active  int
	closed  bool
	cursors map[*Cursor]struct{} // with an open snapshot
}

// Open opens the database in dir, creating the directory if needed; "" is a new database in memory. Errors: ErrLocked
// when the directory is in use, ErrVersion when it holds another format version, ErrFormat when it holds something that is
// not ours, ErrNoSpace when less than half of the reserve is free, and the operating system's error (fs.ErrPermission and
// the like) when it cannot be read. The caller closes the DB.
func Open(dir string, o Options) (*DB, error) {
	if dir != "" {
		if err := checkDirectory(dir); err != nil {
			return nil, err
		}
	}
	// Opening writes too: logs of earlier runs become tables.
	space := o.space(dir)
	if err := space.forRemoval(0); err != nil {
		return nil, err
	}
	opts := o.badger(dir)
	b, err := openAfterCrash(opts)
	if err != nil {
		return nil, openError(dir, err)
	}
	d := &DB{db: b, memory: dir == "", maxValue: memoryValueMax, cursors: map[*Cursor]struct{}{},
		segment: o.segmentBytes(), space: space, intercept: o.Intercept}
	d.idle.L = &d.mu
	if !d.memory {
		d.maxValue = int(opts.ValueLogFileSize) / 2
	}
	if err := d.checkFormat(dir); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// openAfterCrash opens the database although a process was killed between making one
// of its files and giving it a size. Opening fails with the word for a new file then, but
// has given the file its size and head: the next try takes it for an empty one.
func openAfterCrash(o badger.Options) (*badger.DB, error) {
	const newFile = "Create a new file"
	for tries := 0; ; tries++ {
		b, err := badger.Open(o)
		if err == nil || tries == maxEmptyFiles || !strings.Contains(err.Error(), newFile) {
			return b, err
		}
	}
}

// maxEmptyFiles is more than the files that can be in the making at one moment.
const maxEmptyFiles = 8

func (d *DB) checkFormat(dir string) error {
	version, err := d.Get(formatKey)
	if err == nil {
		found, ours := strings.CutPrefix(string(version), formatName)
		switch {
		case !ours:
			return fmt.Errorf("kv: data directory %s: %w: it says %q", dir, ErrFormat, version)
		case found != formatVersion:
			return fmt.Errorf("kv: data directory %s: %w: found %s, this program reads %s", dir, ErrVersion, found, formatVersion)
		}
		return nil
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	empty := true
	err = d.Scan(nil, nil, func(_, _ []byte) error {
		empty = false
		return ErrStop
	})
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("kv: data directory %s: %w: it holds data without a version", dir, ErrFormat)
	}
	var b Batch
	b.Put(formatKey, []byte(formatName+formatVersion))
	return d.Commit(&b)
}

// InMemory reports whether the database lives in memory only.
func (d *DB) InMemory() bool { return d.memory }

// MaxValue returns the size of the largest value that a batch accepts, in bytes.
func (d *DB) MaxValue() int { return d.maxValue }

// MaxBatch returns how many bytes one batch holds for certain, where an entry counts as its key, its value and 128 bytes.
// On disk, values of 1 KiB and more count for next to nothing, so a batch may hold far more.
func (d *DB) MaxBatch() int { return int(d.db.MaxBatchSize()) }

// Close ends the database after waiting for running calls, and open cursors with it; later calls return ErrClosed, except Close itself, which
// does nothing the second time.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	for d.active > 0 {
		d.idle.Wait()
	}
	d.mu.Unlock()
	d.releaseCursors()
	if err := d.db.Close(); err != nil {
		return fmt.Errorf("kv: close: %w", err)
	}
	return nil
}

func (d *DB) enter() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return fmt.Errorf("kv: %w", ErrClosed)
	}
	d.active++
	return nil
}

func (d *DB) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active--
	if d.active == 0 {
		d.idle.Broadcast()
	}
}
