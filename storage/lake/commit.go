package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Commit makes the files of a prepared epoch part of the table, by one record. It needs no Append before, repeating it is
// a no-op, and after an error it may be repeated, also by another process. Epochs of a writer are committed in rising
// order. Errors: ErrVersion and ErrCorrupt for the token or the records, ErrConflict, the bucket's.
func (w *Writer) Commit(ctx context.Context, epoch uint64, prepared []byte) error {
	if len(prepared) == 0 {
		return nil
	}
	var t token
	if err := json.Unmarshal(prepared, &t); err != nil {
		return fail("table", w.table.location, fmt.Errorf("token of epoch %d: %w: %w", epoch, ErrCorrupt, err))
	}
	if t.Version != formatVersion {
		return fail("table", w.table.location, fmt.Errorf("token of epoch %d: %w: %d", epoch, ErrVersion, t.Version))
	}
	err := w.commit(ctx, epoch, t.Files)
	if err == nil {
		err = w.clean(ctx, t.Files)
	}
	return fail("table", w.table.location, err)
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

// clean deletes the staged files that a commit has published, and those that dead processes of this writer have left.
func (w *Writer) clean(ctx context.Context, files []stagedFile) error {
	objects, err := w.table.bucket.List(ctx, w.stagingFolder()+"/")
	if err != nil {
		return err
	}
	own := w.stagingFolder() + "/" + w.attempt + "-"
	for _, o := range objects {
		published := slices.ContainsFunc(files, func(f stagedFile) bool { return f.Staged == o.Key })
		if !published && strings.HasPrefix(o.Key, own) {
			continue
		}
		if err := w.table.bucket.Delete(ctx, o.Key); err != nil {
			return err
		}
	}
	return nil
}
