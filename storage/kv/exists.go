package kv

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
)

// Exists reports whether dir holds a database, without opening it; a directory that is not there holds none. Errors: the
// operating system's, when it cannot be looked into.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, badger.ManifestFilename))
	switch {
	case err == nil:
		return true, nil
	case os.IsNotExist(err):
		return false, nil
	}
	return false, fmt.Errorf("kv: cannot look into data directory %s: %w", dir, reason(err))
}
