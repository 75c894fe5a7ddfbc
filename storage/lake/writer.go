package lake

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"
)

// So many files are staged or published at the same time: their time is waiting for the disk.
const parallelFiles = 8

// Writer appends the rows of one output lane to a table. It belongs to one goroutine.
//
// Rows gather in memory, one unfinished file per partition, up to Options.BufferBytes: beyond, the largest file is
// finished early. The number of partitions between two Prepares is limited by that only; a hundred is comfortable, with
// thousands the files become small.
type Writer struct {
	table   *Table
	id      WriterID
	attempt string // tells this process's staged files from those that earlier ones left
	counter int
	sampler *sampler
	router  router
	open    map[string]*dataFile // by folder
	full    []*dataFile          // finished, not yet staged
	staged  []stagedFile         // of the current epoch
	scratch []parquet.Value
	swept   bool
}

// stagedFile is a file that is durable and not yet part of the table; Path is set by Prepare.
type stagedFile struct {
	Staged string `json:"staged"`
	DataFile
}

type token struct {
	Version int          `json:"version"`
	Files   []stagedFile `json:"files"`
}

// Writer returns a writer with that identity; there must be one at a time. Errors: ErrColumn when the table has no Schema.
func (t *Table) Writer(id WriterID) (*Writer, error) {
	if len(t.layout.data) == 0 {
		return nil, fail("table", t.location, fmt.Errorf("%w: a writer needs the table's schema", ErrColumn))
	}
	s, err := newSampler(t.layout)
	if err != nil {
		return nil, fail("table", t.location, err)
	}
	var attempt [6]byte
	if _, err := rand.Read(attempt[:]); err != nil {
		return nil, fail("table", t.location, err)
	}
	return &Writer{table: t, id: id, attempt: hex.EncodeToString(attempt[:]), sampler: s,
		open: map[string]*dataFile{}, scratch: make([]parquet.Value, encodeChunk)}, nil
}

// Append adds the rows of a record that sel names (nil = all), which it borrows with the record. The record has the
// columns of Options.Schema; a string column may be dictionary-encoded. After an error the epoch is lost. Errors:
// ErrColumn, ErrType, ErrPartitionValue, the bucket's.
func (w *Writer) Append(ctx context.Context, rec arrow.Record, sel []uint32) error {
	return fail("table", w.table.location, w.append(ctx, rec, sel))
}

