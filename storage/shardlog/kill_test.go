package shardlog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/millrace-sql/millrace/storage/kv"
)

const killDirVariable = "SHARDLOG_KILL_TEST_DIR"

// TestMain lets the test binary be the process that TestKill kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDirVariable); dir != "" {
		fmt.Fprintln(os.Stderr, appendUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends records of one lane for ever, and prints how many are acknowledged.
func appendUntilKilled(dir string) error {
	db, err := kv.Open(dir, kv.Options{Durability: kv.None, SegmentBytes: 4 << 20})
	if err != nil {
		return err
	}
	l, err := Open(db, Options{})
	if err != nil {
		return err
	}
	if err := l.CreateStream("s", 3); err != nil && !errors.Is(err, ErrStreamExists) {
		return err
	}
	lane := Lane{ID: 1}
	if lane.FirstOrdinal, err = l.LastOrdinal("s", lane.Incarnation, lane.ID); err != nil {
		return err
	}
	for {
		var recs []Record
		for i := range lane.FirstOrdinal%50 + 1 {
			n := strconv.FormatUint(lane.FirstOrdinal+i, 10)
			recs = append(recs, Record{PartitionKey: n, Data: append([]byte(n), make([]byte, 200)...)})
		}
		if _, err := l.Append(context.Background(), "s", recs, &lane); err != nil {
			return err
		}
		lane.FirstOrdinal += uint64(len(recs))
		fmt.Println(lane.FirstOrdinal)
	}
}

// However often the process is killed, every acknowledged record is there once, and the lane goes on behind the last.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acked := uint64(0)
	for run := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killDirVariable+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			// What it prints before it dies was acknowledged; the last line may be cut, to a smaller number.
			if ordinal, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				acked = max(acked, ordinal)
			}
			if n == 100+50*run {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the process ended by itself")
		}
	}
	l := openLog(t, openDB(t, dir), Options{})
	next, err := l.LastOrdinal("s", [16]byte{}, 1)
	if err != nil || next < acked || acked == 0 {
		t.Fatalf("the lane goes on at %d, %d were acknowledged; %v", next, acked, err)
	}
	seen := map[string]bool{}
	for sh := range 3 {
		for i, r := range readAll(t, l, "s", sh, Oldest()) {
			if r.sequence != uint64(i+1) || seen[r.key] || r.data[:len(r.key)] != r.key {
				t.Fatalf("shard %d, record %d: %s with sequence number %d", sh, i, r.key, r.sequence)
			}
			seen[r.key] = true
		}
	}
	if uint64(len(seen)) != next {
		t.Errorf("%d records, the lane goes on at %d", len(seen), next)
	}
}
