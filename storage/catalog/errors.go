package catalog

import (
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/storage/kv"
)

var (
	// ErrNotFound says that nothing of that kind has that name.
	ErrNotFound = errors.New("not found")
	// ErrNoDatabase says that the database of a table does not exist.
	ErrNoDatabase = errors.New("no such database")
	// ErrNotEmpty says that a database still has tables.
	ErrNotEmpty = errors.New("database is not empty")
	// ErrName says that a name is empty, that the default database was to be deleted, or that a partition has another
	// number of values than its table has partition keys.
	ErrName = errors.New("unusable name")
	// ErrCorrupt says that a stored document cannot be read.
	ErrCorrupt = errors.New("corrupt catalog entry")
	// ErrVersion says that a stored document was written by a newer program; it is kv.ErrVersion.
	ErrVersion = kv.ErrVersion
)

func fail(noun, name string, err error) error {
	if err == nil {
		return nil
	}
	if name == "" {
		return fmt.Errorf("catalog: %s: %w", noun, err)
	}
	return fmt.Errorf("catalog: %s %q: %w", noun, name, err)
}
