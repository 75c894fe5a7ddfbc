package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace-sql/millrace/sql/types"
)

// Compression is how the pages of new files are compressed.
type Compression string

// The compressions; empty is Zstd.
const (
	Zstd   Compression = "zstd"
	Snappy Compression = "snappy"
	Gzip   Compression = "gzip"
	None   Compression = "none"
)

// Options of Create and Open. Only Schema has no default, and only for writing.
type Options struct {
	// Schema is the columns of the records that writers append, partition columns among them.
	Schema types.Schema
	// PartitionedBy names the partition columns in the order of their folders; case does not matter.
	PartitionedBy []string
	Compression   Compression
	// Append lets Create take a location that holds files already; they become, or stay, part of the table.
	Append bool
	// FileBytes is the size at which a data file is finished and a new one begun; 0 is 128 MiB. A file may become larger by
	// one row group, which has as many bytes before encoding, 128 MiB at most.
	FileBytes int64
	// RollInterval is the age, from its first row, at which a data file is finished at the next Prepare; 0 is one minute,
	// a negative one finishes every file at every Prepare.
	RollInterval time.Duration
	// BufferBytes is what one writer holds of unfinished files, and of rows since the last Prepare, before it stores what
	// frees the most; 0 is 256 MiB.
	BufferBytes int64
	// Now is the clock for the age of files; nil is the system's.
	Now func() types.Time
}

const (
	defaultFileBytes    = 128 << 20
	defaultRollInterval = time.Minute
	defaultBufferBytes  = 256 << 20
)

func (o *Options) fill() {
	if o.FileBytes <= 0 {
		o.FileBytes = defaultFileBytes
	}
	if o.RollInterval == 0 {
		o.RollInterval = defaultRollInterval
	}
	if o.BufferBytes <= 0 {
		o.BufferBytes = defaultBufferBytes
	}
	if o.Now == nil {
		o.Now = func() types.Time { return types.TimeOf(time.Now()) }
	}
}

// Table is the Parquet files of one location. It needs no closing and may be used from any goroutine.
type Table struct {
	bucket   Bucket
	location string
	opts     Options
	layout   layout
	log      *commitLog
}

// Open returns the table at a location of a bucket, which it borrows, without looking at it: a location where nothing is
// yet is an empty table. Without a Schema the table can only be read. Errors: ErrKey, ErrColumn, ErrType.
func Open(bucket Bucket, location string, o Options) (*Table, error) {
	location = strings.TrimSuffix(location, "/")
	if err := checkKey(location); err != nil {
		return nil, fail("table", location, err)
	}
	lay, err := newLayout(o)
	if err != nil {
		return nil, fail("table", location, err)
	}
	o.fill()
	return &Table{bucket: bucket, location: location, opts: o, layout: lay, log: newCommitLog(bucket, location)}, nil
}

// Create returns the table at a location that must not hold one yet, unless Options.Append. It writes nothing. Errors:
// ErrTableExists, those of Open.
func Create(ctx context.Context, bucket Bucket, location string, o Options) (*Table, error) {
	t, err := Open(bucket, location, o)
	if err != nil || o.Append {
		return t, err
	}
	objects, err := bucket.List(ctx, t.location+"/")
	if err != nil {
		return nil, fail("table", t.location, err)
	}
	for _, obj := range objects {
		rel := strings.TrimPrefix(obj.Key, t.location+"/")
		if strings.HasPrefix(rel, CommitsFolder+"/") || strings.HasSuffix(rel, parquetSuffix) {
			return nil, fail("table", t.location, fmt.Errorf("%w (found %s)", ErrTableExists, rel))
		}
	}
	return t, nil
}

// Location is the key prefix of the table, without a trailing `/`.
func (t *Table) Location() string { return t.location }

// Snapshot is the files of a table at one moment, sorted by path. Sequence is the number of the last commit record, 0 for
// a table without records.
type Snapshot struct {
	Sequence uint64
	Files    []DataFile
}

// Snapshot returns the table as the commit record of that number left it, or, for 0, as it is now. A table without commit
// records is what a listing shows: then Rows is 0, because nobody counted. Errors: ErrVersion, ErrCorrupt, ErrPosition when
// there is no such record.
func (t *Table) Snapshot(ctx context.Context, sequence uint64) (Snapshot, error) {
	l := t.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if sequence > 0 && sequence < l.sequence {
		l = newCommitLog(t.bucket, t.location)
	}
	if err := l.refresh(ctx, sequence); err != nil {
		return Snapshot{}, fail("table", t.location, err)
	}
	if sequence > l.sequence {
		return Snapshot{}, fail("table", t.location, fmt.Errorf("%w: there is no commit %d", ErrPosition, sequence))
	}
	if l.sequence > 0 {
		return Snapshot{Sequence: l.sequence, Files: l.files()}, nil
	}
	files, err := t.list(ctx)
	return Snapshot{Files: files}, fail("table", t.location, err)
}

// list finds the Parquet files of a table without commit records.
func (t *Table) list(ctx context.Context) ([]DataFile, error) {
	objects, err := t.bucket.List(ctx, t.location+"/")
	if err != nil {
		return nil, err
	}
	var out []DataFile
	for _, o := range objects {
		rel := strings.TrimPrefix(o.Key, t.location+"/")
		if o.Size > 0 && belongs(rel) {
			out = append(out, DataFile{Path: rel, Size: o.Size})
		}
	}
	return out, nil
}

// belongs tells whether a path below a table's location is a data file of that table.
func belongs(rel string) bool {
	parts := strings.Split(rel, "/")
	name := parts[len(parts)-1]
	if hidden(name) || !strings.HasSuffix(name, parquetSuffix) {
		return false
	}
	return !slices.ContainsFunc(parts[:len(parts)-1], func(folder string) bool {
		_, ok := ParseFolder(folder)
		return !ok
	})
}

// Replace makes the table empty by one commit record and deletes the files that were there, those too that no commit
// names. After a crash in between, repeating it finishes the work. It must not run while a writer commits to the location.
func (t *Table) Replace(ctx context.Context) error {
	t.log.mu.Lock()
	defer t.log.mu.Unlock()
	return fail("table", t.location, t.replace(ctx))
}

func (t *Table) replace(ctx context.Context) error {
	for {
		if err := t.log.refresh(ctx, 0); err != nil {
			return err
		}
		found, err := t.list(ctx)
		if err != nil {
			return err
		}
		r := record{Kind: kindReplace}
		for _, f := range t.log.files() {
			r.Removed = append(r.Removed, f.Path)
		}
		for _, f := range found {
			if _, live := t.log.live[f.Path]; !live && !t.log.removed[f.Path] {
				r.Removed = append(r.Removed, f.Path)
			}
		}
		if len(r.Removed) > 0 {
			err = t.log.put(ctx, r)
		}
		if errors.Is(err, ErrExists) {
			continue
		}
		if err != nil {
			return err
		}
		return t.sweep(ctx)
	}
}

// sweep deletes the files that commits have removed. The caller holds the log's lock and has refreshed it.
func (t *Table) sweep(ctx context.Context) error {
	if len(t.log.removed) == 0 {
		return nil
	}
	found, err := t.list(ctx)
	if err != nil {
		return err
	}
	for _, f := range found {
		if t.log.removed[f.Path] {
			if err := t.bucket.Delete(ctx, t.location+"/"+f.Path); err != nil {
				return err
			}
		}
	}
	return nil
}
