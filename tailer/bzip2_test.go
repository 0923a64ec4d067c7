package tailer

import (
	"bytes"
	"math/bits"
	"slices"
)

// bzip2 compresses, badly: nothing in Go makes such files.
func bzip2(text []byte) []byte {
	w := &bitWriter{}
	w.out = append(w.out, "BZh9"...)
	all := uint32(0)
	for block := range slices.Chunk(text, 300_000) {
		crc := bzip2Sum(block)
		all = bits.RotateLeft32(all, 1) ^ crc
		w.put(0x314159265359, 48)
		w.put(uint64(crc), 32)
		w.block(runs(block))
	}
	w.put(0x177245385090, 48)
	w.put(uint64(all), 32)
	w.put(0, (8-w.n)%8)
	return w.out
}

type bitWriter struct {
	out []byte
	n   int // bits in the last byte; 8 and 0 are alike
}

func (w *bitWriter) put(v uint64, n int) {
	for n--; n >= 0; n-- {
		if w.n %= 8; w.n == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(v>>n&1) << (7 - w.n)
		w.n++
	}
}

func bzip2Sum(b []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			crc = crc<<1 ^ 0x04c11db7&-(crc>>31)
		}
	}
	return ^crc
}

// runs writes four of the same as four and how many more follow.
func runs(b []byte) (out []byte) {
	for len(b) > 0 {
		n := 1
		for n < len(b) && n < 255 && b[n] == b[0] {
			n++
		}
		out = append(out, b[:min(n, 4)]...)
		if n >= 4 {
			out = append(out, byte(n-4))
		}
		b = b[n:]
	}
	return out
}

// block sorts b's rotations, moves what came last to the front, counts zeros, and takes as many bits for one symbol as for another.
func (w *bitWriter) block(b []byte) {
	double := append(bytes.Clone(b), b...)
	order := make([]int, len(b))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return bytes.Compare(double[i:i+len(b)], double[j:j+len(b)]) })
	w.put(0, 1)
	w.put(uint64(slices.Index(order, 0)), 24)
	front := slices.Compact(slices.Sorted(slices.Values(b)))
	for high := range 16 {
		w.put(uint64(bit(slices.ContainsFunc(front, func(c byte) bool { return int(c>>4) == high }))), 1)
	}
	for high := range 16 {
		if slices.ContainsFunc(front, func(c byte) bool { return int(c>>4) == high }) {
			for low := range 16 {
				w.put(uint64(bit(slices.Contains(front, byte(high<<4|low)))), 1)
			}
		}
	}
	end := len(front) + 1
	var symbols []int
	zeros := 0
	flush := func() {
		for ; zeros > 0; zeros = (zeros - 1) / 2 {
			symbols = append(symbols, (zeros+1)%2)
		}
	}
	for _, i := range order {
		c := double[i+len(b)-1]
		at := slices.Index(front, c)
		if at == 0 {
			zeros++
			continue
		}
		flush()
		symbols = append(symbols, at+1)
		copy(front[1:at+1], front[:at])
		front[0] = c
	}
	flush()
	symbols = append(symbols, end)
	long := bits.Len(uint(end)) // of most codes; the first ones are a bit shorter, so that none is left over
	short := 1<<long - (end + 1)
	w.put(2, 3) // tables, of which one is used
	selectors := (len(symbols) + 49) / 50
	w.put(uint64(selectors), 15)
	for range selectors {
		w.put(0, 1)
	}
	for range 2 {
		w.put(uint64(long-bit(short > 0)), 5)
		for s := range end + 1 {
			if s == short && s > 0 {
				w.put(0b10, 2) // one longer from here on
			}
			w.put(0, 1)
		}
	}
	for _, s := range symbols {
		if s < short {
			w.put(uint64(s), long-1)
		} else {
			w.put(uint64(s+short), long)
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
