package millrace

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// outcome is what a run has produced: sections of lines in an order that counts.
type outcome map[string][]string

// diff is the first difference; "" = none.
func (want outcome) diff(got outcome) string {
	all := maps.Clone(want)
	maps.Copy(all, got)
	// Streams before the accounts of those that read them.
	order := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return strings.Compare(b, a) })
	for _, section := range order {
		w, g := want[section], got[section]
		for i := range max(len(w), len(g)) {
			line := func(l []string) string {
				if i < len(l) {
					return l[i]
				}
				return fmt.Sprintf("(no line, of %d)", len(l))
			}
			if line(w) != line(g) {
				return fmt.Sprintf("%s, line %d of %d and %d\nreference: %s\n  variant: %s", section, i+1, len(w), len(g), line(w), line(g))
			}
		}
	}
	return ""
}

// outcome reads everything that DESIGN §6 compares.
func (r *progRun) outcome() outcome {
	out := outcome{}
	for _, u := range r.p.pumps {
		r.account(out, u)
	}
	// Tables show every row where a pump is stopped, whenever its files were due.
	for _, p := range r.db.pumpsIf(func(*pump) bool { return true }) {
		r.must("stop of pump "+p.name, r.db.stop(context.Background(), p))
	}
	for _, s := range r.p.streams {
		switch s.kind {
		case "stored":
			r.byKey(out, "stream "+s.name, "SELECT PARTITION_KEY, "+namesOf(s)+" FROM "+s.name)
		case "lake":
			out["table "+s.name] = sorted(r.lines("SELECT " + namesOf(s) + " FROM " + s.name))
		}
	}
	const common = "SELECT PARTITION_KEY, PUMP_NAME, ERROR_NAME, MESSAGE, DATA_ROWTIME, STREAM_NAME, SHARD_ID, SEQUENCE_NUMBER, DATA_ROW"
	r.rejects(out, "error_stream", common+" FROM error_stream")
	r.rejects(out, "late_stream", common+", WATERMARK, WINDOW_END FROM late_stream")
	return out
}

func namesOf(s *progRel) string {
	var names []string
	for _, c := range s.columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// lines is the rows of a query; a pump's output must be readable again.
func (r *progRun) lines(sql string) []string {
	rows, err := r.db.Query(context.Background(), sql)
	r.must(sql, err)
	var out []string
	for rec, err := range rows.All() {
		r.must(sql, err)
		out = append(out, rowLines(rec)...)
	}
	if n, first := rows.Rejected(); n > 0 {
		r.t.Errorf("%s: %d rows left out: %s", sql, n, first)
	}
	return out
}

// sorted sorts lines whose order says nothing.
func sorted(lines []string) []string {
	slices.Sort(lines)
	return lines
}

// byKey is a section per partition key: there the order counts.
func (r *progRun) byKey(out outcome, section, sql string) {
	for _, line := range r.lines(sql) {
		key, _, _ := strings.Cut(line, " | ")
		out[section+" key "+key] = append(out[section+" key "+key], line)
	}
}

// rejects is error_stream and late_stream, without what hangs on the arrival times
// of output streams (DESIGN §6, "Exempt").
func (r *progRun) rejects(out outcome, name, sql string) {
	mixed := map[string]bool{}
	for _, line := range r.lines(sql) {
		cells := strings.Split(line, " | ")
		i := slices.IndexFunc(r.p.pumps, func(u progPump) bool { return strings.EqualFold(u.name, cells[1]) })
		if data, err := hex.DecodeString(cells[8]); err == nil {
			cells[8] = string(data)
		}
		if u := r.p.pumps[i]; u.loose {
			cells[4], cells[7] = "", ""
			cells[3] = arrivalText.ReplaceAllString(cells[3], "")
			cells[8] = rowTimeMember.ReplaceAllString(cells[8], "")
			// Its records came in several lanes: the order of those with different keys is
			// that of their arrivals.
			mixed[name+" "+cells[0]] = u.mixed
		}
		section := name + " " + cells[0]
		out[section] = append(out[section], strings.Join(cells, " | "))
	}
	for section, is := range mixed {
		if is {
			out[section] = sorted(out[section])
		}
	}
}

var (
	arrivalText   = regexp.MustCompile(`its arrival .*`)
	rowTimeMember = regexp.MustCompile(`"ROWTIME":"[^"]*",?`)
)

// account is the figures of a pump; every row of an operator has exactly one fate.
func (r *progRun) account(out outcome, u progPump) {
	state, s, err := r.db.pumpNamed(strings.ToUpper(u.name)).state()
	if err != nil || state == stateStopped {
		r.t.Errorf("pump %s is %s: %v", u.name, state, err)
	}
	lines := []string{fmt.Sprintf("in=%d out=%d filtered=%d late=%d rejected=%d waiting=%d", s.In, s.Out, s.Filtered, s.Late, s.Rejected, s.Waiting)}
	for _, o := range s.Operators {
		if o.In != o.Passed+o.Absorbed+o.Filtered+o.Late+o.Rejected || o.Absorbed != o.Waiting+o.Released {
			r.t.Errorf("pump %s: %+v does not sum up", u.name, o)
		}
		lines = append(lines, fmt.Sprintf("%+v", o))
	}
	out["account "+u.name] = lines
}
