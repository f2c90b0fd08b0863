package journal

import "testing"

func BenchmarkWireCommandEncode(b *testing.B) {
	c := sampleCommand(1)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendCommand(buf[:0], &c)
	}
}

func BenchmarkWireCommandDecode(b *testing.B) {
	const n = 100
	buf := AppendDelivery(nil, "florin.replies.X")
	for i := range n {
		c := sampleCommand(i)
		buf = AppendCommand(buf, &c)
	}
	b.ReportAllocs()
	for i := 0; i < b.N; i += n {
		d, err := ParseDelivery(buf)
		if err != nil || len(d.Commands) != n {
			b.Fatal(err)
		}
	}
}

func BenchmarkWireEventEncode(b *testing.B) {
	e := sampleEvent(1)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendEvent(buf[:0], &e)
	}
}

func BenchmarkWireEventDecode(b *testing.B) {
	e := sampleEvent(1)
	buf := AppendEvent(nil, &e)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseEvent(buf); err != nil {
			b.Fatal(err)
		}
	}
}
