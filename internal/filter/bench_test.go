package filter

import (
	"bytes"
	"fmt"
	"testing"
)

// sample is a log of 120-byte lines, of which one in a hundred times out.
func sample(size int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		text := "served from the cache in due time"
		if i%100 == 99 {
			text = "timed out after 3000ms, giving up"
		}
		level := [...]string{"INFO", "INFO", "DEBUG", "WARN"}[i%4]
		line := fmt.Sprintf("2025-11-26T10:%02d:%02d.%03dZ %5s server: request id=%08d path=/api/v1/items/%d %s", i/60%60, i%60, i%1000, level, i, i%977, text)
		b.WriteString(line)
		for range 119 - len(line) {
			b.WriteByte('.')
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func BenchmarkChunk(b *testing.B) {
	data := sample(8 << 20)
	for _, c := range []struct{ name, filter string }{
		{"literal, case", `{"include":[{"text":"timed out","case":true}]}`},
		{"literal", `{"include":[{"text":"timed out"}]}`},
		{"literal, passes all", `{"include":[{"text":"request"}]}`},
		{"literal, nowhere", `{"include":[{"text":"segfault"}]}`},
		{"exclude", `{"exclude":[{"text":"timed out"}]}`},
		{"regex", `{"include":[{"text":"timed out after [0-9]+ms","regex":true,"case":true}]}`},
		{"regex, any case", `{"include":[{"text":"timed out after [0-9]+ms","regex":true}]}`},
		{"regex of alternatives", `{"include":[{"text":"(segfault|timed out|panic)","regex":true,"case":true}]}`},
		{"regex without a text", `{"include":[{"text":"[0-9]{4}[a-z]","regex":true,"case":true}]}`},
		{"regex of an address", `{"include":[{"text":"\\b([0-9]{1,3}\\.){3}[0-9]{1,3}\\b","regex":true}]}`},
		{"regex at the beginning", `{"include":[{"text":"^[0-9-]+T10:5","regex":true}]}`},
		{"levels", `{"levels":["error","warn"]}`},
		{"field", `{"fields":[{"name":"id","value":"00000077"}]}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := parse(b, c.filter).NewMatcher()
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var spans []Span
			passed := 0
			for b.Loop() {
				passed = 0
				for at := 0; at < len(data); at += 1 << 17 / 120 * 120 {
					spans = m.Chunk(data[at:min(at+1<<17/120*120, len(data))], false, spans[:0])
					for _, s := range spans {
						passed += s.Lines
					}
				}
			}
			b.ReportMetric(float64(passed), "passed")
		})
	}
}
