package kvfault

import (
	"bytes"
	"errors"
	"slices"

	"github.com/millrace-sql/millrace/storage/kv"
)

// synced makes the write; a sync covers everything before it.
func (f *Faults) synced(w kv.Write) error {
	err := w.Do()
	if err == nil {
		f.undo = nil
	}
	return err
}

// unsynced makes the write and remembers how things were. Dropping prefixes always syncs.
func (f *Faults) unsynced(w kv.Write) error {
	if w.Batch == nil {
		return f.synced(w)
	}
	var undo kv.Batch
	var failed error
	w.Batch.Each(func(key, _ []byte, _ bool) {
		key = bytes.Clone(key)
		switch old, err := w.DB.Get(key); {
		case err == nil:
			undo.Put(key, old)
		case errors.Is(err, kv.ErrNotFound):
			undo.Delete(key)
		default:
			failed = errors.Join(failed, err)
		}
	})
	if failed != nil {
		return failed
	}
	err := w.Do()
	if err == nil {
		f.undo = append(f.undo, &undo)
	}
	return err
}

// PowerFail takes back what was written since the last sync, and plans no more faults. The database must have been opened
// without these faults: on the directory again, after Stop and Close; one in memory with faults goes on after it. A
// process that dies by power failure loses nothing else here: of several unsynced writes none survives.
func (f *Faults) PowerFail(db *kv.DB) error {
	f.mu.Lock()
	undo := f.undo
	f.undo, f.plan, f.stopped = nil, nil, false
	f.mu.Unlock()
	for _, b := range slices.Backward(undo) {
		if err := db.Commit(b); err != nil {
			return err
		}
	}
	return nil
}
