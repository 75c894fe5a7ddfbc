package kv

import (
	"fmt"
	"sync"
	"time"
)

// space keeps writes away from the end of the disk. The database underneath writes through memory maps, where a full file
// system is not an error but a signal that kills the process, and it writes in the background too: tables are flushed
// and merged some time after the commit that filled them. The reserve is what that may take.
type space struct {
	dir     string
	reserve int64
	free    func() (int64, error)
}

func (o Options) space(dir string) *space {
	s := &space{dir: dir, reserve: o.ReserveBytes, free: o.Free}
	if s.reserve == 0 {
		s.reserve = defaultReserveBytes
	}
	if dir == "" || s.reserve < 0 {
		s.free = func() (int64, error) { return unlimited, nil }
	}
	if s.free == nil {
		s.free = remembered(func() (int64, error) { return freeBytes(dir) })
	}
	return s
}

const (
	defaultReserveBytes = 128 << 20
	unlimited           = 1 << 62
)

// forBatch says whether the batch may be written: ErrNoSpace when less than the reserve would be left behind it.
func (s *space) forBatch(b *Batch) error {
	if b.values == 0 {
		return s.forRemoval(b.bytes)
	}
	return s.check(s.reserve + int64(b.bytes))
}

// forRemoval lets what gives space back, and writes little, use half of the reserve: a full disk must not prevent it.
func (s *space) forRemoval(bytes int) error { return s.check(s.reserve/2 + int64(bytes)) }

func (s *space) check(need int64) error {
	free, err := s.free()
	if err != nil {
		return fmt.Errorf("kv: free space of data directory %s: %w", s.dir, err)
	}
	if free < need {
		return fmt.Errorf("kv: data directory %s has %d bytes free, needs %d: %w", s.dir, free, need, ErrNoSpace)
	}
	return nil
}

// room reports whether that many bytes may be written for the sake of giving more back.
func (s *space) room(bytes int64) bool {
	free, err := s.free()
	return err == nil && free >= bytes
}

// rememberFor is short enough that nobody fills the reserve meanwhile, and long enough that the system is not asked at
// every one of many small commits.
const rememberFor = 10 * time.Millisecond

// remembered asks free at most once in rememberFor.
func remembered(free func() (int64, error)) func() (int64, error) {
	var mu sync.Mutex
	var bytes int64
	var asked time.Time
	return func() (int64, error) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(asked) >= rememberFor {
			n, err := free()
			if err != nil {
				return 0, err
			}
			bytes, asked = n, now
		}
		return bytes, nil
	}
}
