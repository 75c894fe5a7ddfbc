package lake

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/parquet-go/parquet-go"

	"github.com/millrace-sql/millrace/sql/types"
)

// So many files are staged or published at the same time: their time is waiting for the disk.
const parallelFiles = 8

// Writer appends the rows of one output lane to a table. It belongs to one goroutine.
//
// Rows gather in memory, one unfinished file per partition, up to Options.BufferBytes. A file is finished at the next
// Prepare when it has reached Options.FileBytes or Options.RollInterval, or after Finish; the rows of all other files that
// are new at a Prepare go to a segment beside the table, from which a later writer of the same identity restores them.
//
// A checkpoint is Prepare, then a root record that keeps the token, then Commit. A writer that goes on from an earlier one
// is given the last token that was kept, by Commit, before anything else; a token that was not kept is forgotten, and what
// it names is deleted.
//
// The number of partitions is limited by memory only; a hundred is comfortable, with thousands the files become small.
type Writer struct {
	table   *Table
	id      WriterID
	attempt string // tells this process's staged objects from those that earlier ones left
	counter int
	sampler *sampler
	router  router
	open    map[string]*dataFile // by folder
	held    int64                // bytes of the open files
	full    []*dataFile          // finished, not yet staged
	staged  []stagedFile         // not yet committed; Path is the folder
	scratch []parquet.Value

	log        rowLog
	storing    *storing
	ahead      bool // whether to store rows before a Prepare
	aheadBytes int64

	started  bool            // whatever an earlier writer has left is restored
	finished bool            // no more rows before the next Prepare
	restored map[string]bool // keys of segments of earlier writers
	fresh    []string        // keys staged since the last Prepare
	garbage  []string        // keys to delete once no token names them
	begun    *begunCommit
	swept    bool // of removed files
	tidied   bool // of what dead processes have left
}

// Writer returns a writer with that identity; there must be one at a time. Errors: ErrColumn when the table has no Schema.
func (t *Table) Writer(id WriterID) (*Writer, error) {
	if len(t.layout.data) == 0 {
		return nil, fail("table", t.location, fmt.Errorf("%w: a writer needs the table's schema", ErrColumn))
	}
	var attempt [6]byte
	if _, err := rand.Read(attempt[:]); err != nil {
		return nil, fail("table", t.location, err)
	}
	w := &Writer{table: t, id: id, attempt: hex.EncodeToString(attempt[:]), aheadBytes: aheadBytes,
		scratch: make([]parquet.Value, encodeChunk)}
	return w, fail("table", t.location, w.reset())
}

// reset forgets all rows.
func (w *Writer) reset() error {
	w.log.close()
	for _, f := range w.full {
		w.forget(f.staged)
	}
	for _, f := range w.staged {
		w.forget(f.Staged)
	}
	w.open, w.held, w.full, w.staged, w.restored = map[string]*dataFile{}, 0, nil, nil, map[string]bool{}
	var err error
	if w.sampler, err = newSampler(w.table.layout); err != nil {
		return err
	}
	w.log, err = newRowLog(w.table.layout)
	return err
}

// Append adds the rows of a record that sel names (nil = all); it borrows sel and retains the record until the next
// Prepare. The record has the columns of Options.Schema; a string column may be dictionary-encoded. After one of these
// errors nothing of the record is taken, and the call may be repeated: ErrColumn, ErrType, ErrPartitionValue, ErrNoSpace,
// the bucket's.
func (w *Writer) Append(ctx context.Context, rec arrow.Record, sel []uint32) error {
	return fail("table", w.table.location, w.append(ctx, rec, sel))
}

func (w *Writer) append(ctx context.Context, rec arrow.Record, sel []uint32) error {
	if err := w.table.layout.check(rec); err != nil {
		return err
	}
	// Before the rows are taken: what fails here can be repeated.
	if err := w.relieve(ctx); err != nil {
		return err
	}
	rows := w.router.all(rec, sel)
	if len(rows) == 0 {
		return nil
	}
	w.started = true
	now := w.table.opts.Now()
	if err := w.encode(rec, rows, now, nil); err != nil {
		return err
	}
	if w.table.opts.RollInterval < 0 {
		return nil // every Prepare finishes the files: there is nothing to restore them from
	}
	if err := w.log.add(rec, sel, rows, w.table.layout.rowBytes(rec), now); err != nil {
		return err
	}
	w.trim()
	w.storeAhead(ctx)
	return nil
}

// encode writes the rows of a batch to the files; folders, where it is not nil, are the only ones that are wanted, from a
// batch on.
func (w *Writer) encode(rec arrow.Record, rows []uint32, now types.Time, folders map[string]uint64) error {
	l := w.table.layout
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
	return w.router.split(l, rec, rows, func(folder string, rows []uint32) error {
		if from, ok := folders[folder]; folders != nil && (!ok || w.log.next < from) {
			return nil
		}
		f, err := w.file(folder, now)
		if err != nil {
			return err
		}
		w.held -= f.bytes()
		err = f.write(cols, rows, rowBytes, w.scratch)
		w.held += f.bytes()
		if err == nil && int64(f.out.Len()) >= w.table.opts.FileBytes {
			w.roll(f)
		}
		return err
	})
}

func (w *Writer) file(folder string, now types.Time) (*dataFile, error) {
	if f := w.open[folder]; f != nil {
		return f, nil
	}
	f, err := newDataFile(w.table.layout, w.table.opts, folder, w.sampler.dictionaries())
	if err != nil {
		return nil, err
	}
	f.since, f.first = now, w.log.next
	w.open[folder] = f
	w.held += f.bytes()
	return f, nil
}

// Finish says that no rows come before the next Prepare, which then finishes all files.
func (w *Writer) Finish() { w.finished = true }

// Close forgets what was appended since the last Prepare. What is prepared stays for the Commit of a later writer.
func (w *Writer) Close(ctx context.Context) error {
	if w.storing != nil {
		w.storing.cancel()
		w.wait()
	}
	var errs []error
	for _, key := range w.fresh {
		errs = append(errs, w.table.bucket.Delete(ctx, key))
	}
	w.log.close()
	w.open, w.full, w.staged, w.fresh = nil, nil, nil, nil
	return fail("table", w.table.location, errors.Join(errs...))
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
