package exec

import (
	"errors"
	"strings"
	"testing"
)

// TestBudget: the greatest holder gives way, whoever asks; what is given back is
// there for others.
func TestBudget(t *testing.T) {
	b := NewBudget(100)
	var ended []error
	small := b.hold("small", func(err error) { ended = append(ended, err) })
	large := b.hold("large", func(err error) { ended = append(ended, err) })
	if err := errors.Join(small.note(30), large.note(70), large.note(60), large.note(70)); err != nil || b.Used() != 100 {
		t.Fatalf("%v, %d bytes used", err, b.Used())
	}
	if err := small.note(31); err != nil || len(ended) != 1 || !errors.Is(ended[0], ErrMemory) {
		t.Fatalf("the small one asks: %v, ended %v", err, ended)
	}
	for _, part := range []string{"large holds 70 bytes", "101 bytes of 100 bytes"} {
		if !strings.Contains(ended[0].Error(), part) {
			t.Errorf("%q does not say %q", ended[0], part)
		}
	}
	if err := large.note(90); !errors.Is(err, ErrMemory) || len(ended) != 1 {
		t.Errorf("the large one asks: %v", err)
	}
	large.close()
	if err := small.note(99); err != nil || b.Used() != 99 {
		t.Errorf("after the large one has gone: %v, %d bytes used", err, b.Used())
	}
	small.close()
	if b.Used() != 0 || (*Budget)(nil).Used() != 0 {
		t.Errorf("%d bytes used by nobody", b.Used())
	}
	if err := (*Budget)(nil).hold("free", nil).note(1 << 40); err != nil {
		t.Errorf("without a budget: %v", err)
	}
}

// TestMeeting: an input with many rows waiting pauses while another is behind it;
// the one behind never does.
func TestMeeting(t *testing.T) {
	m := newMeeting(2)
	m.input(0).rows.Store(aheadRows + 1)
	m.input(1).rows.Store(aheadRows + 1)
	if m.ahead(0) || m.ahead(1) {
		t.Error("inputs that have promised the same wait for each other")
	}
	m.input(0).wm.Store(10)
	m.input(1).wm.Store(5)
	m.least.Store(5)
	if !m.ahead(0) || m.ahead(1) {
		t.Error("not the input ahead pauses")
	}
	if m.input(3).rows.Store(aheadRows + 1); m.ahead(3) {
		t.Error("a new input pauses before it has promised anything")
	}
}
