package catalog

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/millrace-sql/millrace/storage/kv"
)

// tableEntry is a table's document: with it changes, in one step, which generation of its partitions is the valid one.
type tableEntry struct {
	Table
	Generation uint64 `json:"generation"`
}

// PutDatabase stores a database, replacing the one of its name, and returns it as stored. Errors: ErrName, the store's.
func (c *Catalog) PutDatabase(d Database) (Database, error) {
	if err := checkNames(d.Name); err != nil {
		return d, fail("database", d.Name, err)
	}
	c.write.Lock()
	defer c.write.Unlock()
	key := entryKey(databases, d.Name)
	old, err := get[Database](c, key)
	switch {
	case err == nil:
		d.Created = old.Created
	case errors.Is(err, ErrNotFound):
		d.Created = c.now()
	default:
		return d, fail("database", d.Name, err)
	}
	return d, fail("database", d.Name, c.put(key, d))
}

// Database returns the database of that exact name. Errors: ErrNotFound, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Database(name string) (Database, error) {
	d, err := get[Database](c, entryKey(databases, name))
	return d, fail("database", name, err)
}

// Databases lists all databases by name.
func (c *Catalog) Databases() ([]Database, error) {
	out, err := list[Database](c, entryKey(databases))
	return out, fail("databases", "", err)
}

// DeleteDatabase removes a database without tables. Errors: ErrNotFound, ErrNotEmpty, ErrName for the default one.
func (c *Catalog) DeleteDatabase(name string) error {
	if name == DefaultDatabase {
		return fail("database", name, ErrName)
	}
	c.write.Lock()
	defer c.write.Unlock()
	err := c.store.Scan(entryKey(tables, name), nil, func(_, _ []byte) error { return ErrNotEmpty })
	if err == nil {
		err = c.remove(entryKey(databases, name))
	}
	return fail("database", name, err)
}

// PutTable stores a table, replacing the one of its name and keeping its partitions, and returns it as stored. The version
// grows by one when anything but the times differs. Errors: ErrNoDatabase, ErrName, the store's.
func (c *Catalog) PutTable(t Table) (Table, error) {
	if err := checkNames(t.Database, t.Name); err != nil {
		return t, fail("table", t.Name, err)
	}
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.exists(entryKey(databases, t.Database)); err != nil {
		if errors.Is(err, ErrNotFound) {
			err = ErrNoDatabase
		}
		return t, fail("database", t.Database, err)
	}
	key := entryKey(tables, t.Database, t.Name)
	entry, err := get[tableEntry](c, key)
	switch {
	case errors.Is(err, ErrNotFound):
		t.Version, t.Created, t.Updated = 0, c.now(), c.now()
		// A crash may have kept DeleteTable from removing the partitions of an earlier table.
		if err := c.sweep(t.Database, t.Name, nil); err != nil {
			return t, fail("table", t.Name, err)
		}
	case err != nil:
		return t, fail("table", t.Name, err)
	default:
		t.Version, t.Created, t.Updated = entry.Version, entry.Created, entry.Updated
		same, err := equal(t, entry.Table)
		if err != nil || same {
			return t, fail("table", t.Name, err)
		}
		t.Version++
		t.Updated = c.now()
	}
	entry.Table = t
	return t, fail("table", t.Name, c.put(key, entry))
}

// equal compares documents as they would be stored: an absent map and an empty one are the same.
func equal(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}

// Table returns the table of that exact name. Errors: ErrNotFound, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Table(database, name string) (Table, error) {
	e, err := get[tableEntry](c, entryKey(tables, database, name))
	return e.Table, fail("table", name, err)
}

// Tables lists the tables of a database by name; of an unknown database there are none.
func (c *Catalog) Tables(database string) ([]Table, error) {
	entries, err := list[tableEntry](c, entryKey(tables, database))
	out := make([]Table, len(entries))
	for i, e := range entries {
		out[i] = e.Table
	}
	return out, fail("tables of database", database, err)
}

// DeleteTable removes a table and its partitions from the catalog; its files stay. Errors: ErrNotFound, the store's.
func (c *Catalog) DeleteTable(database, name string) error {
	c.write.Lock()
	defer c.write.Unlock()
	key := entryKey(tables, database, name)
	if err := c.exists(key); err != nil {
		return fail("table", name, err)
	}
	var b kv.Batch
	b.Delete(key)
	err := c.store.Commit(&b)
	if err == nil {
		// Without the table nobody sees them; should this fail, the next table of the name sweeps again.
		err = c.sweep(database, name, nil)
	}
	return fail("table", name, err)
}
