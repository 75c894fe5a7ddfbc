package lake

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrExists says that an object is there already; what is there is durable.
	ErrExists = errors.New("object exists")
	// ErrNotExist says that there is no object under the key.
	ErrNotExist = errors.New("no such object")
	// ErrKey says that a key is empty, absolute, or has an empty, `.` or `..` component.
	ErrKey = errors.New("unusable key")
	// ErrTableExists says that the location of a table to be created holds another table's files.
	ErrTableExists = errors.New("location already holds a table; CREATE OR REPLACE empties it, 'existing'='append' adds to it")
	// ErrColumn says that a column is missing, named twice (names ignore case) or cannot be used in that place.
	ErrColumn = errors.New("unusable column")
	// ErrType says that a type has no form in a Parquet file, or that a file's column cannot be read as the type wanted.
	ErrType = errors.New("type not supported")
	// ErrRange says that a value of a file does not fit the type it is to be read as.
	ErrRange = errors.New("value out of range")
	// ErrPartitionValue says that a partition's value cannot name a folder, or that a folder's name is not a value.
	ErrPartitionValue = errors.New("unusable partition value")
	// ErrVersion says that a commit record or a token is of a version that this program does not know.
	ErrVersion = errors.New("unknown format version")
	// ErrCorrupt says that a commit record, a token or a data file cannot be read.
	ErrCorrupt = errors.New("corrupt")
	// ErrConflict says that other data stands where a writer's file or commit belongs: two runs share one identity.
	ErrConflict = errors.New("conflicting commit")
	// ErrNoSpace says that the bucket is full, or the user's share of it. Nothing is lost: the call may be repeated once
	// there is room again.
	ErrNoSpace = errors.New("no space left for the table")
	// ErrPosition says that a scan cannot go on from a position, because that part of the table is gone.
	ErrPosition = errors.New("position no longer readable")
)

func fail(noun, id string, err error) error {
	if err == nil {
		return nil
	}
	if (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)) && !errors.Is(err, ErrNoSpace) {
		err = fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return fmt.Errorf("lake: %s %q: %w", noun, id, err)
}
