package bench

import (
	"fmt"
	"testing"

	"github.com/klauspost/compress/s2"
)

// BenchmarkS2 is the floor under a compressed log: decompressing blocks of
// trades and nothing else, one core. One block over and over is what a processor
// learns by heart; a log is made of different ones.
func BenchmarkS2(b *testing.B) {
	const blockBytes = 256 << 10
	t := logTrades[1000]()
	var packed [][]byte
	size := 0
	for at := 0; at+blockBytes <= len(t.data); at += blockBytes {
		packed = append(packed, s2.Encode(nil, t.data[at:at+blockBytes]))
		size += len(packed[len(packed)-1])
	}
	ratio := float64(len(packed)*blockBytes) / float64(size)
	for _, blocks := range []int{1, len(packed)} {
		b.Run(fmt.Sprintf("blocks=%d", blocks), func(b *testing.B) {
			oneCore(b)
			b.SetBytes(int64(len(packed) * blockBytes))
			dst := make([]byte, blockBytes)
			for b.Loop() {
				for i := range packed {
					if _, err := s2.Decode(dst, packed[i%blocks]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(ratio, "raw/stored")
		})
	}
}
