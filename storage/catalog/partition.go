package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/storage/kv"
)

// PutPartitions adds partitions to a table or replaces those of the same values, all of them or none. Errors: ErrNotFound
// when there is no such table, ErrName, the store's.
func (c *Catalog) PutPartitions(database, table string, parts []Partition) error {
	c.write.Lock()
	defer c.write.Unlock()
	return fail("partitions of table", table, c.putPartitions(database, table, parts))
}

func (c *Catalog) putPartitions(database, table string, parts []Partition) error {
	e, err := c.tableFor(database, table, parts)
	if err != nil || len(parts) == 0 {
		return err
	}
	var b kv.Batch
	for _, p := range parts {
		if err := putPartition(&b, e, p); err != nil {
			return err
		}
	}
	err = c.store.Commit(&b)
	if !errors.Is(err, kv.ErrTooLarge) {
		return err
	}
	// What one batch cannot hold is written as a generation of its own, together with what is there already.
	all, err := list[Partition](c, generationPrefix(database, table, e.Generation))
	if err != nil {
		return err
	}
	return c.newGeneration(e, append(all, parts...))
}

// ReplacePartitions makes the partitions the only ones of the table, in one step. Errors: as PutPartitions.
func (c *Catalog) ReplacePartitions(database, table string, parts []Partition) error {
	c.write.Lock()
	defer c.write.Unlock()
	e, err := c.tableFor(database, table, parts)
	if err == nil {
		err = c.newGeneration(e, parts)
	}
	return fail("partitions of table", table, err)
}

// Partition returns the partition with these values. Errors: ErrNotFound, for the table too, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Partition(database, table string, values []string) (Partition, error) {
	c.write.Lock() // for the same reason as in Partitions
	defer c.write.Unlock()
	e, err := get[tableEntry](c, entryKey(tables, database, table))
	if err != nil {
		return Partition{}, fail("table", table, err)
	}
	p, err := get[Partition](c, partitionKey(database, table, e.Generation, values))
	return p, fail("partition of table", table, err)
}

// Partitions lists the partitions of a table in the order of their values. Errors: ErrNotFound, ErrCorrupt, ErrVersion, the store's.
func (c *Catalog) Partitions(database, table string) ([]Partition, error) {
	// A writer removes the generation that it superseded, so the table must stand still.
	c.write.Lock()
	defer c.write.Unlock()
	e, err := get[tableEntry](c, entryKey(tables, database, table))
	if err != nil {
		return nil, fail("table", table, err)
	}
	out, err := list[Partition](c, generationPrefix(database, table, e.Generation))
	return out, fail("partitions of table", table, err)
}

// DeletePartition removes one partition. Errors: ErrNotFound, for the table too, the store's.
func (c *Catalog) DeletePartition(database, table string, values []string) error {
	c.write.Lock()
	defer c.write.Unlock()
	e, err := get[tableEntry](c, entryKey(tables, database, table))
	if err == nil {
		err = c.remove(partitionKey(database, table, e.Generation, values))
	}
	return fail("partition of table", table, err)
}

func (c *Catalog) tableFor(database, table string, parts []Partition) (tableEntry, error) {
	e, err := get[tableEntry](c, entryKey(tables, database, table))
	if err != nil {
		return e, err
	}
	for _, p := range parts {
		if len(p.Values) != len(e.PartitionKeys) {
			return e, fmt.Errorf("%w: %d values %q for %d partition keys", ErrName, len(p.Values), p.Values, len(e.PartitionKeys))
		}
	}
	return e, nil
}

func putPartition(b *kv.Batch, e tableEntry, p Partition) error {
	v, err := json.Marshal(p)
	if err != nil {
		return err
	}
	b.Put(partitionKey(e.Database, e.Name, e.Generation, p.Values), v)
	return nil
}

// newGeneration writes the partitions beside the valid ones, in as many commits as it takes, and then makes them the valid
// ones by one change of the table's document. What an interrupted attempt left is swept away first.
func (c *Catalog) newGeneration(e tableEntry, parts []Partition) error {
	if err := c.sweep(e.Database, e.Name, &e.Generation); err != nil {
		return err
	}
	e.Generation++
	var b kv.Batch
	for i, p := range parts {
		if err := putPartition(&b, e, p); err != nil {
			return err
		}
		if b.Bytes() >= batchBytes || i == len(parts)-1 {
			if err := c.commitAll(&b); err != nil {
				return err
			}
		}
	}
	if err := c.put(entryKey(tables, e.Database, e.Name), e); err != nil {
		return err
	}
	return c.sweep(e.Database, e.Name, &e.Generation)
}

// A batch that has reached this size is committed: with one more document in it, it still fits.
const batchBytes = 256 << 10

// commitAll commits the batch and empties it.
func (c *Catalog) commitAll(b *kv.Batch) error {
	err := c.store.Commit(b)
	b.Reset()
	return err
}

// sweep removes the table's partitions of all generations but one, or of all.
func (c *Catalog) sweep(database, table string, keep *uint64) error {
	var kept []byte
	if keep != nil {
		kept = generationPrefix(database, table, *keep)
	}
	var dead [][]byte
	err := c.store.Scan(entryKey(partitions, database, table), nil, func(k, _ []byte) error {
		if kept == nil || !bytes.HasPrefix(k, kept) {
			dead = append(dead, bytes.Clone(k))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var b kv.Batch
	for i, k := range dead {
		b.Delete(k)
		if b.Bytes() >= batchBytes || i == len(dead)-1 {
			if err := c.commitAll(&b); err != nil {
				return err
			}
		}
	}
	return nil
}
