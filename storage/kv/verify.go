package kv

import (
	"context"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// Problem is something wrong with what is stored, as the Verify functions of the storage packages report it.
type Problem struct {
	Where  string // what is affected
	What   string // what is wrong with it
	Repair string // what is lost or not, and what can be done
	// Leftover tells that a crash has left it: harmless, and removed in time.
	Leftover bool
}

// String returns the problem in one line.
func (p Problem) String() string { return p.Where + ": " + p.What + " (" + p.Repair + ")" }

// Counts is what Verify has read.
type Counts struct {
	Keys  int64
	Bytes int64 // of keys and values
}

// owners are the first bytes of keys, see the package's comment.
const owners = "\x00lsc"

// Verify reads all that is stored and reports what cannot be read, or has no owner. It writes nothing, needs little memory,
// and may run beside everything else. Tables have checksums that it checks; that a value of a kibibyte or more is what was
// written is for its owner to know. The error says why not everything was looked at: ctx.Err(), ErrClosed.
func (d *DB) Verify(ctx context.Context, report func(Problem)) (Counts, error) {
	var n Counts
	if err := d.enter(); err != nil {
		return n, err
	}
	defer d.leave()
	if err := d.db.VerifyChecksum(); err != nil {
		// What the keys of a damaged table would be is anyone's guess.
		report(Problem{Where: "tables of the database", What: err.Error(), Repair: "restore a copy of the data directory"})
		return n, nil
	}
	err := d.iterate(nil, nil, false, func(item *badger.Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := item.Key()
		n.Keys++
		n.Bytes += int64(len(key))
		if !owned(key) {
			report(Problem{Where: fmt.Sprintf("key %x", key), What: "it belongs to nothing that this program knows", Repair: "it is ignored"})
		}
		err := item.Value(func(v []byte) error {
			n.Bytes += int64(len(v))
			return nil
		})
		if err != nil {
			report(Problem{Where: fmt.Sprintf("key %x", key), What: err.Error(), Repair: "its value is lost; what that means is reported by its owner"})
		}
		return nil
	})
	return n, err
}

func owned(key []byte) bool {
	for i := range len(owners) {
		if len(key) > 0 && key[0] == owners[i] {
			return true
		}
	}
	return false
}
