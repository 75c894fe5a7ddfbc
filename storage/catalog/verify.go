package catalog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/storage/kv"
)

// Counts is what Verify has read.
type Counts struct {
	Databases, Tables, Partitions, Crawlers, Definitions int64
}

// Verify reads all documents and reports those that cannot be read, are not what their key says, or belong to nothing. It
// writes nothing and holds one document in memory. The error says why not everything was looked at: ctx.Err(), the store's.
func Verify(ctx context.Context, store Store, report func(kv.Problem)) (Counts, error) {
	v := &verifier{store: store, report: report}
	err := store.Scan([]byte{keySpace}, nil, func(k, doc []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return v.document(k, doc)
	})
	if err != nil {
		return v.counts, fmt.Errorf("catalog: verify: %w", err)
	}
	return v.counts, nil
}

type verifier struct {
	store  Store
	report func(kv.Problem)
	counts Counts

	table      []byte // the key prefix of the partitions that are being read
	generation []byte // of it, those that are valid; nil when there is no table
	leftOver   bool   // others were reported
}

func (v *verifier) document(k, doc []byte) error {
	if len(k) < 2 {
		v.problem(k, "it is no key of a catalog entry", "it is ignored")
		return nil
	}
	switch k[1] {
	case databases:
		v.counts.Databases++
		check(v, k, doc, func(d Database) []byte { return entryKey(databases, d.Name) })
	case tables:
		v.counts.Tables++
		e, ok := check(v, k, doc, func(e tableEntry) []byte { return entryKey(tables, e.Database, e.Name) })
		if ok {
			return v.owner(k, entryKey(databases, e.Database), fmt.Sprintf("its database %q does not exist", e.Database), "create the database")
		}
	case partitions:
		v.counts.Partitions++
		return v.partition(k, doc)
	case crawlers:
		v.counts.Crawlers++
		check(v, k, doc, func(w Crawler) []byte { return entryKey(crawlers, w.Name) })
	case definitions:
		v.counts.Definitions++
		check(v, k, doc, func(d Definition) []byte { return entryKey(definitions, string(d.Kind), d.Database, d.Name) })
	default:
		v.problem(k, "it is no key of a catalog entry", "it is ignored")
	}
	return nil
}

// check decodes a document and sees that it says what its key says.
func check[T any](v *verifier, k, doc []byte, key func(T) []byte) (T, bool) {
	var out T
	if err := decode(doc, &out); err != nil {
		repair := "it must be created anew"
		if errors.Is(err, ErrVersion) {
			repair = "the program that wrote it can read it"
		}
		v.problem(k, err.Error(), repair)
		return out, false
	}
	if !bytes.Equal(key(out), k) {
		v.problem(k, "the document has other names than its key", "it must be created anew")
		return out, false
	}
	return out, true
}

// owner reports that the entry under another key, to which this one belongs, is not there.
func (v *verifier) owner(k, owner []byte, what, repair string) error {
	err := v.store.View(owner, func([]byte) error { return nil })
	if errors.Is(err, kv.ErrNotFound) {
		v.problem(k, what, repair)
		return nil
	}
	return err
}

// partition checks one partition, and at the first of a table which of them are valid.
func (v *verifier) partition(k, doc []byte) error {
	if v.table == nil || !bytes.HasPrefix(k, v.table) {
		database, rest, ok := cutName(k[2:])
		table, _, ok2 := cutName(rest)
		if !ok || !ok2 {
			v.problem(k, "it is no key of a partition", "it is ignored")
			return nil
		}
		v.table = entryKey(partitions, database, table)
		if err := v.startTable(k, database, table); err != nil {
			return err
		}
	}
	if v.generation == nil {
		return nil // reported for all of them
	}
	if !bytes.HasPrefix(k, v.generation) {
		if !v.leftOver {
			v.report(kv.Problem{
				Where: whereOf(k), What: "a crash left some of an unfinished change",
				Repair: "nothing is lost; the next change of all partitions removes them", Leftover: true,
			})
		}
		v.leftOver = true
		return nil
	}
	check(v, k, doc, func(p Partition) []byte {
		key := bytes.Clone(v.generation)
		for _, value := range p.Values {
			key = appendName(key, value)
		}
		return key
	})
	return nil
}

// startTable finds the generation of the table that the following partitions belong to.
func (v *verifier) startTable(k []byte, database, table string) error {
	v.generation, v.leftOver = nil, false
	var e tableEntry
	err := v.store.View(entryKey(tables, database, table), func(doc []byte) error {
		if decode(doc, &e) == nil {
			v.generation = binary.BigEndian.AppendUint64(bytes.Clone(v.table), e.Generation)
		}
		return nil // a table that cannot be read is reported as such
	})
	if errors.Is(err, kv.ErrNotFound) {
		v.problem(k, fmt.Sprintf("partitions of table %q of database %q, which does not exist", table, database),
			"they are ignored; a new table of that name removes them")
		return nil
	}
	return err
}

// cutName takes a name off the front of a key, see appendName.
func cutName(k []byte) (name string, rest []byte, ok bool) {
	var out []byte
	for i := 0; i < len(k); i++ {
		if k[i] != 0 {
			out = append(out, k[i])
			continue
		}
		if i+1 == len(k) {
			break
		}
		if i++; k[i] == 1 {
			return string(out), k[i+1:], true
		}
		out = append(out, 0)
	}
	return "", nil, false
}

// problem names an entry by its kind and names.
func (v *verifier) problem(k []byte, what, repair string) {
	v.report(kv.Problem{Where: whereOf(k), What: what, Repair: repair})
}

// whereOf names the document of a key.
func whereOf(k []byte) string {
	where := fmt.Sprintf("catalog key %x", k)
	kinds := map[byte]string{databases: "database", tables: "table", partitions: "partitions of table", crawlers: "crawler", definitions: "definition of"}
	if len(k) > 2 && kinds[k[1]] != "" {
		where = "catalog: " + kinds[k[1]]
		rest := k[2:]
		for n := 0; n < 3 && (n < 2 || k[1] == definitions); n++ {
			name, after, ok := cutName(rest)
			if !ok {
				break
			}
			where += fmt.Sprintf(" %q", name)
			rest = after
		}
	}
	return where
}
