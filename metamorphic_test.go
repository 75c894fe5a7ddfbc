package millrace

import (
	"flag"
	"fmt"
	"testing"
)

var (
	metamorphic     = flag.Int("metamorphic", 200, "how many random programs TestMetamorphic runs")
	metamorphicFrom = flag.Uint64("metamorphic-from", 1, "the seed of the first one")
	metamorphicVary = flag.Int("metamorphic-variants", 2, "how many ways each is run, beside the reference")
)

// TestMetamorphic runs random programs over random records: whatever the batch
// size, parallelism, pauses, checkpoints, crashes and restarts, the output is the
// same as that of a plain run, in the sense of DESIGN §6. A case is its seed; what
// hangs on the order in which goroutines run may need several runs to show again.
func TestMetamorphic(t *testing.T) {
	n := *metamorphic
	if testing.Short() {
		n = min(n, 20)
	}
	for i := range n {
		seed := *metamorphicFrom + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { runMetamorphic(t, newProgram(seed)) })
	}
}

// runMetamorphic runs one program all ways, up to the first that differs.
func runMetamorphic(t *testing.T, p *program) {
	config := reference
	defer func() { // also when a run ended the test
		if t.Failed() {
			t.Logf("configuration: %s\n\nprogram:\n%s\nrepeat: go test -run TestMetamorphic -count 20 -metamorphic 1 -metamorphic-from %d .", config, p, p.seed)
		}
	}()
	want := p.run(t, config)
	for v := range *metamorphicVary {
		config = newConfig(p, v+1)
		if diff := want.diff(p.run(t, config)); diff != "" {
			t.Error(diff)
		}
		if t.Failed() {
			return
		}
	}
}
