package kv

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/dgraph-io/badger/v4"
)

var (
	// ErrLocked says that another process (or another DB of this process) holds the data directory.
	ErrLocked = errors.New("data directory is in use by another process")
	// ErrFormat says that the directory holds data that is not ours.
	ErrFormat = errors.New("unsupported data directory format")
	// ErrVersion says that something stored has a version of its format that this program does not know: it was
	// written by a newer one. Every storage package returns it for what it owns.
	ErrVersion = errors.New("unknown format version")
	// ErrNoSpace says that a commit would have left less free space than Options.ReserveBytes. Nothing was written; the
	// same commit succeeds when there is room again.
	ErrNoSpace = errors.New("no space left for the data directory")
	// ErrClosed is returned by every call after Close.
	ErrClosed = errors.New("database is closed")
	// ErrNotFound says that no value is stored under the key.
	ErrNotFound = errors.New("key not found")
	// ErrTooLarge says that a batch does not fit into one atomic write (see DB.MaxBatch), a value into MaxValue, or
	// a key into 65,000 bytes. Nothing of the batch was written.
	ErrTooLarge = errors.New("batch is too large")
	// ErrStop, returned by the callback of Scan, ends the scan without an error.
	ErrStop = errors.New("stop scan")
)

// checkDirectory gives the error that a user can act on before the database underneath gives a vaguer one.
func checkDirectory(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("kv: cannot create data directory %s: %w", dir, reason(err))
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("kv: cannot open data directory %s: %w", dir, reason(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("kv: cannot open data directory %s: %w", dir, syscall.ENOTDIR)
	}
	if _, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("kv: cannot read data directory %s: %w", dir, reason(err))
	}
	return nil
}

// reason drops the operation and path that the message around it already names.
func reason(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func openError(dir string, err error) error {
	// Unix reports the failed flock as an errno; the other systems only as text.
	if errors.Is(err, syscall.EWOULDBLOCK) || strings.Contains(err.Error(), "Another process is using") {
		return fmt.Errorf("kv: data directory %s: %w", dir, ErrLocked)
	}
	if dir == "" {
		dir = "(in memory)"
	}
	return fmt.Errorf("kv: cannot open data directory %s: %w", dir, err)
}

func opError(op string, key []byte, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, badger.ErrKeyNotFound):
		err = ErrNotFound
	case errors.Is(err, badger.ErrDBClosed):
		err = ErrClosed
	case errors.Is(err, badger.ErrTxnTooBig):
		err = ErrTooLarge
	}
	return fmt.Errorf("kv: %s %x: %w", op, key, err)
}
