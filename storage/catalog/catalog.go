package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Store is what the catalog needs of *kv.DB.
type Store interface {
	View(key []byte, fn func(value []byte) error) error
	Scan(prefix, from []byte, fn func(key, value []byte) error) error
	Commit(b *kv.Batch) error
}

// Options of Open. The zero value is the default.
type Options struct {
	// Now is the clock for times of creation and update; nil is the system's.
	Now func() types.Time
}

// Catalog is the catalog of one database. It needs no closing.
type Catalog struct {
	store Store
	now   func() types.Time
	write sync.Mutex // held by every call that reads, decides and writes
}

// Open returns the catalog in the store, which it borrows, and makes sure that the default database is there.
func Open(store Store, o Options) (*Catalog, error) {
	if o.Now == nil {
		o.Now = func() types.Time { return types.TimeOf(time.Now()) }
	}
	c := &Catalog{store: store, now: o.Now}
	_, err := c.Database(DefaultDatabase)
	if errors.Is(err, ErrNotFound) {
		_, err = c.PutDatabase(Database{Name: DefaultDatabase})
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// get reads the document under the key; ErrNotFound when there is none.
func get[T any](c *Catalog, key []byte) (T, error) {
	var out T
	err := c.store.View(key, func(v []byte) error { return decode(v, &out) })
	if errors.Is(err, kv.ErrNotFound) {
		err = ErrNotFound
	}
	return out, err
}

// list reads all documents with the prefix, in the order of their keys.
func list[T any](c *Catalog, prefix []byte) ([]T, error) {
	var out []T
	err := c.store.Scan(prefix, nil, func(_, v []byte) error {
		var item T
		if err := decode(v, &item); err != nil {
			return err
		}
		out = append(out, item)
		return nil
	})
	return out, err
}

// documentVersion is that of the documents. They carry it in a member "v", which is absent in version 1.
const documentVersion = 1

func decode(v []byte, into any) error {
	if err := checkVersion(v); err != nil {
		return err
	}
	if err := json.Unmarshal(v, into); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return nil
}

// checkVersion parses a document a second time only if it looks as if it had the member.
func checkVersion(v []byte) error {
	if !bytes.Contains(v, []byte(`"v"`)) {
		return nil
	}
	doc := struct {
		V int `json:"v"`
	}{documentVersion}
	if err := json.Unmarshal(v, &doc); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if doc.V != documentVersion {
		return fmt.Errorf("%w: found %d, this program reads %d", ErrVersion, doc.V, documentVersion)
	}
	return nil
}

// put stores one document in a commit of its own.
func (c *Catalog) put(key []byte, doc any) error {
	v, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	var b kv.Batch
	b.Put(key, v)
	return c.store.Commit(&b)
}

// remove deletes one document; ErrNotFound when there is none.
func (c *Catalog) remove(key []byte) error {
	if err := c.exists(key); err != nil {
		return err
	}
	var b kv.Batch
	b.Delete(key)
	return c.store.Commit(&b)
}

func (c *Catalog) exists(key []byte) error {
	err := c.store.View(key, func([]byte) error { return nil })
	if errors.Is(err, kv.ErrNotFound) {
		return ErrNotFound
	}
	return err
}

func checkNames(names ...string) error {
	for _, n := range names {
		if n == "" || len(n) > maxNameBytes {
			return ErrName
		}
	}
	return nil
}

// Names are part of keys, several to a key.
const maxNameBytes = 4096
