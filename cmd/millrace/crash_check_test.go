package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// logRecord is a record as `get --format ndjson` prints it.
type logRecord struct {
	Shard, Key, Data, Arrival string
	Sequence                  uint64
}

// event is a record of the test, decoded by encoding/json.
type event struct {
	ID, N int64
	K     string
	ok    bool
}

// check runs the app to the end of its input, without producers, and compares.
func (c *crashes) check() {
	c.command("run", "-q", filepath.Join(c.dir, "app.sql"), "--data", filepath.Join(c.dir, "data"))
	log := c.get("events")
	c.checkLog("events", log)
	both := c.get("copied")
	c.checkLog("copied", both)
	both = slices.DeleteFunc(both, func(r logRecord) bool { return strings.HasPrefix(r.Key, "c") })
	copied, divided, sums := map[string][]string{}, map[string][]string{}, map[string][]string{}
	var landed []string
	errors := map[string]int{}
	for _, r := range log {
		e := r.event()
		if !e.ok {
			for _, pump := range []string{"PASS", "COPY", "DIVIDE", "LAND"} {
				errors[pump+" DecodeError"]++
			}
			continue
		}
		row := fmt.Sprintf(`{"ID":%d,"K":"%s","N":%d}`, e.ID, e.K, e.N)
		copied[r.Key] = append(copied[r.Key], row)
		landed = append(landed, fmt.Sprintf("%d,%s,%d", e.ID, e.K, e.N))
		if e.N == 0 {
			errors["DIVIDE DivideByZero"]++
		}
	}
	inLogOrder(log)
	for _, r := range log {
		if e := r.event(); e.ok && e.N != 0 {
			key := fmt.Sprint(100 / e.N)
			divided[key] = append(divided[key], fmt.Sprintf(`{"ID":%d,"Q":%s}`, e.ID, key))
		}
	}
	c.windows(log, sums)
	c.same("copied", byKey(both), copied)
	c.same("divided", byKey(c.get("divided")), divided)
	c.same("sums", byKey(c.get("sums")), sums)
	c.sameRows("landed", strings.Fields(c.command("query", "--data", filepath.Join(c.dir, "data"), "--format", "csv", "SELECT * FROM landed"))[1:], landed)
	lines := strings.Fields(c.command("query", "--data", filepath.Join(c.dir, "data"), "--format", "csv",
		"SELECT PUMP_NAME, ERROR_NAME, COUNT(*) FROM error_stream GROUP BY PUMP_NAME, ERROR_NAME"))[1:]
	var want []string
	for name, n := range errors {
		want = append(want, fmt.Sprintf("%s,%d", strings.ReplaceAll(name, " ", ","), n))
	}
	c.sameRows("error_stream", lines, want)
	c.t.Logf("%d records in the log, %d acknowledged, %d torn", len(log), c.acknowledged(), errors["LAND DecodeError"])
}

func (c *crashes) get(stream string) []logRecord {
	c.t.Helper()
	var out []logRecord
	for line := range strings.Lines(c.command("get", stream, "--data", filepath.Join(c.dir, "data"), "--format", "ndjson")) {
		var r logRecord
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			c.t.Fatalf("get %s prints %q: %v", stream, line, err)
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b logRecord) int {
		return strings.Compare(fmt.Sprintf("%s %020d", a.Shard, a.Sequence), fmt.Sprintf("%s %020d", b.Shard, b.Sequence))
	})
	return out
}

// inLogOrder sorts records of several shards as a merge does: by arrival in
// milliseconds, then by shard and sequence.
func inLogOrder(log []logRecord) {
	slices.SortStableFunc(log, func(a, b logRecord) int { return strings.Compare(a.millis(), b.millis()) })
}

// millis is the arrival, cut; the text has six digits only where they are not zero.
func (r logRecord) millis() string { return r.Arrival[:len("2021-03-09 07:05:09.000")] }

func (r logRecord) event() (e event) {
	var fields struct {
		ID *int64  `json:"id"`
		K  *string `json:"k"`
		N  *int64  `json:"n"`
	}
	if json.Unmarshal([]byte(r.Data), &fields) != nil || fields.ID == nil || fields.K == nil || fields.N == nil {
		return event{}
	}
	return event{*fields.ID, *fields.N, *fields.K, true}
}

// checkLog: sequence numbers have no gap, no record is there twice, and every
// acknowledged one is where its receipt says.
func (c *crashes) checkLog(stream string, log []logRecord) {
	next, seen, at := map[string]uint64{}, map[string]bool{}, map[string]bool{}
	for _, r := range log {
		if next[r.Shard]++; r.Sequence != next[r.Shard] {
			c.t.Fatalf(stream+": shard %s goes on with %d behind %d", r.Shard, r.Sequence, next[r.Shard]-1)
		}
		if r.event().ok && seen[r.Data] {
			c.t.Errorf("%s: record %s is in the log twice", stream, r.Data)
		}
		seen[r.Data] = true
		at[fmt.Sprintf("%s,%s,%d,%s", stream, r.Shard, r.Sequence, r.Arrival)] = true
	}
	receipts, err := os.ReadFile(c.receipts)
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(receipts)) {
		if line, whole := strings.CutSuffix(line, "\n"); whole && strings.HasPrefix(line, stream+",") && !at[line] {
			c.t.Errorf("the acknowledged record %s is not in the log", line)
		}
	}
}

// windows is the sums by arrival, cut to seconds, in order per key.
func (c *crashes) windows(log []logRecord, out map[string][]string) {
	type window struct{ second, k string }
	type sum struct{ rows, total int64 }
	sums := map[window]sum{}
	for _, r := range log {
		e := r.event()
		if !e.ok {
			continue
		}
		second, _, _ := strings.Cut(r.Arrival, ".")
		s := sums[window{second, e.K}]
		sums[window{second, e.K}] = sum{s.rows + 1, s.total + e.N}
	}
	all := slices.SortedFunc(maps.Keys(sums), func(a, b window) int { return strings.Compare(a.second, b.second) })
	for _, w := range all {
		out[w.k] = append(out[w.k], fmt.Sprintf(`{"K":"%s","W":"%s.000","C":%d,"S":%d}`, w.k, w.second, sums[w].rows, sums[w].total))
	}
}

func byKey(records []logRecord) map[string][]string {
	out := map[string][]string{}
	for _, r := range records {
		out[r.Key] = append(out[r.Key], r.Data)
	}
	return out
}

// same compares the rows of a stored stream per partition key, in order.
func (c *crashes) same(what string, got, want map[string][]string) {
	c.t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		g, w := got[key], want[key]
		for i := range max(len(g), len(w)) {
			if i >= len(g) || i >= len(w) || g[i] != w[i] {
				c.t.Errorf("%s, key %s: row %d of %d is %s, want %s (%d rows)", what, key, i, len(g), at(g, i), at(w, i), len(w))
				break
			}
		}
		delete(got, key)
	}
	for key := range got {
		c.t.Errorf("%s has rows of key %s, which the log has not", what, key)
	}
}

func at(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return "nothing"
}

// sameRows compares rows as a multiset.
func (c *crashes) sameRows(what string, got, want []string) {
	c.t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	c.same(what, map[string][]string{"": got}, map[string][]string{"": want})
}
