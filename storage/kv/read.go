package kv

import (
	"bytes"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// Get returns a copy of the value under key, which the caller owns. Errors: ErrNotFound, ErrClosed.
func (d *DB) Get(key []byte) ([]byte, error) {
	var out []byte
	err := d.View(key, func(value []byte) error {
		out = append([]byte{}, value...)
		return nil
	})
	return out, err
}

// View calls fn with the value under key, without copying it: the value is valid during the call and must not be
// changed. An error of fn is returned as it is. Errors: ErrNotFound, ErrClosed.
func (d *DB) View(key []byte, fn func(value []byte) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	txn := d.db.NewTransaction(false)
	defer txn.Discard()
	item, err := txn.Get(key)
	if err != nil {
		return opError("read", key, err)
	}
	return d.value(item, key, func(_, v []byte) error { return fn(v) })
}

// Scan calls fn in ascending key order for every key that starts with prefix and is not below from (nil: all of them).
// Key and value are valid during the call and must not be changed. Returning ErrStop ends the scan without an error, any
// other error ends it and is returned as it is. It sees the state at its start: commits during the scan do not show.
func (d *DB) Scan(prefix, from []byte, fn func(key, value []byte) error) error {
	return d.iterate(prefix, from, false, func(item *badger.Item) error { return d.value(item, item.Key(), fn) })
}

// Keys is Scan without reading the values: fn gets their sizes in bytes, which may be off by some bytes for values of a
// kibibyte and more.
func (d *DB) Keys(prefix, from []byte, fn func(key []byte, valueBytes int64) error) error {
	return d.iterate(prefix, from, false, func(item *badger.Item) error { return fn(item.Key(), item.ValueSize()) })
}

// Last calls fn with the greatest key that starts with prefix and is not above upTo (nil: no bound). Key and value are
// valid during the call. Errors: ErrNotFound when there is no such key, ErrClosed, and those of fn.
func (d *DB) Last(prefix, upTo []byte, fn func(key, value []byte) error) error {
	if upTo == nil {
		upTo = successor(prefix)
	}
	found := false
	err := d.iterate(prefix, upTo, true, func(item *badger.Item) error {
		found = true
		if err := d.value(item, item.Key(), fn); err != nil {
			return err
		}
		return ErrStop
	})
	if err == nil && !found {
		return opError("last key of", prefix, ErrNotFound)
	}
	return err
}

// successor returns the lowest key above all keys with the prefix, or nil when there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			out := append([]byte{}, prefix[:i+1]...)
			out[i]++
			return out
		}
	}
	return nil
}

func (d *DB) iterate(prefix, from []byte, reverse bool, fn func(item *badger.Item) error) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	txn := d.db.NewTransaction(false)
	defer txn.Discard()
	o := badger.DefaultIteratorOptions
	o.PrefetchValues, o.Reverse = false, reverse
	if !reverse {
		o.Prefix = prefix // backwards the iterator may start at the successor, which has another prefix
	}
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Seek(from); it.Valid(); it.Next() {
		item := it.Item()
		if !bytes.HasPrefix(item.Key(), prefix) {
			if reverse && bytes.Compare(item.Key(), prefix) > 0 {
				continue
			}
			return nil
		}
		err := fn(item)
		if errors.Is(err, ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// value hands an item's value to fn and keeps fn's own error apart from those of reading the value.
func (d *DB) value(item *badger.Item, key []byte, fn func(key, value []byte) error) error {
	var own error
	err := item.Value(func(v []byte) error {
		own = fn(key, v)
		return nil
	})
	if own != nil {
		return own
	}
	return opError("read", key, err)
}
