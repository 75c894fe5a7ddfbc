package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// CommitsFolder is the folder of a table's commit records, in its location.
const CommitsFolder = "_commits"

const (
	formatVersion  = 1
	recordSuffix   = ".json"
	sequenceDigits = 20
	parquetSuffix  = ".parquet"
)

type recordKind string

const (
	kindOpen    recordKind = "open"
	kindAppend  recordKind = "append"
	kindReplace recordKind = "replace"
)

// DataFile is a file of a table. Path is relative to the table's location; Rows is exact.
type DataFile struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	Rows int64  `json:"rows"`
}

// record is a commit record; see format.md.
type record struct {
	Version     int        `json:"version"`
	Kind        recordKind `json:"kind"`
	Incarnation *uuid.UUID `json:"incarnation,omitempty"`
	Pump        string     `json:"pump,omitempty"`
	Lane        int        `json:"lane,omitempty"`
	Epoch       uint64     `json:"epoch,omitempty"`
	Added       []DataFile `json:"added,omitempty"`
	Removed     []string   `json:"removed,omitempty"`
}

// WriterID identifies a writer of a table over all its restarts.
type WriterID struct {
	Incarnation uuid.UUID
	Pump        string
	Lane        int
}

type lastCommit struct {
	epoch, sequence uint64
	record          record
}

// commitLog is the commit records of a table, applied in order.
type commitLog struct {
	bucket   Bucket
	location string

	mu       sync.Mutex
	sequence uint64 // of the last record applied
	live     map[string]DataFile
	removed  map[string]bool
	ever     map[string]int64 // size of every file ever added
	writers  map[WriterID]lastCommit
}

func newCommitLog(b Bucket, location string) *commitLog {
	return &commitLog{bucket: b, location: location, live: map[string]DataFile{}, removed: map[string]bool{},
		ever: map[string]int64{}, writers: map[WriterID]lastCommit{}}
}

func (l *commitLog) prefix() string { return l.location + "/" + CommitsFolder + "/" }

func (l *commitLog) key(sequence uint64) string {
	return fmt.Sprintf("%s%0*d%s", l.prefix(), sequenceDigits, sequence, recordSuffix)
}

// refresh applies the records that are new, up to limit (0 = all of them). The caller holds mu.
func (l *commitLog) refresh(ctx context.Context, limit uint64) error {
	objects, err := l.bucket.List(ctx, l.prefix())
	if err != nil {
		return err
	}
	for _, o := range objects {
		digits, ok := strings.CutSuffix(strings.TrimPrefix(o.Key, l.prefix()), recordSuffix)
		seq, err := strconv.ParseUint(digits, 10, 64)
		if !ok || len(digits) != sequenceDigits || err != nil || seq <= l.sequence {
			continue
		}
		if limit > 0 && seq > limit {
			return nil
		}
		if seq != l.sequence+1 {
			return fail("commit record", l.key(l.sequence+1), fmt.Errorf("%w: it is missing, but %d is there", ErrCorrupt, seq))
		}
		r, err := readRecord(ctx, l.bucket, o)
		if err != nil {
			return fail("commit record", o.Key, err)
		}
		l.apply(r, seq)
	}
	return nil
}

func readRecord(ctx context.Context, b Bucket, o Object) (record, error) {
	var r record
	blob, err := b.Open(ctx, o.Key)
	if err != nil {
		return r, err
	}
	text, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
	if err = errors.Join(err, blob.Close()); err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if r.Version != formatVersion {
		return r, fmt.Errorf("%w: %d, known is %d", ErrVersion, r.Version, formatVersion)
	}
	switch r.Kind {
	case kindOpen, kindAppend, kindReplace:
	default:
		return r, fmt.Errorf("%w: kind %q", ErrVersion, r.Kind)
	}
	if r.Kind == kindAppend && r.Incarnation == nil {
		return r, fmt.Errorf("%w: no incarnation", ErrCorrupt)
	}
	return r, nil
}

func (l *commitLog) apply(r record, seq uint64) {
	l.sequence = seq
	for _, p := range r.Removed {
		delete(l.live, p)
		l.removed[p] = true
	}
	for _, f := range r.Added {
		l.live[f.Path] = f
		l.ever[f.Path] = f.Size
		delete(l.removed, f.Path)
	}
	if r.Kind == kindAppend {
		id := WriterID{Incarnation: *r.Incarnation, Pump: r.Pump, Lane: r.Lane}
		l.writers[id] = lastCommit{epoch: r.Epoch, sequence: seq, record: r}
	}
}

// put writes the record with the next number. ErrExists: somebody else was faster. The caller holds mu.
func (l *commitLog) put(ctx context.Context, r record) error {
	seq := l.sequence + 1
	r.Version = formatVersion
	err := l.store(ctx, seq, r)
	if err == nil {
		l.apply(r, seq)
	}
	return err
}

func (l *commitLog) store(ctx context.Context, seq uint64, r record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fail("commit record", l.key(seq), err)
	}
	return l.bucket.PutIfAbsent(ctx, l.key(seq), func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// confirm makes a record durable that is known to be there, in case its writer died between showing and securing it.
func (l *commitLog) confirm(ctx context.Context, c lastCommit) error {
	err := l.store(ctx, c.sequence, c.record)
	if errors.Is(err, ErrExists) {
		return nil
	}
	return err
}

func (l *commitLog) files() []DataFile {
	return slices.SortedFunc(maps.Values(l.live), func(a, b DataFile) int { return strings.Compare(a.Path, b.Path) })
}
