package shardlog

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/millrace-sql/millrace/storage/kv"
)

type laneID struct {
	incarnation [16]byte
	lane        uint32
}

// lane is what the log knows of one lane of a stream.
type lane struct {
	laneID
	key      []byte // under which next is stored
	next     uint64 // durable; guarded by the log's lock, changed by the committer only
	upcoming uint64 // in the current round; the committer's own
	touched  bool   // in the current round; the committer's own
}

// LastOrdinal returns how many records of the lane are durable, over all shards of the stream: the FirstOrdinal that the
// lane goes on with; 0 for a lane that never wrote. Errors: ErrNoStream, ErrClosed, the database's.
func (l *Log) LastOrdinal(stream string, incarnation [16]byte, lane uint32) (next uint64, err error) {
	st, err := l.stream(stream)
	if err != nil {
		return 0, err
	}
	ln, err := l.lane(st, laneID{incarnation, lane})
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return ln.next, nil
}

// lane returns the one shared record of a lane, reading it at its first use.
func (l *Log) lane(st *stream, id laneID) (*lane, error) {
	l.mu.Lock()
	known := st.lanes[id]
	l.mu.Unlock()
	if known != nil {
		return known, nil
	}
	// Nobody writes a lane before it is in the map, so what is read here is still true below.
	fresh := &lane{laneID: id, key: laneKey(st.ID, id)}
	err := l.db.View(fresh.key, func(v []byte) error {
		if len(v) != 8 {
			return fmt.Errorf("ordinal of lane %d has %d bytes", id.lane, len(v))
		}
		fresh.next = binary.LittleEndian.Uint64(v)
		return nil
	})
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return nil, streamError(st.name, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := st.lanes[id]; known != nil {
		return known, nil
	}
	st.lanes[id] = fresh
	return fresh, nil
}
