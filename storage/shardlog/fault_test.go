package shardlog

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
	"github.com/millrace-sql/millrace/storage/kvfault"
)

// history is what a scenario asked of a log and what the log said to it.
type history struct {
	asked   map[string]bool    // records that were appended, acknowledged or not
	acked   map[string]Receipt // by stream and data
	created map[string]error   // streams, by what CreateStream said
	dropped map[string]error
	lane    uint64 // acknowledged records of the lane
}

// play goes through everything that writes: streams made and dropped, appends to several shards, of a lane, and of a record
// that takes several chunks. It goes on after errors.
func play(l *Log) *history {
	h := &history{asked: map[string]bool{}, acked: map[string]Receipt{}, created: map[string]error{}, dropped: map[string]error{}}
	put := func(stream, name string, recs []Record, lane *Lane) {
		for i := range recs {
			recs[i].Data = append(fmt.Appendf(nil, "%s %d|", name, i), recs[i].Data...)
			h.asked[stream+label(string(recs[i].Data))] = true
		}
		got, err := l.Append(context.Background(), stream, recs, lane)
		for i, r := range got {
			h.acked[stream+label(string(recs[i].Data))] = r
		}
		if lane != nil && err == nil {
			h.lane += uint64(len(recs))
		}
	}
	h.created["a"] = l.CreateStream("a", 2)
	put("a", "first", records(5, "%d"), nil)
	put("a", "lane", records(3, "%d"), &Lane{})
	put("a", "large", []Record{{Data: incompressible(2_200_000)}, {Data: []byte("small")}}, nil)
	h.created["b"] = l.CreateStream("b", 1)
	put("b", "b", records(3, "%d"), nil)
	put("a", "more", records(2, "%d"), &Lane{FirstOrdinal: h.lane})
	h.dropped["b"] = l.DropStream("b")
	if h.dropped["b"] != nil {
		put("b", "late", records(1, "%d"), nil) // to a stream that may be gone: not to be acknowledged unless it stays
	}
	h.created["c"] = l.CreateStream("c", 1)
	put("c", "c", records(2, "%d"), nil)
	return h
}

// label is what a scenario calls a record, in front of its data.
func label(data string) string {
	for i := range data {
		if data[i] == '|' {
			return "/" + data[:i]
		}
	}
	return "/" + data
}

// check holds what a log has after it was opened again against the history.
func (h *history) check(t *testing.T, l *Log) {
	t.Helper()
	exists := map[string]bool{}
	found := map[string]Receipt{}
	lane := 0
	for _, stream := range l.Streams() {
		exists[stream] = true
		info, err := l.Describe(stream)
		if err != nil {
			t.Fatal(err)
		}
		for sh := range info.Shards {
			for i, r := range readAll(t, l, stream, sh, Oldest()) {
				name := stream + label(r.data)
				if _, twice := found[name]; twice || !h.asked[name] || r.sequence != uint64(i+1) {
					t.Errorf("%s: sequence number %d in place %d, twice: %v, asked for: %v", name, r.sequence, i, twice, h.asked[name])
				}
				found[name] = Receipt{sh, r.sequence, r.arrival}
				if stream == "a" && (r.data[:2] == "la" && r.data[:3] == "lan" || r.data[:2] == "mo") {
					lane++
				}
			}
		}
	}
	for stream, err := range h.created {
		dropped, wasDropped := h.dropped[stream]
		switch {
		case err == nil && !wasDropped && !exists[stream]:
			t.Errorf("stream %s is gone", stream)
		case wasDropped && dropped == nil && exists[stream]:
			t.Errorf("stream %s is there again", stream)
		}
	}
	for name, r := range h.acked {
		// Stream b may be gone, if nothing was acknowledged after the attempt to drop it.
		gone := name[:1] == "b" && !exists["b"] && name != "b/late 0"
		if found[name] != r && !gone {
			t.Errorf("%s was acknowledged as %+v, found is %+v", name, r, found[name])
		}
	}
	if !exists["a"] {
		return
	}
	if next, err := l.LastOrdinal("a", [16]byte{}, 0); err != nil || next != uint64(lane) || next < h.lane {
		t.Errorf("the lane goes on at %d, %d records are stored and %d acknowledged; %v", next, lane, h.lane, err)
	}
}

