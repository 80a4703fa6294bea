package targets

import "testing"

func BenchmarkRead(b *testing.B) {
	seeds, err := Seeds("../..")
	if err != nil {
		b.Fatal(err)
	}
	r := NewReader(seeds)
	for n := uint64(0); b.Loop(); n++ {
		random := Random(1, n)
		if _, err := r.Try(r.Make(random), random); err != nil {
			b.Fatal(err)
		}
	}
}
