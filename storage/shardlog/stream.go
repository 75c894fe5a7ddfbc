package shardlog

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"

	"github.com/millrace-sql/millrace/sql/types"
	"github.com/millrace-sql/millrace/storage/kv"
)

// StreamInfo describes a stream.
type StreamInfo struct {
	Name    string
	Created types.Time
	Shards  []ShardInfo
}

// definition is a stream as it is stored; version is that of the record, see format.md.
type definition struct {
	Version int        `json:"version"`
	ID      uint32     `json:"id"`
	Shards  int        `json:"shards"`
	Created types.Time `json:"created"`
}

const definitionVersion = 1

type stream struct {
	definition
	name    string
	shards  []*shard
	starts  []hash           // where each shard's hash range begins
	lanes   map[laneID]*lane // those used since the log was opened; guarded by the log's lock
	dropped bool             // guarded by the log's lock
}

func newStream(name string, d definition) *stream {
	st := &stream{definition: d, name: name, lanes: map[laneID]*lane{}}
	for i := range d.Shards {
		st.shards = append(st.shards, &shard{stream: st, number: i, next: 1})
		st.starts = append(st.starts, hashStart(i, d.Shards))
	}
	return st
}

// CreateStream makes an empty stream of that many shards, which divide the hash space equally; it returns when the stream
// is durable. On a full disk it does not wait. Errors: ErrStreamExists, ErrStreamName, ErrShardCount, ErrClosed,
// kv.ErrNoSpace, after which nothing has changed, and the database's, after which the log refuses changes like Append.
func (l *Log) CreateStream(name string, shards int) error {
	if len(name) == 0 || len(name) > 1024 {
		return streamError(name, ErrStreamName)
	}
	if shards < 1 || shards > MaxShards {
		return streamError(name, fmt.Errorf("%d shards: %w", shards, ErrShardCount))
	}
	return l.do(func() error {
		l.mu.Lock()
		_, exists := l.streams[name]
		d := definition{Version: definitionVersion, ID: l.nextStream, Shards: shards, Created: l.opts.Now()}
		l.mu.Unlock() // only this goroutine changes what was read
		if exists {
			return streamError(name, ErrStreamExists)
		}
		value, err := json.Marshal(d)
		if err != nil {
			return streamError(name, err)
		}
		var b kv.Batch
		b.Put(streamKey(name), value)
		b.Put(nextStreamKey, binary.LittleEndian.AppendUint32(nil, d.ID+1))
		if err := l.store(&b); err != nil {
			return streamError(name, err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.streams[name] = newStream(name, d)
		l.nextStream = d.ID + 1
		return nil
	})
}

// DropStream removes a stream, its records and its lanes; waiting appends and readers get ErrNoStream. Once it returns
// nil or a crash follows, the stream stays removed. On a full disk it works as long as half of the reserve is free. Errors:
// ErrNoStream, ErrClosed, kv.ErrNoSpace, after which nothing has changed, and the database's, after which the log refuses
// changes like Append.
func (l *Log) DropStream(name string) error {
	return l.do(func() error {
		st, err := l.stream(name)
		if err != nil {
			return err
		}
		var b kv.Batch
		b.Delete(streamKey(name))
		b.Put(droppedKey(st.ID), nil)
		if err := l.store(&b); err != nil {
			return streamError(name, err)
		}
		l.mu.Lock()
		delete(l.streams, name)
		st.dropped = true
		st.wakeReaders()
		l.mu.Unlock()
		return l.purge()
	})
}

// store commits a change of definitions. Like a group commit that fails, one that may or may not be stored fails the log:
// what is appended to a stream that may be dropped could not be acknowledged.
func (l *Log) store(b *kv.Batch) error {
	l.mu.Lock()
	failed := l.failed
	l.mu.Unlock()
	if failed != nil {
		return failed
	}
	err := l.db.Commit(b)
	if err != nil && !errors.Is(err, kv.ErrNoSpace) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.fail(fmt.Errorf("change of definitions: %w", err))
	}
	return err
}

// purge removes what dropped streams left behind, a crash in an earlier purge included. Without space the next one does.
func (l *Log) purge() error {
	var prefixes [][]byte
	var b kv.Batch
	err := l.db.Scan(droppedPrefix, nil, func(k, _ []byte) error {
		if len(k) != len(droppedPrefix)+4 {
			return fmt.Errorf("key of %d bytes", len(k))
		}
		id := binary.BigEndian.Uint32(k[len(droppedPrefix):])
		prefixes = append(prefixes, blocksPrefix(id), lanesPrefix(id))
		b.Delete(droppedKey(id))
		return nil
	})
	if err == nil && len(prefixes) > 0 {
		if err = l.db.DropPrefix(prefixes...); err == nil {
			err = l.db.Commit(&b)
		}
	}
	if err != nil && !errors.Is(err, kv.ErrNoSpace) {
		return fmt.Errorf("shardlog: remove dropped streams: %w", err)
	}
	return nil
}

func (l *Log) loadStreams() error {
	err := l.db.View(nextStreamKey, func(v []byte) error {
		if len(v) != 4 {
			return fmt.Errorf("stream counter has %d bytes", len(v))
		}
		l.nextStream = binary.LittleEndian.Uint32(v)
		return nil
	})
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return fmt.Errorf("shardlog: %w", err)
	}
	err = l.db.Scan(streamsPrefix, nil, func(k, v []byte) error {
		name := string(k[len(streamsPrefix):])
		d, err := parseDefinition(v)
		if err != nil {
			return fmt.Errorf("definition of stream %q: %w", name, err)
		}
		l.streams[name] = newStream(name, d)
		return nil
	})
	if err != nil {
		return fmt.Errorf("shardlog: %w", err)
	}
	for _, st := range l.streams {
		for _, sh := range st.shards {
			if err := l.loadShard(sh); err != nil {
				return err
			}
		}
	}
	return nil
}

