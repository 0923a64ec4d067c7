package consumer

import "encoding/binary"

// frames follows the frames that a page sends, only to see a close at once. The library says it too, but only after it
// has answered, and the answer waits for a write that is under way: seconds, in which a worker holds a file open for nobody.
type frames struct {
	closing func()

	head []byte // of a frame, as far as it has come
	left uint64 // bytes of payload still to come
}

const opClose = 8

func (f *frames) see(p []byte) {
	for len(p) > 0 {
		if f.left > 0 {
			n := min(f.left, uint64(len(p)))
			f.left -= n
			p = p[n:]
			continue
		}
		f.head = append(f.head, p[0])
		p = p[1:]
		size, payload := headOf(f.head)
		if len(f.head) < size {
			continue
		}
		if f.head[0]&0xf == opClose {
			f.closing()
		}
		f.head, f.left = f.head[:0], payload
	}
}

// headOf is the length of a frame's head, as far as its beginning tells, and of its payload when the head is complete.
func headOf(head []byte) (size int, payload uint64) {
	const mask, extended = 0x80, 2
	if len(head) < extended {
		return extended, 0
	}
	size = extended
	if head[1]&mask != 0 {
		size += 4
	}
	switch n := head[1] &^ mask; n {
	case 126:
		if size += 2; len(head) >= size {
			payload = uint64(binary.BigEndian.Uint16(head[extended:]))
		}
	case 127:
		if size += 8; len(head) >= size {
			payload = binary.BigEndian.Uint64(head[extended:])
		}
	default:
		payload = uint64(n)
	}
	return size, payload
}
