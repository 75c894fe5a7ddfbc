package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// crashApp is what runs when it is killed: rows from stored stream to stored
// stream, through an in-application stream into windows, with errors among them, and
// into a table of the lake.
const crashApp = `
CREATE STREAM events (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='stream', 'shards'='3');
CREATE STREAM passing (id BIGINT, k VARCHAR(8), n INTEGER);
CREATE STREAM sums (k VARCHAR(8), w TIMESTAMP, c BIGINT, s BIGINT) WITH ('connector'='stream');
CREATE STREAM copied (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='stream', 'shards'='2');
CREATE STREAM divided (id BIGINT, q INTEGER) WITH ('connector'='stream', 'partition_key'='q');
CREATE TABLE landed (id BIGINT, k VARCHAR(8), n INTEGER) WITH ('connector'='lake', 'location'='landed'%s);
CREATE PUMP pass AS INSERT INTO passing SELECT STREAM id, k, n FROM events;
CREATE PUMP sum_up AS INSERT INTO sums
  SELECT STREAM k, STEP(passing.ROWTIME BY INTERVAL '1' SECOND) AS w, COUNT(*), SUM(n)
  FROM passing GROUP BY k, STEP(passing.ROWTIME BY INTERVAL '1' SECOND);
CREATE PUMP copy AS INSERT INTO copied SELECT STREAM id, k, n FROM events;
CREATE PUMP divide AS INSERT INTO divided SELECT STREAM id, 100 / n FROM events;
CREATE PUMP land AS INSERT INTO landed SELECT STREAM id, k, n FROM events;`

const (
	crashAcks      = 1000 // records acknowledged in each life, at least
	crashProducers = 3
)

// crashTargets is the stream that each producer puts into: the last one puts beside a
// pump that writes there, records of keys of its own.
var crashTargets = [crashProducers]string{"events", "events", "copied"}

// crashes is the state of a series of lives of one data directory.
type crashes struct {
	t        *testing.T
	rand     *rand.Rand
	dir      string
	bin      string
	next     atomic.Int64 // id
	permits  chan int     // lines that a producer may write
	phases   map[string]int
	receipts string
}

// TestCrash kills the command at random points while producers put records and
// pumps write to streams and to a table, again and again on one data directory. In
// each life at least 1,000 records are acknowledged and one checkpoint is committed.
// In the end every acknowledged record is there, and every sink holds what a
// computation of its own makes of the log, record for record.
//
// MILLRACE_CRASHES=500 kills that often; MILLRACE_CRASH_SEED repeats a series.
func TestCrash(t *testing.T) {
	lives := number(t, "MILLRACE_CRASHES", 12)
	seed := number(t, "MILLRACE_CRASH_SEED", int(time.Now().UnixNano()&0xffffff))
	t.Logf("MILLRACE_CRASH_SEED=%d", seed)
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	c := &crashes{
		t: t, rand: rand.New(rand.NewPCG(uint64(seed), 1)), dir: t.TempDir(), bin: bin,
		permits: make(chan int, 1000), phases: map[string]int{},
	}
	c.receipts = filepath.Join(c.dir, "receipts")
	write(t, filepath.Join(c.dir, "app.sql"), fmt.Sprintf(crashApp, ", 'roll_interval'='300 ms'"))
	stop := c.produce()
	for life := range lives {
		if !c.live(life) {
			break
		}
	}
	stop()
	t.Logf("killed %d times; the last thing seen of a checkpoint: %v", lives, c.phases)
	if !t.Failed() {
		c.command("verify", filepath.Join(c.dir, "data")) // as the last kill left it
		c.check()
	}
}