// parseDefinition reads the stored definition of a stream.
func parseDefinition(value []byte) (definition, error) {
	var d definition
	if err := json.Unmarshal(value, &d); err != nil {
		return d, err
	}
	if d.Version != definitionVersion {
		return d, fmt.Errorf("%w: found %d, this program reads %d", ErrVersion, d.Version, definitionVersion)
	}
	if d.Shards < 1 || d.Shards > MaxShards {
		return d, fmt.Errorf("%d shards: %w", d.Shards, ErrShardCount)
	}
	return d, nil
}

// Streams returns the names of all streams, sorted.
func (l *Log) Streams() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make([]string, 0, len(l.streams))
	for name := range l.streams {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Describe returns what is known of a stream; the caller owns it. Errors: ErrNoStream, ErrClosed.
func (l *Log) Describe(name string) (StreamInfo, error) {
	st, err := l.stream(name)
	if err != nil {
		return StreamInfo{}, err
	}
	info := StreamInfo{Name: name, Created: st.Created}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, sh := range st.shards {
		first, last := hashRange(i, len(st.shards))
		info.Shards = append(info.Shards, ShardInfo{ID: ShardID(i), FirstHash: first, LastHash: last, Next: sh.next})
	}
	return info, nil
}

func (l *Log) stream(name string) (*stream, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, streamError(name, ErrClosed)
	}
	st := l.streams[name]
	if st == nil {
		return nil, streamError(name, ErrNoStream)
	}
	return st, nil
}

func (st *stream) shard(n int) (*shard, error) {
	if n < 0 || n >= len(st.shards) {
		return nil, streamError(st.name, fmt.Errorf("shard %d of %d: %w", n, len(st.shards), ErrNoShard))
	}
	return st.shards[n], nil
}

// wakeReaders is called with the log's lock held.
func (st *stream) wakeReaders() {
	for _, sh := range st.shards {
		sh.wakeReaders()
	}
}
