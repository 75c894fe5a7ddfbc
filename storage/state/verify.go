package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/millrace-sql/millrace/storage/kv"
)

// Counts is what Verify has read.
type Counts struct {
	Jobs, Checkpoints, Chunks int64
	Bytes                     int64 // of chunks
}

// Verify reads the checkpoints of all jobs, superseded ones too, and reports what is damaged, missing, or left over by a
// crash. It writes nothing and holds one root record and one chunk in memory. It may run beside a Save, whose chunks then
// look like left over ones. The error says why not everything was looked at: ctx.Err(), the database's.
func Verify(ctx context.Context, db Database, report func(kv.Problem)) (Counts, error) {
	v := &verifier{ctx: ctx, store: New(db, Options{}), report: report}
	jobs, err := v.jobs()
	for _, job := range jobs {
		if err == nil {
			err = v.job(job)
		}
	}
	if err != nil {
		return v.counts, fmt.Errorf("state: verify: %w", err)
	}
	return v.counts, nil
}

type verifier struct {
	ctx    context.Context
	store  *Store
	report func(kv.Problem)
	counts Counts

	where  string // the checkpoint being looked at
	repair string // what damage to it means
}

// jobs lists the names of all jobs.
func (v *verifier) jobs() ([]string, error) {
	var jobs []string
	var prefix []byte
	err := v.store.db.Keys([]byte{keySpace}, nil, func(k []byte, _ int64) error {
		if prefix != nil && bytes.HasPrefix(k, prefix) {
			return v.ctx.Err()
		}
		length := len(k)
		if len(k) >= 3 {
			length = 3 + int(binary.BigEndian.Uint16(k[1:]))
		}
		if len(k) < length+9 {
			v.report(kv.Problem{Where: fmt.Sprintf("key %x", k), What: "it is no key of a checkpoint", Repair: "it is ignored"})
			return nil
		}
		prefix = bytes.Clone(k[:length])
		jobs = append(jobs, string(prefix[3:]))
		return nil
	})
	return jobs, err
}

func (v *verifier) job(job string) error {
	epochs, err := v.store.epochs(job)
	if err != nil {
		return err
	}
	v.counts.Jobs++
	latest := -1
	for i, e := range epochs {
		if e.root {
			latest = i
		}
	}
	for i, e := range epochs {
		v.where = fmt.Sprintf("checkpoint %d of job %q", e.epoch, job)
		v.repair = "a later checkpoint took its place and removes it"
		if i == latest {
			v.repair = "the job cannot go on from it; without its checkpoints it starts anew"
		}
		if err := v.epoch(job, e); err != nil {
			return err
		}
	}
	return nil
}

// epoch checks the root record and the chunks that it names, and looks for others.
func (v *verifier) epoch(job string, e epochKeys) error {
	var operators []operator
	if e.root {
		v.counts.Checkpoints++
		var c *Checkpoint
		err := v.store.db.View(rootKey(job, e.epoch), func(b []byte) (err error) {
			c, operators, err = decodeRoot(b)
			return err
		})
		if err == nil && c.Epoch != e.epoch {
			err = fmt.Errorf("%w: the root record is of epoch %d", ErrCorrupt, c.Epoch)
		}
		if err != nil {
			return v.problem(err)
		}
	}
	for i, op := range operators {
		for k, c := range op.chunks {
			if err := v.chunk(chunkKey(job, e.epoch, i, k), c); err != nil {
				if err := v.problem(fmt.Errorf("chunk %d of operator %q: %w", k, op.name, err)); err != nil {
					return err
				}
			}
		}
	}
	return v.leftOver(job, e, operators)
}

func (v *verifier) chunk(key []byte, c chunk) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	return v.store.db.View(key, func(b []byte) error {
		v.counts.Chunks++
		v.counts.Bytes += int64(len(b))
		if len(b) != int(c.length) || crc32.Checksum(b, castagnoli) != c.crc {
			return fmt.Errorf("%w: checksum does not match", ErrCorrupt)
		}
		return nil
	})
}

// problem reports an error of what is stored, and returns one that keeps from reading on.
func (v *verifier) problem(err error) error {
	if v.ctx.Err() != nil || errors.Is(err, kv.ErrClosed) {
		return err
	}
	repair := v.repair
	if errors.Is(err, ErrVersion) {
		repair = "the program that wrote it can read it"
	}
	v.report(kv.Problem{Where: v.where, What: err.Error(), Repair: repair})
	return nil
}

// leftOver reports chunks that no root record names: a crash, or a full disk, came before it was written.
func (v *verifier) leftOver(job string, e epochKeys, operators []operator) error {
	n, bytes := 0, int64(0)
	prefix := append(epochPrefix(job, e.epoch), 'c')
	err := v.store.db.Keys(prefix, nil, func(k []byte, valueBytes int64) error {
		if rest := k[len(prefix):]; len(rest) == 8 {
			op, chunk := binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:])
			if int(op) < len(operators) && int(chunk) < len(operators[op].chunks) {
				return nil
			}
		}
		n++
		bytes += valueBytes
		return v.ctx.Err()
	})
	if err == nil && n > 0 {
		v.report(kv.Problem{Where: v.where, What: fmt.Sprintf("%d chunks of %d bytes without a root record", n, bytes),
			Repair: "nothing is lost; a later checkpoint removes them", Leftover: true})
	}
	return err
}
