package kv

import (
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// DropPrefix removes every key that starts with one of the prefixes and gives the disk space of their values back, as
// far as whole value files can be rewritten; deleting keys one by one never does. Commits wait while the keys go (some
// ten milliseconds), and then while each value file that is mostly garbage is rewritten, so callers collect what is worth
// dropping. It is not atomic: after a crash in the middle some of the keys may be left, and dropping them again is
// harmless. On a nearly full disk only the keys go, and the space of their values comes back with a later call. Errors:
// ErrNoSpace when not even half of the reserve is free, after which nothing was dropped, ErrClosed, the database's.
func (d *DB) DropPrefix(prefixes ...[]byte) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	return d.write(nil, prefixes, func() error { return d.dropPrefix(prefixes) })
}

func (d *DB) dropPrefix(prefixes [][]byte) error {
	d.dropping.Lock()
	defer d.dropping.Unlock()
	if err := d.dropKeys(prefixes); err != nil {
		return err
	}
	// A value file goes when no snapshot is open any more that may read it.
	defer d.releaseCursors()
	return d.collect()
}

// dropKeys keeps commits waiting, which the database would refuse meanwhile.
func (d *DB) dropKeys(prefixes [][]byte) error {
	d.drop.Lock()
	defer d.drop.Unlock()
	if err := d.space.forRemoval(0); err != nil {
		return err
	}
	if err := d.db.DropPrefix(prefixes...); err != nil {
		return opError("drop of", prefixes[0], err)
	}
	return nil
}

// collect rewrites value files of which at least half is garbage, until there is none. What is left of a file goes into
// another one before the file goes, so there must be room for half of one, and for the tables that come with it.
func (d *DB) collect() error {
	for !d.memory && d.space.room(d.segment/2+4*memtableBytes) {
		err := d.collectFile()
		if errors.Is(err, badger.ErrNoRewrite) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("kv: freeing value files: %w", err)
		}
	}
	return nil
}

// collectFile rewrites one file. Commits wait meanwhile, because the database reads the version of the newest write
// without synchronising with writers.
func (d *DB) collectFile() error {
	d.drop.Lock()
	defer d.drop.Unlock()
	return d.db.RunValueLogGC(0.5)
}
