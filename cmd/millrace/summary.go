package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/millrace-sql/millrace"
)

// printSummary is the account of the pumps: every row that came in is in one of
// the other columns.
func printSummary(w io.Writer, s *millrace.Summary) {
	if len(s.Pumps) == 0 {
		return
	}
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	t.AppendHeader(table.Row{"pump", "in", "out", "filtered", "late", "rejected", "waiting", "rows/s"})
	for _, p := range s.Pumps {
		t.AppendRow(table.Row{p.Pump, p.In, p.Out, p.Filtered, p.Late, p.Rejected, p.Waiting, rate(p.In, p.Seconds)})
	}
	fmt.Fprintln(w, t.Render())
	rejected := int64(0)
	for _, p := range s.Pumps {
		rejected += p.Rejected
	}
	if rejected > 0 {
		fmt.Fprintf(w, "rows rejected: %d; SELECT ERROR_NAME, MESSAGE, STREAM_NAME, SEQUENCE_NUMBER FROM error_stream shows them\n", rejected)
	}
}

func rate(rows int64, seconds float64) string {
	if seconds <= 0 || rows == 0 {
		return "-"
	}
	return strconv.FormatInt(int64(float64(rows)/seconds), 10)
}

// progress shows on a terminal how far the pumps are; elsewhere it is silent.
type progress struct {
	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	rows map[string]int64
}

func newProgress(w io.Writer) *progress {
	p := &progress{rows: map[string]int64{}}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return p
	}
	p.bar = progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(w), progressbar.OptionClearOnFinish(), progressbar.OptionSpinnerType(14),
		progressbar.OptionSetElapsedTime(false),
	)
	return p
}

func (p *progress) show(s millrace.PumpSummary) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	p.rows[s.Pump] = s.In
	total := int64(0)
	for _, n := range p.rows {
		total += n
	}
	// The library's own rate is nonsense for the first moments.
	p.bar.Describe(fmt.Sprintf("%d rows in, %s rows/s", total, rate(total, s.Seconds)))
	_ = p.bar.Set64(total) // a terminal that cannot be drawn on is no reason to stop
}

// clear takes the bar off the terminal before something else is printed.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear() // as above
	}
}
