package wire

import "encoding/binary"

// Kind says what a frame's payload is.
type Kind uint8

const (
	// Lines: the file's own bytes, not re-encoded; each line ends in \n except as Open and NoEOL say.
	Lines Kind = 1
	// Mark: one Marker as JSON.
	Mark Kind = 2
)

// Flags of a frame.
const (
	// Cont: the payload begins inside a line whose earlier part went out before.
	Cont uint8 = 1 << iota
	// Open: the payload ends inside a line; its rest follows with Cont.
	Open
	// NoEOL: the last line ended without a newline, and never will have one (its file was rotated away).
	NoEOL
	// Backlog: read before the live edge was reached for the first time.
	Backlog
	// Gapped: the lines are not contiguous in their file; Gaps says how far each is from its neighbour.
	Gapped
	// Last: the answer to a request is complete.
	Last
	// Slowed: the request is held back for live tails or a busy host.
	Slowed
)

const (
	// FrameCost is what a frame costs of its credit beside its payload, so that a flood of tiny frames is bounded too.
	FrameCost = 128
	// MinPayload is what a frame may carry at least: whoever grants credit leaves no less than this beside FrameCost.
	MinPayload = 64
	// MaxPayload bounds the payload of one frame, in bytes: 128 KiB is where Redis pub/sub is near its fastest.
	MaxPayload = 128 << 10
)

// Frame is a small header and whole lines, or parts of a long one, of one file. Every line's place follows from Start, the
// lengths before it and, where the frame is Gapped, Gaps. A Lines frame without payload says only how far a filter looked.
//
// The follower fills all but Run, Epoch, Seq, Rev and Reply, which the run adds.
type Frame struct {
	Kind  Kind
	Flags uint8
	Run   uint64 // nonce of the run
	Epoch uint32 // of an answer: the round in which it was asked
	Seq   uint64 // sum of Cost of the epoch's (or round's) earlier frames
	Rev   uint32 // revision of the filter that was in force
	Reply uint32 // 0: part of the tail; else the request that this answers
	// After is where to go on from once this frame is taken: behind it or, in an answer that reads back, before it.
	After Position
	// Index is the place of After whose file the payload is from; its token is also the token of each line here.
	Index uint8
	// Errors is how many of the payload's lines report an error, as the host reads levels; what continues such a line (a stack
	// trace) is part of it. All of the payload was looked at while the host has time for that; else, in a flood, its first 4 KiB
	// were, and the rest is taken to be like them. Without a payload, of a tail that only counts: of the lines since the last frame.
	Errors uint16
	// Start is the offset of the payload's first byte in that file.
	Start int64
	// Looked and Passed count lines that a filter saw and let through since the last frame; both 0 without a filter.
	Looked, Passed uint32
	// Behind is how many bytes lay between After and the live edge when it was read.
	Behind int64
	// Time is what the first line with a time says, in Unix milliseconds; 0: unknown or not looked for.
	Time int64
	// Gaps are of a Gapped frame: for each line of the payload a zigzag varint (AppendGap), how many bytes its first byte is
	// further in the file than the end of the line before it would be if the payload were the file's own bytes. Zeros at
	// the end may be left out. Together with the payload they are MaxPayload bytes at most.
	Gaps    []byte
	Payload []byte
}

// Cost is what the frame takes of its run's credit, and what it adds to seq.
func (f *Frame) Cost() uint64 { return FrameCost + uint64(len(f.Gaps)+len(f.Payload)) }

// AppendGap appends one line's gap to a frame's Gaps.
func AppendGap(gaps []byte, n int64) []byte { return binary.AppendVarint(gaps, n) }

// NextGap takes one line's gap from the front of a frame's Gaps; behind their end all are 0.
func NextGap(gaps []byte) (n int64, rest []byte) {
	n, size := binary.Varint(gaps)
	if size <= 0 {
		return 0, nil
	}
	return n, gaps[size:]
}

// AppendTo appends the binary form, which docs/PROTOCOL.md describes.
func (f *Frame) AppendTo(b []byte) []byte {
	b = append(b, Version, byte(f.Kind), f.Flags, byte(len(f.After)))
	b = binary.BigEndian.AppendUint64(b, f.Run)
	b = binary.BigEndian.AppendUint32(b, f.Epoch)
	b = binary.BigEndian.AppendUint64(b, f.Seq)
	b = binary.BigEndian.AppendUint32(b, f.Rev)
	b = binary.BigEndian.AppendUint32(b, f.Reply)
	b = append(b, f.Index, 0)
	b = binary.BigEndian.AppendUint16(b, f.Errors)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Start))
	b = binary.BigEndian.AppendUint32(b, f.Looked)
	b = binary.BigEndian.AppendUint32(b, f.Passed)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Behind))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Time))
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Payload)))
	b = f.After.appendPlaces(b)
	if f.Flags&Gapped != 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f.Gaps)))
		b = append(b, f.Gaps...)
	}
	return append(b, f.Payload...)
}

// ParseFrame reads what AppendTo wrote. The payload shares b.
func ParseFrame(b []byte) (Frame, error) {
	in := reader{b: b}
	var f Frame
	if v := in.u8(); in.err == nil && v != Version {
		return f, malformed("frame of version %d, this is %d", v, Version)
	}
	f.Kind, f.Flags = Kind(in.u8()), in.u8()
	places := int(in.u8())
	f.Run, f.Epoch, f.Seq = in.u64(), in.u32(), in.u64()
	f.Rev, f.Reply = in.u32(), in.u32()
	f.Index = in.u8()
	in.take(1)
	f.Errors = in.u16()
	f.Start = in.i64()
	f.Looked, f.Passed = in.u32(), in.u32()
	f.Behind, f.Time = in.i64(), in.i64()
	size, gaps := in.u32(), uint32(0)
	f.After = in.places(places)
	if f.Flags&Gapped != 0 {
		if gaps = in.u32(); gaps > MaxPayload {
			in.fail("gaps of %d bytes", gaps)
		}
		f.Gaps = in.take(int(gaps))
	}
	if size > MaxPayload-gaps {
		in.fail("payload of %d bytes", size)
	}
	f.Payload = in.take(int(size))
	if in.err == nil && f.Kind != Lines && f.Kind != Mark {
		in.fail("frame of kind %d", f.Kind)
	}
	if in.err == nil && len(f.After) > 0 && int(f.Index) >= len(f.After) {
		in.fail("place %d of %d", f.Index, len(f.After))
	}
	return f, in.done()
}
