package wire

import (
	"encoding/binary"
	"encoding/json"
)

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
)

const (
	frameHeader = 64
	// FrameCost is what a frame costs of its credit beside its payload, so that a flood of tiny frames is bounded too.
	FrameCost = 128
	// MinPayload is what a frame may carry at least: whoever grants credit leaves no less than this beside FrameCost.
	MinPayload = 64
	// MaxPayload bounds the payload of one frame, in bytes: 128 KiB is where Redis pub/sub is near its fastest.
	MaxPayload = 128 << 10
)

// Frame is a small header and whole lines, or parts of a long one. Its payload is contiguous in one file, so every line's
// place follows from Start and the lengths before it.
//
// The follower fills all but Run, Epoch, Seq and Rev, which the run adds.
type Frame struct {
	Kind  Kind
	Flags uint8
	Run   uint64 // nonce of the run
	Epoch uint32
	Seq   uint64 // sum of Cost of the epoch's earlier frames
	Rev   uint32 // revision of the filter that was in force
	Reply uint32 // 0: part of the tail; else the request that this answers
	// After is the position behind this frame: whoever has it goes on from here.
	After Position
	// Index is the place of After whose file the payload is from; its token is also the token of each line here.
	Index uint8
	// Start is the offset of the payload's first byte in that file.
	Start int64
	// Looked and Passed count lines that a filter saw and let through since the last frame; both 0 without a filter.
	Looked, Passed uint32
	// Behind is how many bytes lay between this frame's end and the live edge when it was read.
	Behind  int64
	Payload []byte
}

// Cost is what the frame takes of its run's credit, and what it adds to seq.
func (f *Frame) Cost() uint64 { return FrameCost + uint64(len(f.Payload)) }

// AppendTo appends the binary form, which docs/PROTOCOL.md describes.
func (f *Frame) AppendTo(b []byte) []byte {
	b = append(b, Version, byte(f.Kind), f.Flags, byte(len(f.After)))
	b = binary.BigEndian.AppendUint64(b, f.Run)
	b = binary.BigEndian.AppendUint32(b, f.Epoch)
	b = binary.BigEndian.AppendUint64(b, f.Seq)
	b = binary.BigEndian.AppendUint32(b, f.Rev)
	b = binary.BigEndian.AppendUint32(b, f.Reply)
	b = append(b, f.Index, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Start))
	b = binary.BigEndian.AppendUint32(b, f.Looked)
	b = binary.BigEndian.AppendUint32(b, f.Passed)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Behind))
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.Payload)))
	b = f.After.appendPlaces(b)
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
	in.take(3)
	f.Start = in.i64()
	f.Looked, f.Passed = in.u32(), in.u32()
	f.Behind = in.i64()
	size := in.u32()
	f.After = in.places(places)
	if size > MaxPayload {
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

// What a Marker can say.
const (
	MarkWaiting    = "waiting"    // the log is not there yet; Name
	MarkOpened     = "opened"     // reading began; Name, Bytes: size
	MarkLive       = "live"       // the live edge was reached
	MarkRotated    = "rotated"    // Name: the new file, To: what the old one is called now, if known
	MarkTruncated  = "truncated"  // the file was cut, reading goes on at its beginning
	MarkReplaced   = "replaced"   // another file took the name and nothing of the old one is left
	MarkUnreadable = "unreadable" // Why; the tail waits and goes on when it can
	MarkReadable   = "readable"   // that is over
	MarkGap        = "gap"        // Bytes that can no longer be had (-1: unknown); Why
	MarkEdge       = "edge"       // the page's position could not be used; it opens at the live edge; Why
)

// Marker is something that happened to the log, told in the flow of its lines.
type Marker struct {
	Kind  string `json:"kind"`
	At    int64  `json:"at"`             // Unix time in milliseconds on the worker
	Name  string `json:"name,omitempty"` // file name; a whole path only if the reader may see it
	To    string `json:"to,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	Why   string `json:"why,omitempty"` // words for people
}

// Frame makes the frame that carries m; the caller adds its position.
func (m Marker) Frame() (Frame, error) {
	b, err := json.Marshal(m)
	return Frame{Kind: Mark, Payload: b}, err
}
