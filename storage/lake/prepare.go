package lake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/millrace-sql/millrace/sql/types"
)

// A token names at most about so many segments: with as many, all files are finished.
const maxSegments = 256

// Prepare makes all appended rows durable and returns what Commit needs to show those of finished files, and to restore
// the others; nil when there are none. A Commit that has failed is repeated first. After an error Prepare may be repeated,
// and so after a token that nobody kept: the next token covers the same rows. Errors: ErrNoSpace, the bucket's.
func (w *Writer) Prepare(ctx context.Context, epoch uint64) ([]byte, error) {
	out, err := w.prepare(ctx, epoch)
	return out, fail("table", w.table.location, err)
}

func (w *Writer) prepare(ctx context.Context, epoch uint64) ([]byte, error) {
	if b := w.begun; b != nil {
		if err := w.commitToken(ctx, b.epoch, b.prepared); err != nil {
			return nil, fmt.Errorf("epoch %d, not committed yet: %w", b.epoch, err)
		}
	}
	w.started = true
	w.rollDue()
	if err := w.stageFull(ctx); err != nil {
		return nil, err
	}
	if err := w.stageRows(ctx); err != nil {
		return nil, err
	}
	out, err := w.token(epoch).encode()
	if err == nil {
		w.ahead, w.finished, w.fresh = !w.finished, false, nil
	}
	return out, err
}

// rollDue finishes the files whose time has come.
func (w *Writer) rollDue() {
	all := w.finished || w.table.opts.RollInterval < 0 || len(w.log.segments) >= maxSegments
	now := w.table.opts.Now()
	for _, folder := range slices.Sorted(maps.Keys(w.open)) {
		f := w.open[folder]
		if age := now - f.since; all || age < 0 || age >= types.Time(w.table.opts.RollInterval.Microseconds()) {
			w.roll(f)
		}
	}
	w.trim()
}

// roll ends a file: the next row of its folder begins another one.
func (w *Writer) roll(f *dataFile) {
	delete(w.open, f.folder)
	w.held -= f.bytes()
	w.full = append(w.full, f)
	w.log.rolled = true
}

// trim forgets the rows of ended files, once all files that began before them have ended too.
func (w *Writer) trim() {
	if !w.log.rolled {
		return
	}
	w.log.rolled = false
	w.wait()
	w.log.cut()
	first := w.log.next
	for _, f := range w.open {
		first = min(first, f.first)
	}
	for _, key := range w.log.drop(first) {
		w.forget(key)
	}
}

// relieve stores the files that are full, and then what frees the most until what is held is within bounds.
func (w *Writer) relieve(ctx context.Context) error {
	for {
		if err := w.stageFull(ctx); err != nil {
			return err
		}
		if w.held+w.log.bytes <= w.table.opts.BufferBytes || len(w.open) == 0 {
			return nil
		}
		var largest *dataFile
		for _, f := range w.open {
			if largest == nil || cmp.Or(cmp.Compare(f.bytes(), largest.bytes()), cmp.Compare(largest.folder, f.folder)) > 0 {
				largest = f
			}
		}
		// The end of the only file is the end of all rows; otherwise other files go on to need them.
		if len(w.open) > 1 && w.log.bytes > largest.bytes() {
			if err := w.stageRows(ctx); err != nil {
				return err
			}
			continue
		}
		w.roll(largest)
		w.trim()
	}
}

// token names what is staged, and what of it is open.
func (w *Writer) token(epoch uint64) token {
	t := token{Files: slices.Clone(w.staged)}
	// The order of staging is chance; the names shall not be.
	slices.SortFunc(t.Files, func(a, b stagedFile) int { return cmp.Compare(a.Staged, b.Staged) })
	for i := range t.Files {
		f := &t.Files[i]
		f.Path = path.Join(f.Path, fmt.Sprintf("%s-%s-%d-%020d-%d%s",
			w.id.Incarnation.String()[:8], fileWord(w.id.Pump), w.id.Lane, epoch, i, parquetSuffix))
	}
	for _, s := range w.log.segments {
		t.Segments = append(t.Segments, *s)
	}
	if len(t.Segments) > 0 {
		t.Open = make(map[string]uint64, len(w.open))
		for folder, f := range w.open {
			t.Open[folder] = f.first
		}
	}
	return t
}