func (w *Writer) append(ctx context.Context, rec arrow.Record, sel []uint32) error {
	l := w.table.layout
	if err := l.check(rec); err != nil {
		return err
	}
	rows := w.router.all(rec, sel)
	if len(rows) == 0 {
		return nil
	}
	cols := make([]encoder, len(l.data))
	for i, c := range l.data {
		enc, err := encoderOf(rec.Column(c))
		if err != nil {
			return err
		}
		cols[i] = enc
	}
	w.sampler.add(cols, rows)
	rowBytes := l.rowBytes(rec)
	defer clear(w.scratch) // it refers to the record's bytes
	err := w.router.split(l, rec, rows, func(folder string, rows []uint32) error {
		f, err := w.file(folder)
		if err != nil {
			return err
		}
		if err := f.write(cols, rows, rowBytes, w.scratch); err != nil {
			return err
		}
		if int64(f.out.Len()) >= w.table.opts.FileBytes {
			return w.stageEarly(ctx, f)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.relieve(ctx)
}

func (w *Writer) file(folder string) (*dataFile, error) {
	if f := w.open[folder]; f != nil {
		return f, nil
	}
	f, err := newDataFile(w.table.layout, w.table.opts.Compression, folder, w.sampler.dictionaries())
	if err == nil {
		w.open[folder] = f
	}
	return f, err
}

// relieve finishes the largest files until what is held is within bounds.
func (w *Writer) relieve(ctx context.Context) error {
	for {
		var sum int64
		var largest *dataFile
		for _, f := range w.open {
			sum += f.bytes()
			if largest == nil || f.bytes() > largest.bytes() || f.bytes() == largest.bytes() && f.folder < largest.folder {
				largest = f
			}
		}
		if sum <= w.table.opts.BufferBytes {
			return nil
		}
		if err := w.stageEarly(ctx, largest); err != nil {
			return err
		}
	}
}

func (w *Writer) stageEarly(ctx context.Context, f *dataFile) error {
	delete(w.open, f.folder)
	w.full = append(w.full, f)
	return w.stageFull(ctx)
}

// Prepare makes all appended rows durable and returns what Commit needs to show them; nil when there are none. After an
// error it may be repeated. Errors: the bucket's.
func (w *Writer) Prepare(ctx context.Context, epoch uint64) ([]byte, error) {
	for _, folder := range slices.Sorted(maps.Keys(w.open)) {
		w.full = append(w.full, w.open[folder])
		delete(w.open, folder)
	}
	if err := w.stageFull(ctx); err != nil {
		return nil, fail("table", w.table.location, err)
	}
	if len(w.staged) == 0 {
		return nil, nil
	}
	// The order of staging is chance; the names shall not be.
	slices.SortFunc(w.staged, func(a, b stagedFile) int { return cmp.Compare(a.Staged, b.Staged) })
	for i := range w.staged {
		f := &w.staged[i]
		f.Path = path.Join(path.Dir(f.Path), fmt.Sprintf("%s-%s-%d-%020d-%d%s",
			w.id.Incarnation.String()[:8], fileWord(w.id.Pump), w.id.Lane, epoch, i, parquetSuffix))
	}
	out, err := json.Marshal(token{Version: formatVersion, Files: w.staged})
	if err != nil {
		return nil, fail("table", w.table.location, err)
	}
	w.staged = nil
	return out, nil
}

// fileWord is a name as part of a file's name.
func fileWord(name string) string {
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
	return word[:min(len(word), 64)]
}

// stageFull stages the finished files. Those that could be staged are forgotten, the others stay for the next attempt.
func (w *Writer) stageFull(ctx context.Context) error {
	done := make([]*stagedFile, len(w.full))
	var g errgroup.Group
	g.SetLimit(parallelFiles)
	for i, f := range w.full {
		if f.staged == "" {
			f.staged = fmt.Sprintf("%s/%s-%08d", w.stagingFolder(), w.attempt, w.counter)
			w.counter++
		}
		g.Go(func() error {
			if err := f.finish(); err != nil {
				return err
			}
			err := w.table.bucket.PutIfAbsent(ctx, f.staged, func(out io.Writer) error {
				_, err := out.Write(f.out.Bytes())
				return err
			})
			if errors.Is(err, ErrExists) {
				err = nil // an attempt before this one came further than it knew: the key is of this file alone
			}
			if err == nil {
				done[i] = &stagedFile{f.staged, DataFile{Path: f.folder, Size: int64(f.out.Len()), Rows: f.rows}}
			}
			return err
		})
	}
	err := g.Wait()
	var left []*dataFile
	for i, f := range w.full {
		if done[i] != nil {
			w.staged = append(w.staged, *done[i])
		} else {
			left = append(left, f)
		}
	}
	w.full = left
	return err
}

// stagingFolder is this writer's own; it stands beside the table's folder.
func (w *Writer) stagingFolder() string {
	parent, base := path.Split(w.table.location)
	return fmt.Sprintf("%s%s/%s/%s-%s-%d", parent, stagingFolder, base, w.id.Incarnation, fileWord(w.id.Pump), w.id.Lane)
}

// Close forgets what was appended since the last Prepare. What is prepared stays for a Commit.
func (w *Writer) Close(ctx context.Context) error {
	var errs []error
	for _, f := range w.staged {
		errs = append(errs, w.table.bucket.Delete(ctx, f.Staged))
	}
	w.open, w.full, w.staged = nil, nil, nil
	return fail("table", w.table.location, errors.Join(errs...))
}
