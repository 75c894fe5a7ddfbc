package bench

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// oneCore gives the benchmark one processor, until it ends.
func oneCore(b *testing.B) {
	before := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// meter times single passes over the same records, so that medians can be
// compared, and counts their allocations.
type meter struct {
	records int
	times   []time.Duration
	allocs  uint64
}

func (m *meter) pass(f func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	m.times = append(m.times, time.Since(start))
	runtime.ReadMemStats(&after)
	m.allocs += after.Mallocs - before.Mallocs
}

// rate is records per second of the median pass.
func (m *meter) rate() float64 {
	times := slices.Clone(m.times)
	slices.Sort(times)
	return float64(m.records) / times[len(times)/2].Seconds()
}

// report states the median rate, that of the payload unless bytes is 0, and the
// allocations per record and per batch.
func (m *meter) report(b *testing.B, bytes int64, batches int) {
	b.ReportMetric(m.rate(), "records/s")
	if bytes > 0 {
		b.ReportMetric(m.rate()*float64(bytes)/float64(m.records)/1e6, "MB/s")
	}
	b.ReportMetric(float64(m.allocs)/float64(len(m.times)*m.records), "allocs/record")
	b.ReportMetric(float64(m.allocs)/float64(len(m.times)*batches), "allocs/batch")
}