func number(t *testing.T, name string, other int) int {
	text := os.Getenv(name)
	if text == "" {
		return other
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// produce writes records into pipes, whoever reads them, as permitted.
func (c *crashes) produce() (stop func()) {
	var wg sync.WaitGroup
	var pipes []*os.File
	for i := range crashProducers {
		path := c.pipe(i)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			c.t.Fatal(err)
		}
		// Open for both, so that a life's end is not the pipe's. What a life has read
		// and not put is lost, a line may be torn: it was never acknowledged.
		f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err != nil {
			c.t.Fatal(err)
		}
		pipes = append(pipes, f)
		wg.Go(func() {
			for n := range c.permits {
				var lines bytes.Buffer
				for range n {
					id := c.next.Add(1)
					fmt.Fprintf(&lines, `{"id":%d,"k":"%s%d","n":%d}`+"\n", id, crashTargets[i][:1], id%17, id%10)
				}
				if _, err := f.Write(lines.Bytes()); err != nil {
					return // its deadline has passed: the test ends
				}
			}
		})
	}
	return func() {
		close(c.permits)
		for _, f := range pipes {
			if err := f.SetDeadline(time.Now()); err != nil {
				c.t.Error(err)
			}
		}
		wg.Wait()
		for _, f := range pipes {
			f.Close()
		}
	}
}

func (c *crashes) pipe(i int) string { return filepath.Join(c.dir, fmt.Sprintf("pipe%d", i)) }

// live runs the command until it has done enough, and kills it somewhere.
func (c *crashes) live(life int) bool {
	args := []string{"run", "-q", filepath.Join(c.dir, "app.sql"), "--data", filepath.Join(c.dir, "data"),
		"--checkpoint", "40ms", "--log", "debug", "--receipts", c.receipts, "--key", "k"}
	for i := range crashProducers {
		args = append(args, "--put", crashTargets[i]+"="+c.pipe(i))
	}
	cmd := exec.Command(c.bin, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	before := c.acknowledged()
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	log := &crashLog{news: make(chan string, 4096)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		log.read(stderr)
	}()
	ok := c.wait(log, before)
	if err := cmd.Process.Kill(); err != nil {
		c.t.Error(err)
	}
	<-ended
	_ = cmd.Wait() // killed
	if !ok {
		c.t.Errorf("life %d did not do its work in time; it said:\n%s", life, log.text.String())
		return false
	}
	c.phases[log.last]++
	return true
}

// wait lets a life do its work and returns at a random moment after that, most often
// in the middle of a checkpoint.
func (c *crashes) wait(log *crashLog, before int) bool {
	deadline := time.After(30 * time.Second)
	committed, aim := false, c.rand.IntN(10) < 7
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case phase, more := <-log.news:
			if !more {
				return false
			}
			if phase == "committed" {
				committed = true
			}
			if aim && committed && phase == "preparing" && c.acknowledged() >= before+crashAcks {
				time.Sleep(time.Duration(c.rand.IntN(2500)) * time.Microsecond)
				return true
			}
		case <-tick.C:
			select {
			case c.permits <- 40:
			default:
			}
			if !aim && committed && c.acknowledged() >= before+crashAcks {
				time.Sleep(time.Duration(c.rand.IntN(60)) * time.Millisecond)
				return true
			}
		case <-deadline:
			return false
		}
	}
}

// acknowledged counts the whole lines of the receipts.
func (c *crashes) acknowledged() int {
	text, err := os.ReadFile(c.receipts)
	if err != nil && !os.IsNotExist(err) {
		c.t.Fatal(err)
	}
	return bytes.Count(text, []byte{'\n'})
}

// crashLog is the log of one life.
type crashLog struct {
	news chan string
	last string
	text bytes.Buffer
}

func (l *crashLog) read(r io.Reader) {
	defer close(l.news)
	for s := bufio.NewScanner(r); s.Scan(); {
		var line struct{ Msg, Phase string }
		if json.Unmarshal(s.Bytes(), &line) != nil || line.Msg != "checkpoint" {
			l.text.Write(append(s.Bytes(), '\n'))
			continue
		}
		l.last = line.Phase
		select {
		case l.news <- line.Phase:
		default: // nobody listens any more
		}
	}
}

// command runs the command to its end and gives its output.
func (c *crashes) command(args ...string) string {
	c.t.Helper()
	cmd := exec.Command(c.bin, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, out.String(), errs.String())
	}
	return out.String()
}
