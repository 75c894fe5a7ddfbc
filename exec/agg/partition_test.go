package agg

import (
	"testing"
)

// TestPartitionsByText: columns whose text makes the same partition key are in the
// same partition, whatever they hold.
func TestPartitionsByText(t *testing.T) {
	mem := checked(t)
	long := string(make([]byte, MaxKeyText))
	for _, c := range []struct {
		several bool
		a, b    any
		same    bool
	}{
		{false, nil, "", true},          // NULL has no text
		{true, "a|b", "a", true},        // ("a|b", "c") and ("a", "b|c")
		{true, "a|b", "a|c", true},      // what decides is not looked at
		{false, "a|b", "a|c", false},    // one column alone is the whole key
		{false, long + "x", long, true}, // the key is cut
		{false, "a", "b", false},
	} {
		col := column(t, mem, varchar.Arrow(), c.a, c.b)
		p := NewPartitions(64, c.several)
		same := false
		for _, rows := range p.Split(col, []uint32{0, 1}) {
			same = same || len(rows) == 2
		}
		col.Release()
		if same != c.same {
			t.Errorf("%.8q and %.8q in one partition: %v, want %v", c.a, c.b, same, c.same)
		}
	}
}
