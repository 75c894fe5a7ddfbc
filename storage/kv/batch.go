package kv

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Batch is a set of writes that DB.Commit makes visible and durable together or not at all. Of several writes to one
// key the last one counts. The zero value is an empty batch; a batch belongs to one goroutine.
type Batch struct {
	ops    []operation
	bytes  int
	values int // bytes of values
}

type operation struct {
	key, value []byte
	remove     bool
}

// Put stores value under key. Both are borrowed until the batch is committed or reset.
func (b *Batch) Put(key, value []byte) {
	b.ops = append(b.ops, operation{key: key, value: value})
	b.bytes += len(key) + len(value) + entryBytes
	b.values += len(value)
}

// Delete removes key; a key that is not there is no error. The key is borrowed until the batch is committed or reset.
func (b *Batch) Delete(key []byte) {
	b.ops = append(b.ops, operation{key: key, remove: true})
	b.bytes += len(key) + entryBytes
}

// Len returns the number of writes in the batch.
func (b *Batch) Len() int { return len(b.ops) }

// Bytes returns the size of the batch as DB.MaxBatch counts it.
func (b *Batch) Bytes() int { return b.bytes }

// Reset empties the batch and keeps its memory for the next one.
func (b *Batch) Reset() {
	clear(b.ops)
	b.ops, b.bytes, b.values = b.ops[:0], 0, 0
}

// Each calls fn with every write in the order in which they were added; a removed key has no value. Key and value must not
// be changed.
func (b *Batch) Each(fn func(key, value []byte, remove bool)) {
	for _, op := range b.ops {
		fn(op.key, op.value, op.remove)
	}
}

// Commit writes the batch atomically and returns once it is as durable as Options.Durability asks; the batch is left as
// it is. Errors: ErrNoSpace, ErrTooLarge and ErrClosed, after which nothing was written; after any other error the batch
// may or may not be stored. An empty batch is a no-op. Commit waits while DropPrefix runs.
func (d *DB) Commit(b *Batch) error {
	if len(b.ops) == 0 {
		return nil
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	return d.write(b, nil, func() error { return d.commit(b) })
}

func (d *DB) commit(b *Batch) error {
	d.drop.RLock()
	defer d.drop.RUnlock()
	if err := d.space.forBatch(b); err != nil {
		return err
	}
	txn := d.db.NewTransaction(true)
	defer txn.Discard()
	for i := range b.ops {
		op := &b.ops[i]
		if err := d.stage(txn, op); err != nil {
			return opError("write", op.key, err)
		}
	}
	if err := txn.Commit(); err != nil {
		return opError("commit of", b.ops[0].key, err)
	}
	return nil
}

func (d *DB) stage(txn *badger.Txn, op *operation) error {
	if len(op.key) > maxKeyBytes || len(op.value) > d.maxValue {
		return fmt.Errorf("key of %d and value of %d bytes: %w", len(op.key), len(op.value), ErrTooLarge)
	}
	if op.remove {
		return txn.Delete(op.key)
	}
	return txn.Set(op.key, op.value)
}
