package lake

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// Problem is something that Verify has found. Where is a key of the bucket. Repair says what mends it: a sentence, empty
// when nothing in the package does.
type Problem struct {
	Where, What, Repair string
	// Leftover tells that a crash or a broken-off commit has left it: harmless, and
	// removed in time.
	Leftover bool
}

// Verify compares a table's files with its commit records and with the tokens that its writers would restore, the last of
// each, and reports what does not fit together. It changes nothing and must not run while a writer commits. A live file is
// good when its footer can be read and has the recorded number of rows; pages are not read. Rows of a table without records
// cannot be compared. Errors: the bucket's; whatever else is wrong is a Problem.
func (t *Table) Verify(ctx context.Context, tokens [][]byte, report func(Problem)) error {
	v := verifier{table: t, report: report, log: newCommitLog(t.bucket, t.location)}
	return fail("table", t.location, v.run(ctx, tokens))
}

type verifier struct {
	table   *Table
	report  func(Problem)
	log     *commitLog
	unknown bool // what a record says is not known
}

func (v *verifier) run(ctx context.Context, tokens [][]byte) error {
	if err := v.records(ctx); err != nil {
		return err
	}
	if err := v.files(ctx); err != nil {
		return err
	}
	return v.staged(ctx, tokens)
}

// records applies the records that can be read, in order.
func (v *verifier) records(ctx context.Context) error {
	objects, err := v.table.bucket.List(ctx, v.log.prefix())
	if err != nil {
		return err
	}
	for _, o := range objects {
		digits, ok := strings.CutSuffix(strings.TrimPrefix(o.Key, v.log.prefix()), recordSuffix)
		seq, err := strconv.ParseUint(digits, 10, 64)
		if !ok || len(digits) != sequenceDigits || err != nil {
			v.problem(o.Key, "not the name of a commit record", "readers pass over it; it may be deleted")
			continue
		}
		for missing := v.log.sequence + 1; missing < seq; missing++ {
			v.unknown = true
			v.problem(v.log.key(missing), "the commit record is missing", "")
		}
		r, err := readRecord(ctx, v.table.bucket, o)
		v.log.sequence = seq
		switch {
		case errors.Is(err, ErrVersion), errors.Is(err, ErrCorrupt):
			v.unknown = true
			v.problem(o.Key, err.Error(), "")
		case err != nil:
			return fail("commit record", o.Key, err)
		default:
			v.log.apply(r, seq)
		}
	}
	return nil
}

// files compares what is in the table's folders with what the records say.
func (v *verifier) files(ctx context.Context) error {
	objects, err := v.table.bucket.List(ctx, v.table.location+"/")
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, o := range objects {
		path := strings.TrimPrefix(o.Key, v.table.location+"/")
		there[path] = true
		live, ok := v.log.live[path]
		switch {
		case ok:
			err = v.file(ctx, o, &live)
		case !belongs(path):
		case v.log.sequence == 0: // every file is the table's
			err = v.file(ctx, o, nil)
		case v.log.removed[path]:
			v.leftover(o.Key, "a commit has removed it from the table, but it is there", "the next run's first commit deletes it")
		case !v.unknown:
			v.leftover(o.Key, "no commit record names it", "a commit that has broken off takes it up when it is repeated")
		}
		if err != nil {
			return err
		}
	}
	for _, f := range v.log.files() {
		if !there[f.Path] {
			v.problem(v.table.location+"/"+f.Path, fmt.Sprintf("the file is missing, with %d rows", f.Rows), "")
		}
	}
	return nil
}

// file checks a data file; recorded is nil where there are no records.
func (v *verifier) file(ctx context.Context, o Object, recorded *DataFile) error {
	if recorded != nil && o.Size != recorded.Size {
		v.problem(o.Key, fmt.Sprintf("it has %d bytes, the commit record says %d", o.Size, recorded.Size), "")
		return nil
	}
	info, err := Describe(ctx, v.table.bucket, o.Key)
	switch {
	case errors.Is(err, ErrCorrupt):
		v.problem(o.Key, err.Error(), "")
	case err != nil:
		return err
	case recorded != nil && info.Rows != recorded.Rows:
		v.problem(o.Key, fmt.Sprintf("it has %d rows, the commit record says %d", info.Rows, recorded.Rows), "")
	}
	return nil
}

// staged compares what lies beside the table with what the tokens name.
func (v *verifier) staged(ctx context.Context, tokens [][]byte) error {
	prefix := v.table.stagingFolder() + "/"
	objects, err := v.table.bucket.List(ctx, prefix)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, o := range objects {
		there[o.Key] = true
	}
	named := map[string]bool{}
	unread := false
	for i, text := range tokens {
		t, err := parseToken(text)
		if err != nil {
			unread = true
			v.problem(prefix, fmt.Sprintf("token %d: %v", i, err), "")
			continue
		}
		for _, f := range t.Files {
			named[f.Staged] = true
			if size, done := v.log.ever[f.Path]; !there[f.Staged] && (!done || size != f.Size) {
				v.problem(f.Staged, fmt.Sprintf("a token names it for %s, but it is missing, with %d rows", f.Path, f.Rows), "")
			}
		}
		for _, s := range t.Segments {
			named[s.Key] = true
			if err := v.segment(ctx, s); err != nil {
				return err
			}
		}
	}
	for _, o := range objects {
		if !named[o.Key] && !unread {
			v.leftover(o.Key, fmt.Sprintf("no token names it; it has %d bytes", o.Size), "the first commit of its writer's next run deletes it")
		}
	}
	return nil
}

func (v *verifier) segment(ctx context.Context, s segment) error {
	err := s.read(ctx, v.table.bucket, func(_ int, rec arrow.Record) error {
		if len(v.table.layout.fields) == 0 {
			return nil // opened without a schema
		}
		return v.table.layout.check(rec)
	})
	switch {
	case errors.Is(err, ErrNotExist):
		v.problem(s.Key, fmt.Sprintf("a token names it, but it is missing, with up to %d rows", s.Rows), "")
	case errors.Is(err, ErrCorrupt), errors.Is(err, ErrColumn), errors.Is(err, ErrType):
		v.problem(s.Key, err.Error(), "")
	case err != nil:
		return err
	}
	return nil
}

func (v *verifier) problem(where, what, repair string) {
	v.report(Problem{Where: where, What: what, Repair: repair})
}

func (v *verifier) leftover(where, what, repair string) {
	v.report(Problem{Where: where, What: what, Repair: repair, Leftover: true})
}
