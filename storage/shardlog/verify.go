package shardlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// Counts is what Verify has read.
type Counts struct {
	Streams, Shards, Blocks, Records int64
	Bytes                            int64 // of blocks, as stored
}

// Verify reads every block of every stream and reports what is damaged, missing, or in contradiction: checksums, sequence
// numbers and arrivals from block to block, the ordinals of lanes. It writes nothing; its memory grows with the number of
// streams and lanes, not with the log. It is for a database without an open log, which would look unfinished at its end,
// and shows what Open makes of one that it cannot open. Records missing at the end of a shard are noticed only if they
// belong to a lane. The error says why not everything was looked at: ctx.Err(), the database's.
func Verify(ctx context.Context, db *kv.DB, report func(kv.Problem)) (Counts, error) {
	v := &verifier{ctx: ctx, db: db, report: report, streams: map[uint32]*verified{}, lead: types.MaxTime}
	err := v.definitions()
	if err == nil {
		err = v.loadLead()
	}
	if err == nil {
		err = v.blocks()
	}
	if err == nil {
		err = v.lanes()
	}
	if err != nil {
		return v.counts, fmt.Errorf("shardlog: verify: %w", err)
	}
	return v.counts, nil
}

type verifier struct {
	ctx     context.Context
	db      *kv.DB
	report  func(kv.Problem)
	counts  Counts
	streams map[uint32]*verified
	lead    types.Time // no arrival may be above it
}

// verified is what is known of one stream.
type verified struct {
	name   string
	shards int // 0 = nothing is to be said about its blocks
	lost   bool
	lanes  map[laneID]*verifiedLane
}

type verifiedLane struct {
	records uint64
	next    uint64 // the greatest that a block says the lane goes on with
}

func (v *verifier) problem(where, what, repair string) {
	v.report(kv.Problem{Where: where, What: what, Repair: repair})
}

func (v *verifier) leftover(where, what, repair string) {
	v.report(kv.Problem{Where: where, What: what, Repair: repair, Leftover: true})
}

// definitions reads which streams there are, and which were dropped.
func (v *verifier) definitions() error {
	next := uint32(math.MaxUint32)
	err := v.db.View(nextStreamKey, func(b []byte) error {
		if len(b) != 4 {
			v.problem("stream counter", fmt.Sprintf("it has %d bytes", len(b)), "the log does not open")
			return nil
		}
		next = binary.LittleEndian.Uint32(b)
		return nil
	})
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return err
	}
	err = v.db.Scan(droppedPrefix, nil, func(k, _ []byte) error {
		if len(k) == len(droppedPrefix)+4 {
			v.streams[binary.BigEndian.Uint32(k[len(droppedPrefix):])] = &verified{} // what is left of it goes at the next start
		}
		return v.ctx.Err()
	})
	if err != nil {
		return err
	}
	return v.db.Scan(streamsPrefix, nil, func(k, b []byte) error {
		name := string(k[len(streamsPrefix):])
		where := fmt.Sprintf("definition of stream %q", name)
		d, err := parseDefinition(b)
		switch {
		case errors.Is(err, ErrVersion):
			v.problem(where, err.Error(), "the program that wrote it can read it")
		case err != nil:
			v.problem(where, err.Error(), "the log does not open; written anew with its number and shards, the stream is whole")
		case d.ID >= next || v.streams[d.ID] != nil:
			v.problem(where, fmt.Sprintf("its number %d is taken or was never given", d.ID), "two streams may share their records")
		default:
			v.counts.Streams++
			v.counts.Shards += int64(d.Shards)
			v.streams[d.ID] = &verified{name: name, shards: d.Shards, lanes: map[laneID]*verifiedLane{}}
		}
		return v.ctx.Err()
	})
}

func (v *verifier) loadLead() error {
	if v.db.InMemory() {
		return nil
	}
	err := v.db.View(leadKey, func(b []byte) error {
		if len(b) != 8 {
			v.problem("stored time", fmt.Sprintf("it has %d bytes", len(b)), "the log does not open; any later time can take its place")
			return nil
		}
		v.lead = types.Time(binary.LittleEndian.Uint64(b))
		return nil
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	return err
}

// lanes holds the stored ordinals against those of the blocks.
func (v *verifier) lanes() error {
	prefix := []byte{keySpace, 'o'}
	err := v.db.Scan(prefix, nil, func(k, b []byte) error {
		if len(k) != 2+4+16+4 || len(b) != 8 {
			v.problem(fmt.Sprintf("key %x", k), "it is no lane's", "it is ignored")
			return nil
		}
		st := v.streams[binary.BigEndian.Uint32(k[2:])]
		if st == nil || st.lanes == nil {
			return nil // dropped, or reported with its blocks
		}
		id := laneID{lane: binary.BigEndian.Uint32(k[22:])}
		copy(id.incarnation[:], k[6:22])
		v.lane(st, id, st.lanes[id], binary.LittleEndian.Uint64(b))
		delete(st.lanes, id)
		return v.ctx.Err()
	})
	if err != nil {
		return err
	}
	for _, st := range v.streams {
		for id, ln := range st.lanes {
			v.lane(st, id, ln, 0)
		}
	}
	return nil
}

func (v *verifier) lane(st *verified, id laneID, ln *verifiedLane, stored uint64) {
	if ln == nil {
		ln = &verifiedLane{}
	}
	where := fmt.Sprintf("stream %q, lane %d of incarnation %x", st.name, id.lane, id.incarnation)
	switch {
	case ln.next > stored:
		v.problem(where, fmt.Sprintf("its blocks go on with ordinal %d, stored is %d", ln.next, stored),
			"rows may be written twice; storing the greater number prevents it")
	case !st.lost && (ln.records != stored || ln.next != stored):
		v.problem(where, fmt.Sprintf("%d records are there, of %d that were written", ln.records, stored),
			"the others are lost, blocks at the end of a shard may be missing")
	}
}
