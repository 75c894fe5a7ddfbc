package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// begunCommit is a commit whose files may be part of the table already.
type begunCommit struct {
	epoch    uint64
	prepared []byte
}

// Commit makes the files of a prepared epoch part of the table, by one record. As the first call of a writer it also
// restores the rows of unfinished files that the token names, so that later files have them. Repeating it is a no-op; after
// an error it may be repeated, also by another process. Epochs of a writer are committed in rising order. Errors: ErrVersion
// and ErrCorrupt for the token, the records or segments, ErrConflict, ErrNoSpace, the bucket's.
func (w *Writer) Commit(ctx context.Context, epoch uint64, prepared []byte) error {
	return fail("table", w.table.location, w.commitToken(ctx, epoch, prepared))
}

func (w *Writer) commitToken(ctx context.Context, epoch uint64, prepared []byte) error {
	t, err := parseToken(prepared)
	if err == nil && w.started {
		err = w.knows(t)
	}
	if err != nil {
		return fmt.Errorf("token of epoch %d: %w", epoch, err)
	}
	if w.started && len(t.Files) > 0 {
		w.begun = &begunCommit{epoch, prepared}
	}
	if len(t.Files) > 0 {
		if err := w.commit(ctx, epoch, t.Files); err != nil {
			return err
		}
	}
	if !w.started {
		if err := w.restore(ctx, epoch, t); err != nil {
			return fmt.Errorf("token of epoch %d: %w", epoch, err)
		}
		w.started = true
	}
	w.begun = nil
	w.settle(t)
	return w.clean(ctx, t)
}

// settle forgets the staged files that have become part of the table.
func (w *Writer) settle(t token) {
	published := map[string]bool{}
	for _, f := range t.Files {
		published[f.Staged] = true
	}
	w.staged = slices.DeleteFunc(w.staged, func(f stagedFile) bool {
		if published[f.Staged] {
			w.forget(f.Staged)
		}
		return published[f.Staged]
	})
}

func (w *Writer) commit(ctx context.Context, epoch uint64, files []stagedFile) error {
	if done, err := w.begin(ctx, epoch, files); done || err != nil {
		return err
	}
	// Without the lock: lanes wait for the disk together.
	if err := w.publish(ctx, files); err != nil {
		return err
	}
	r := record{Kind: kindAppend, Incarnation: &w.id.Incarnation, Pump: w.id.Pump, Lane: w.id.Lane, Epoch: epoch}
	for _, f := range files {
		r.Added = append(r.Added, f.DataFile)
	}
	l := w.table.log
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		err := l.put(ctx, r)
		if !errors.Is(err, ErrExists) {
			return err
		}
		if err := l.refresh(ctx, 0); err != nil {
			return err
		}
		if last, ok := l.writers[w.id]; ok && epoch <= last.epoch {
			return w.repeated(ctx, epoch, last, files)
		}
	}
}

// begin finds out whether the epoch is recorded already; if not, the location is ready for its files.
func (w *Writer) begin(ctx context.Context, epoch uint64, files []stagedFile) (done bool, err error) {
	l := w.table.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := w.table.ensureOpen(ctx); err != nil {
		return false, err
	}
	if !w.swept {
		if err := w.table.sweep(ctx); err != nil {
			return false, err
		}
		w.swept = true
	}
	if last, ok := l.writers[w.id]; ok && epoch <= last.epoch {
		return true, w.repeated(ctx, epoch, last, files)
	}
	return false, nil
}

// repeated checks that an epoch which is recorded already is the same one: two runs with one identity, the second from an
// older copy of its checkpoints, would otherwise lose rows without a word.
func (w *Writer) repeated(ctx context.Context, epoch uint64, last lastCommit, files []stagedFile) error {
	for _, f := range files {
		if size, ok := w.table.log.ever[f.Path]; !ok || size != f.Size {
			return fmt.Errorf("%w: epoch %d of %s lane %d, with epoch %d recorded, does not have %s of %d bytes",
				ErrConflict, epoch, w.id.Pump, w.id.Lane, last.epoch, f.Path, f.Size)
		}
	}
	return w.table.log.confirm(ctx, last)
}

// publish gives the staged files their final names.
func (w *Writer) publish(ctx context.Context, files []stagedFile) error {
	var g errgroup.Group
	g.SetLimit(parallelFiles)
	for _, f := range files {
		g.Go(func() error {
			key := w.table.location + "/" + f.Path
			err := link(ctx, w.table.bucket, f.Staged, key)
			if !errors.Is(err, ErrExists) {
				return err
			}
			blob, err := w.table.bucket.Open(ctx, key)
			if err != nil {
				return err
			}
			size := blob.Size()
			if err := blob.Close(); err != nil {
				return err
			}
			if size != f.Size {
				return fmt.Errorf("%w: %s has %d bytes, not %d", ErrConflict, key, size, f.Size)
			}
			return nil
		})
	}
	return g.Wait()
}

// ensureOpen makes the table's first record before the first data file of ours appears, so that a listing never shows half
// a commit. It adds the files of a table that had no records. The caller holds the log's lock.
func (t *Table) ensureOpen(ctx context.Context) error {
	for {
		if err := t.log.refresh(ctx, 0); err != nil || t.log.sequence > 0 {
			return err
		}
		files, err := t.list(ctx)
		if err != nil {
			return err
		}
		for i, f := range files {
			info, err := Describe(ctx, t.bucket, t.location+"/"+f.Path)
			if err != nil {
				return err
			}
			files[i].Rows = info.Rows
		}
		if err := t.log.put(ctx, record{Kind: kindOpen, Added: files}); !errors.Is(err, ErrExists) {
			return err
		}
	}
}
