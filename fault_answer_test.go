package millrace

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace-sql/millrace/exec/flow"
	"github.com/millrace-sql/millrace/sql/types"
)

// event is a record of the log, read by the test alone.
type event struct {
	StoredRecord
	ID int64
	K  string
	N  *int64 // nil = the record does not fit its declaration
}

// check lets the pumps come to the end of the log, in a life without faults in which
// every producer puts a few records more, and compares all they have written with the
// answer computed from the log. The error is the differences.
func (c *crashes) check() error {
	var starts []step
	for pump := range c.stopped {
		starts = append(starts, c.start(pump))
	}
	if len(starts) > 0 {
		if err := c.live(nil, starts...); err != nil {
			return err
		}
	}
	db, err := c.open(nil)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	ctx := context.Background()
	producers := []Producer{{Stream: "events", Run: func(ctx context.Context, s *Stream) error { return c.put(2)(ctx, s.db) }}}
	_, err = db.Run(ctx, faultScript, &RunOptions{Producers: producers})
	return errors.Join(err, c.compare(ctx, db), db.Close())
}

func (c *crashes) compare(ctx context.Context, db *DB) error {
	log, err := readEvents(ctx, db)
	if err != nil {
		return err
	}
	copied, err1 := stored(ctx, db, "COPIED")
	sums, err2 := stored(ctx, db, "SUMS")
	quotients, err3 := stored(ctx, db, "QUOTIENTS")
	rejected, err4 := rejectedRows(ctx, db)
	landed, err5 := lines(ctx, db, "SELECT id, k, n FROM landed")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	slices.Sort(landed)
	return errors.Join(
		c.checkLog(log),
		differ("copied", copied, wantCopied(log)),
		differ("sums", sums, wantSums(log)),
		differ("quotients", quotients, wantQuotients(log)),
		differ("error_stream", rejected, wantRejected(log)),
		differ("landed", map[string][]string{"": landed}, map[string][]string{"": wantLanded(log)}),
	)
}

// checkLog: what was acknowledged is where the receipt says, nothing is there twice,
// and each producer's records have their order in every shard.
func (c *crashes) checkLog(log []event) error {
	var errs []error
	seen := map[int64]bool{}
	last := map[string]int64{}
	for _, e := range log {
		if seen[e.ID] {
			errs = append(errs, fmt.Errorf("events: record %d is there twice", e.ID))
		}
		seen[e.ID] = true
		order := fmt.Sprint(e.ID/producerIDs, e.ShardID)
		if e.ID < last[order] {
			errs = append(errs, fmt.Errorf("events: record %d comes behind %d", e.ID, last[order]))
		}
		last[order] = e.ID
		r, ok := c.acked[e.ID]
		if ok && (r != Receipt{ShardID: e.ShardID, SequenceNumber: e.SequenceNumber, Arrival: e.Arrival}) {
			errs = append(errs, fmt.Errorf("events: record %d is at %+v, its receipt says %+v", e.ID, e.StoredRecord, r))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.acked)) {
		if !seen[id] {
			errs = append(errs, fmt.Errorf("events: record %d was acknowledged and is not there", id))
		}
	}
	return errors.Join(errs...)
}

func readEvents(ctx context.Context, db *DB) ([]event, error) {
	t, err := db.Stream("EVENTS").Get(ctx, nil)
	if err != nil {
		return nil, err
	}
	var out []event
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		var raw struct {
			ID int64
			K  string
			N  any
		}
		if err := json.Unmarshal(r.Data, &raw); err != nil {
			return nil, err
		}
		r.Data = nil
		e := event{StoredRecord: r, ID: raw.ID, K: raw.K}
		if n, ok := raw.N.(float64); ok {
			whole := int64(n)
			e.N = &whole
		}
		out = append(out, e)
	}
	return out, nil
}

// stored is the records of a stream by partition key, each key's in their order.
func stored(ctx context.Context, db *DB, name string) (map[string][]string, error) {
	t, err := db.Stream(name).Get(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		out[r.PartitionKey] = append(out[r.PartitionKey], string(r.Data))
	}
	return out, nil
}

func wantCopied(log []event) map[string][]string {
	out := map[string][]string{}
	for _, e := range log {
		if e.N != nil {
			out[e.PartitionKey] = append(out[e.PartitionKey], fmt.Sprintf(`{"ID":%d,"K":%q,"N":%d}`, e.ID, e.K, *e.N))
		}
	}
	return out
}

