package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"golang.org/x/sync/errgroup"
)

// New rows of this size are stored while more are appended, where checkpoints are to be expected: a Prepare then waits for
// the disk for the last of them only.
const aheadBytes = 4 << 20

// storing is a segment on its way to the bucket.
type storing struct {
	segment *segment
	cancel  context.CancelFunc
	done    chan error
}

// storeAhead begins to store the rows that are new, unless others are still on their way: then the next segment will be
// larger. It does not before the first Prepare, because a job that makes no checkpoints needs no segments.
func (w *Writer) storeAhead(ctx context.Context) {
	if w.storing != nil {
		select {
		case err := <-w.storing.done:
			w.stored(err)
		default:
		}
	}
	if !w.ahead || w.storing != nil || w.log.bytes < w.aheadBytes {
		return
	}
	s := w.log.seal(w.stagingKey)
	if s == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // that of one Append is not that of the next
	st := &storing{s, cancel, make(chan error, 1)}
	w.storing = st
	bucket, schema := w.table.bucket, w.log.schema
	go func() { st.done <- s.store(ctx, bucket, schema) }()
}

// wait waits for the segment that is on its way.
func (w *Writer) wait() {
	if w.storing != nil {
		w.stored(<-w.storing.done)
	}
}

// stored takes the result of a segment's way. After an error the next Prepare tries again, and until then nobody.
func (w *Writer) stored(err error) {
	w.storing.cancel()
	if err == nil {
		w.log.stored(w.storing.segment)
	}
	w.ahead = w.ahead && err == nil
	w.storing = nil
}

// stageRows stores the rows that are new as a segment, and those that an attempt before has not stored.
func (w *Writer) stageRows(ctx context.Context) error {
	w.wait()
	w.log.seal(w.stagingKey)
	for _, s := range w.log.segments {
		if s.batches == nil {
			continue
		}
		if err := s.store(ctx, w.table.bucket, w.log.schema); err != nil {
			return err
		}
		w.log.stored(s)
	}
	return nil
}

// stageFull stages the finished files. Those that could be staged are forgotten, the others stay for the next attempt.
func (w *Writer) stageFull(ctx context.Context) error {
	if len(w.full) == 0 {
		return nil
	}
	done := make([]*stagedFile, len(w.full))
	var g errgroup.Group
	g.SetLimit(parallelFiles)
	for i, f := range w.full {
		if f.staged == "" {
			f.staged = w.stagingKey("")
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
	return fmt.Sprintf("%s/%s-%s-%d", w.table.stagingFolder(), w.id.Incarnation, fileWord(w.id.Pump), w.id.Lane)
}

func (t *Table) stagingFolder() string {
	parent, base := path.Split(t.location)
	return fmt.Sprintf("%s%s/%s", parent, stagingFolder, base)
}

// own is the prefix of the keys that this process stages objects under.
func (w *Writer) own() string { return w.stagingFolder() + "/" + w.attempt + "-" }

// stagingKey is a new key for an object of this process.
func (w *Writer) stagingKey(suffix string) string {
	key := fmt.Sprintf("%s%08d%s", w.own(), w.counter, suffix)
	w.counter++
	w.fresh = append(w.fresh, key)
	return key
}

// forget has an object deleted, once no token names it.
func (w *Writer) forget(key string) {
	if key != "" {
		w.garbage = append(w.garbage, key)
	}
}