// faulty is a database whose writes fail, in memory or on disk, to be opened again without faults.
type faulty struct {
	*kvfault.Faults
	dir string
	db  *kv.DB
}

func openFaulty(t *testing.T, dir string) *faulty {
	t.Helper()
	f := &faulty{Faults: kvfault.New(nil), dir: dir}
	var err error
	f.db, err = kv.Open(dir, kv.Options{Durability: kv.None, SegmentBytes: 2 << 20, Intercept: f.Intercept})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.db.Close() })
	return f
}

func (f *faulty) reopen(t *testing.T) {
	t.Helper()
	f.Stop()
	if f.dir != "" {
		if err := f.db.Close(); err != nil {
			t.Fatal(err)
		}
		f.db = openDB(t, f.dir)
	}
	if err := f.PowerFail(f.db); err != nil {
		t.Fatal(err)
	}
}

// Whichever write fails, before or after it takes effect, with the process going on or not: what was acknowledged is there,
// once, and the log goes on.
func TestEveryWriteFailsOnce(t *testing.T) {
	for _, fault := range []kvfault.Fault{kvfault.FailBefore, kvfault.FailAfter, kvfault.StopBefore, kvfault.StopAfter} {
		for _, disk := range []bool{false, true} {
			if disk && fault < kvfault.StopBefore {
				continue // a log that goes on is the same in memory, and faster
			}
			for at := 1; ; at++ {
				dir := ""
				if disk {
					dir = t.TempDir()
				}
				f := openFaulty(t, dir)
				f.Plan(kvfault.At(at, fault))
				over := playOnce(t, f, func(l *Log) *history { return play(l) })
				if t.Failed() {
					t.Fatalf("fault %d at write %d, on disk: %v", fault, at, disk)
				}
				if over < at {
					if at < 12 {
						t.Errorf("only %d writes", over)
					}
					break
				}
			}
		}
	}
}

// playOnce plays, opens again, checks, and sees whether the log can still be used. It returns how many writes there were.
func playOnce(t *testing.T, f *faulty, play func(*Log) *history) int {
	t.Helper()
	l, err := Open(f.db, Options{HeadBytes: 1})
	h := &history{}
	if err == nil {
		h = play(l)
		_ = l.Close()
	}
	writes := f.Writes()
	f.reopen(t)
	again, err := Open(f.db, Options{HeadBytes: 1})
	if err != nil {
		t.Errorf("open again: %v", err)
		return writes
	}
	defer again.Close()
	h.check(t, again)
	create(t, again, "new", 1)
	if got := appendAll(t, again, "new", records(2, "%d"))[1].Sequence; got != 2 {
		t.Errorf("the new stream is at %d", got)
	}
	for stream := range h.created {
		err := again.CreateStream(stream, 1)
		if err != nil && !errors.Is(err, ErrStreamExists) {
			t.Error(err)
		}
		appendAll(t, again, stream, records(1, "%d"))
	}
	return writes
}

// A device that lies about syncs loses the end of what was acknowledged, and nothing before it; what is left is whole.
func TestPowerFailure(t *testing.T) {
	for lies := 2; lies < 12; lies++ {
		f := openFaulty(t, t.TempDir())
		f.Plan(func(w kvfault.Write) kvfault.Fault {
			if w.Ordinal >= lies && !w.Drop {
				return kvfault.SkipSync
			}
			return kvfault.None
		})
		playOnce(t, f, func(l *Log) *history {
			h := play(l)
			before := &history{asked: h.asked, acked: map[string]Receipt{}, created: map[string]error{}}
			if lies > 3 { // the stream and the first append were synced
				before.created["a"] = h.created["a"]
				for name, r := range h.acked {
					if name[:4] == "a/fi" {
						before.acked[name] = r
					}
				}
			}
			return before
		})
	}
}
