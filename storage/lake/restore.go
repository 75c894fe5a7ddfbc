package lake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"golang.org/x/sync/errgroup"
)

// restore takes up the rows of the files that were open when an earlier writer made the token.
func (w *Writer) restore(ctx context.Context, epoch uint64, t token) error {
	if len(t.Segments) == 0 {
		return nil
	}
	last, err := w.lastEpoch(ctx)
	if err == nil && last > epoch {
		err = fmt.Errorf("%w: epoch %d of %s lane %d is recorded already", ErrConflict, last, w.id.Pump, w.id.Lane)
	}
	if err != nil {
		return err
	}
	if err := w.load(ctx, t); err != nil {
		return errors.Join(err, w.reset())
	}
	return nil
}

// lastEpoch is the last one of this writer that has a commit record.
func (w *Writer) lastEpoch(ctx context.Context) (uint64, error) {
	l := w.table.log
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.refresh(ctx, 0)
	return l.writers[w.id].epoch, err
}

func (w *Writer) load(ctx context.Context, t token) error {
	open := t.Open
	if open == nil {
		open = map[string]uint64{} // of no file, not of all
	}
	for _, s := range t.Segments {
		w.log.segments = append(w.log.segments, &s)
		w.restored[s.Key] = true
		err := s.read(ctx, w.table.bucket, func(n int, rec arrow.Record) error {
			if err := w.relieve(ctx); err != nil {
				return err
			}
			if err := w.table.layout.check(rec); err != nil {
				return err
			}
			w.log.next = s.First + uint64(n)
			if err := w.encode(rec, w.router.all(rec, nil), s.Since, open); err != nil {
				return err
			}
			w.log.next++
			w.trim()
			return nil
		})
		if errors.Is(err, ErrNotExist) {
			// The bucket keeps what a token names: somebody went on from a later one.
			err = fmt.Errorf("%w: another run has gone on from a later checkpoint: %w", ErrConflict, err)
		}
		if err != nil {
			return err
		}
	}
	return w.complete(open)
}

// complete checks that every file that was open has got rows: folders are found by their names, which must not have changed.
func (w *Writer) complete(open map[string]uint64) error {
	have := map[string]bool{}
	for _, f := range w.full {
		have[f.folder] = true
	}
	for _, f := range w.staged {
		have[f.Path] = true
	}
	for folder := range open {
		if w.open[folder] == nil && !have[folder] {
			return fmt.Errorf("%w: the segments have no rows of the open file in %q", ErrCorrupt, folder)
		}
	}
	return nil
}

// knows checks that a token's segments are this writer's: those of another can only be taken up first of all.
func (w *Writer) knows(t token) error {
	for _, s := range t.Segments {
		if !w.restored[s.Key] && !strings.HasPrefix(s.Key, w.own()) {
			return fmt.Errorf("%w: segment %s of an earlier writer can be restored before the first Append only", ErrConflict, s.Key)
		}
	}
	return nil
}

// Publish shows everything that a token holds, the rows of unfinished files too: for the last token of a pump that is
// dropped. It is the first and last use of a writer, and of its identity; after an error or a crash it may be repeated with
// a new writer. Errors: those of Commit and Prepare.
func (w *Writer) Publish(ctx context.Context, epoch uint64, prepared []byte) error {
	t, err := parseToken(prepared)
	if err != nil {
		return fail("table", w.table.location, fmt.Errorf("token of epoch %d: %w", epoch, err))
	}
	if len(t.Segments) > 0 {
		last, err := w.lastEpoch(ctx)
		if err == nil && last > epoch { // a call before this one came so far
			err = w.clean(ctx, token{})
		}
		if err != nil || last > epoch {
			return fail("table", w.table.location, err)
		}
	}
	if err := w.Commit(ctx, epoch, prepared); err != nil {
		return err
	}
	w.Finish()
	rest, err := w.Prepare(ctx, epoch+1)
	if err != nil {
		return err
	}
	return w.Commit(ctx, epoch+1, rest)
}

// clean deletes what is staged and needed no more, now that the token is the one to restore from: at first all that dead
// processes of this writer have left, later what this one has done with.
func (w *Writer) clean(ctx context.Context, t token) error {
	named := map[string]bool{}
	for _, s := range t.Segments {
		named[s.Key] = true
	}
	unwanted := map[string]bool{}
	for _, key := range w.garbage {
		unwanted[key] = !named[key]
	}
	if !w.tidied {
		objects, err := w.table.bucket.List(ctx, w.stagingFolder()+"/")
		if err != nil {
			return err
		}
		for _, o := range objects {
			if !named[o.Key] && !strings.HasPrefix(o.Key, w.own()) {
				unwanted[o.Key] = true
			}
		}
	}
	maps.DeleteFunc(unwanted, func(_ string, unwanted bool) bool { return !unwanted })
	var g errgroup.Group
	g.SetLimit(parallelFiles)
	for _, key := range slices.Sorted(maps.Keys(unwanted)) {
		g.Go(func() error { return w.table.bucket.Delete(ctx, key) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	w.tidied = true
	w.garbage = slices.DeleteFunc(w.garbage, func(key string) bool { return unwanted[key] })
	return nil
}
