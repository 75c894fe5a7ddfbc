package kv

import (
	"bytes"
	"maps"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// Cursor reads values one after the other in key order, at a fraction of what DB.View costs for each: it keeps one
// snapshot of the database open over many calls. What it reads must not be written twice, because a value may be as old
// as the snapshot; a key that the snapshot does not have is looked up in a new one.
//
// An open snapshot keeps the disk space of values that are freed meanwhile, so it is renewed now and then, DropPrefix and
// DB.Close end it, and a reader that pauses should Close it. A Cursor belongs to one goroutine.
type Cursor struct {
	db     *DB
	prefix []byte

	mu    sync.Mutex // the database ends the snapshot from other goroutines
	txn   *badger.Txn
	it    *badger.Iterator // nil = no snapshot
	views int              // of this snapshot
}

// maxViews is how many values one snapshot serves: enough to make opening it cheap per value, and little enough that a
// long read does not keep everything that is rewritten beside it.
const maxViews = 256

// Cursor returns a cursor for the keys that start with prefix, which is copied. It does not touch the database, and what
// was never used need not be closed.
func (d *DB) Cursor(prefix []byte) *Cursor { return &Cursor{db: d, prefix: bytes.Clone(prefix)} }

// View calls fn with the value under key, without copying it: the value is valid during the call and must not be
// changed. It is cheap when key follows the key of the call before. fn must not use the cursor. An error of fn is returned
// as it is. Errors: ErrNotFound, also for a key without the prefix, and ErrClosed after DB.Close.
func (c *Cursor) View(key []byte, fn func(value []byte) error) error {
	if err := c.db.enter(); err != nil {
		return err
	}
	defer c.db.leave()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.step(key) {
		c.release()
		c.open()
		if c.it.Seek(key); !c.at(key) {
			return opError("read", key, ErrNotFound)
		}
	}
	c.views++
	return c.db.value(c.it.Item(), key, func(_, v []byte) error { return fn(v) })
}

// step moves to the next key and tells whether that is the one asked for.
func (c *Cursor) step(key []byte) bool {
	if c.it == nil || c.views >= maxViews {
		return false
	}
	if c.it.Valid() && !c.at(key) {
		c.it.Next()
	}
	return c.at(key)
}

func (c *Cursor) at(key []byte) bool { return c.it.Valid() && bytes.Equal(c.it.Item().Key(), key) }

// Close ends the snapshot; a later View opens a new one. It may be called several times, and after DB.Close.
func (c *Cursor) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release()
}

// open is called with the cursor's lock held, within a call that DB.Close waits for.
func (c *Cursor) open() {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues, o.Prefix = false, c.prefix
	c.txn = c.db.db.NewTransaction(false)
	c.it = c.txn.NewIterator(o)
	c.views = 0
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	c.db.cursors[c] = struct{}{}
}

// release is called with the cursor's lock held. The database forgets the cursor last: until then its Close waits.
func (c *Cursor) release() {
	if c.it == nil {
		return
	}
	c.it.Close()
	c.txn.Discard()
	c.it, c.txn = nil, nil
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	delete(c.db.cursors, c)
}

// releaseCursors ends all snapshots. It takes the cursors' locks without its own, which they take the other way round.
func (d *DB) releaseCursors() {
	d.mu.Lock()
	open := slices.Collect(maps.Keys(d.cursors))
	d.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
}
