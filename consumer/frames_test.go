package consumer

import (
	"bytes"
	"slices"
	"testing"
)

// However the bytes come, a close is seen where the library would see one.
func FuzzFrames(f *testing.F) {
	f.Add(append(clientFrame(0x81, []byte("hello")), clientFrame(0x88, nil)...), uint8(1))
	f.Add(append([]byte{0x82, 0xfe, 1, 0, 0, 0, 0, 0}, make([]byte, 256+6)...), uint8(7))
	f.Add([]byte{0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88}, uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, step uint8) {
		var whole, pieces int
		one := frames{closing: func() { whole++ }}
		one.see(b)
		many := frames{closing: func() { pieces++ }}
		for p := range slices.Chunk(b, int(step)+1) {
			many.see(p)
		}
		if whole != pieces || len(one.head) > 14 {
			t.Errorf("%d closes in one piece, %d in pieces of %d", whole, pieces, int(step)+1)
		}
	})
}

func TestFramesSeesOnlyCloses(t *testing.T) {
	closed := 0
	f := frames{closing: func() { closed++ }}
	long := append([]byte{0x82, 0x80 | 126, 1, 0, 0, 0, 0, 0}, bytes.Repeat([]byte{0x88}, 256)...)
	longest := append([]byte{0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, bytes.Repeat([]byte{0x88}, 1<<16)...)
	for _, b := range [][]byte{clientFrame(0x81, []byte{0x88, 0x80}), clientFrame(0x8a, []byte("1")), long, longest, clientFrame(0x81, nil)} {
		if f.see(b); closed != 0 || len(f.head) != 0 || f.left != 0 {
			t.Fatalf("%d closes, %d bytes of a head and %d of a payload are open", closed, len(f.head), f.left)
		}
	}
	if f.see(clientFrame(0x88, []byte{3, 232})); closed != 1 {
		t.Errorf("%d closes", closed)
	}
}