func wantQuotients(log []event) map[string][]string {
	out := map[string][]string{}
	for _, e := range log {
		if e.N != nil && *e.N != 0 {
			out[e.PartitionKey] = append(out[e.PartitionKey], fmt.Sprintf(`{"ID":%d,"Q":%d}`, e.ID, 100 / *e.N))
		}
	}
	return out
}

func wantLanded(log []event) []string {
	var out []string
	for _, e := range log {
		if e.N != nil {
			out = append(out, fmt.Sprintf("%d | %s | %d", e.ID, e.K, *e.N))
		}
	}
	slices.Sort(out)
	return out
}

// wantSums groups by key and second of the arrival.
func wantSums(log []event) map[string][]string {
	type window struct {
		k     string
		began types.Time
	}
	type sum struct{ count, total int64 }
	sums := map[window]sum{}
	for _, e := range log {
		if e.N != nil {
			w := window{e.K, e.Arrival - e.Arrival%types.Time(types.Second)}
			sums[w] = sum{sums[w].count + 1, sums[w].total + *e.N}
		}
	}
	windows := slices.SortedFunc(maps.Keys(sums), func(a, b window) int { return int((a.began - b.began) / types.Time(types.Second)) })
	out := map[string][]string{}
	for _, w := range windows {
		out[w.k] = append(out[w.k], fmt.Sprintf(`{"BEGAN":"%s","K":%q,"C":%d,"TOTAL":%d}`, w.began, w.k, sums[w].count, sums[w].total))
	}
	return out
}

// wantRejected is the error rows of each pump: records that do not fit from all that
// read them, and what divides by zero.
func wantRejected(log []event) map[string][]string {
	out := map[string][]string{}
	for _, e := range log {
		switch {
		case e.N == nil:
			row := fmt.Sprintf("%s %d %s %s/%d", flow.CoercionError, e.ID, e.Arrival.Millis(), e.ShardID, e.SequenceNumber)
			for _, pump := range []string{"PASS", "COPY", "BAD", "LAND"} {
				out[pump] = append(out[pump], row)
			}
		case *e.N == 0: // an operator knows no origin
			out["BAD"] = append(out["BAD"], fmt.Sprintf("%s %d %s /", flow.DivideByZero, e.ID, e.Arrival.Millis()))
		}
	}
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out
}

// rejectedRows is error_stream by pump, each row as wantRejected puts it.
func rejectedRows(ctx context.Context, db *DB) (map[string][]string, error) {
	raw, err := stored(ctx, db, errorStream)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, rows := range raw {
		for _, text := range rows {
			var row errorRow
			if err := json.Unmarshal([]byte(text), &row); err != nil {
				return nil, err
			}
			data, err := hex.DecodeString(value(row.Row))
			if err != nil {
				return nil, err
			}
			var of struct{ ID int64 }
			if err := json.Unmarshal(data, &of); err != nil {
				return nil, err
			}
			out[row.Pump] = append(out[row.Pump], fmt.Sprintf("%s %d %s %s/%s", row.Name, of.ID, value(row.RowTime), value(row.Shard), value(row.Sequence)))
		}
	}
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func lines(ctx context.Context, db *DB, sql string) ([]string, error) {
	rows, err := db.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	var out []string
	for rec, err := range rows.All() {
		if err != nil {
			return nil, err
		}
		out = append(out, rowLines(rec)...)
	}
	return out, nil
}

// differ names the first difference of each group.
func differ(what string, got, want map[string][]string) error {
	var errs []error
	groups := maps.Clone(want)
	maps.Copy(groups, got)
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		if slices.Equal(got[g], want[g]) {
			continue
		}
		i := 0
		for i < len(got[g]) && i < len(want[g]) && got[g][i] == want[g][i] {
			i++
		}
		at := func(rows []string) string { return strings.Join(rows[min(i, len(rows)):min(i+3, len(rows))], " ") }
		errs = append(errs, fmt.Errorf("%s %s: %d rows, want %d; row %d on: got %s, want %s",
			what, g, len(got[g]), len(want[g]), i, at(got[g]), at(want[g])))
	}
	return errors.Join(errs...)
}
