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
// same as that of a plain run, in the sense of DESIGN §6. A case is its seed; it
// repeats but for the order in which goroutines run.
func TestMetamorphic(t *testing.T) {
	for i := range *metamorphic {
		seed := *metamorphicFrom + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			p := newProgram(seed)
			var config progConfig
			diff := ""
			defer func() {
				if t.Failed() || diff != "" {
					t.Errorf("%s\n%s\n\nconfiguration: %s\n\n%s\n\nrepeat: go test -run 'TestMetamorphic' -metamorphic 1 -metamorphic-from %d .", diff, "", config, p, seed)
				}
			}()
			config = reference
			want := p.run(t, config)
			for v := range *metamorphicVary {
				config = newConfig(p, v+1)
				if diff = want.diff(p.run(t, config)); diff != "" || t.Failed() {
					return
				}
			}
		})
	}
}
