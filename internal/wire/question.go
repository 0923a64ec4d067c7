package wire

// Ask is what a Question wants.
type Ask uint8

const (
	// AskRead: lines, forward or back from a place, as far as a filter lets them pass. Paging and search are both this.
	AskRead Ask = iota + 1
	// AskTime: the same from the first line that is not earlier than At, whose place is told first.
	AskTime
	// AskPlace: the same from the line that is Behind bytes before the live edge.
	AskPlace
	// AskOutline: what files there are.
	AskOutline
)

// Question is what a page asks about the whole of its log, past and present. It names places, so it may be asked again of
// another run; an answer goes on where an earlier one ended.
type Question struct {
	Ask    Ask
	Back   bool     // towards the past, newest lines first: each frame holds what comes before the one before it
	Quiet  bool     // counts only
	Paths  bool     // markers may carry whole paths
	From   Position // AskRead: go on from here; none: from the first byte there is or, Back, from the live edge
	At     int64    // AskTime: Unix milliseconds; with Step, where a stretch begins
	Behind int64    // AskPlace
	Lead   uint32   // forward: begin up to so many bytes earlier in the same file, with what leads up to the place
	Until  Position // not beyond here; none: no such place
	Lines  uint32   // at most so many lines that pass; 0: as many as there are
	Bytes  uint64   // at most so many bytes of lines; 0: as many as there are
	Look   uint64   // at most so many bytes looked at; 0: as many as there are
	Every  uint64   // Quiet, forward: say what was counted after so many bytes at the latest; 0: when it suits
	Step   uint64   // and for each stretch of so many ms, counted from At, by itself; 0: whatever lines say
	Filter []byte   // as in Go; none: all lines pass
	User   string   // whoever asks, unreadable: searches are limited per user
}

// Request puts a question to a run. A run that has it already in the same round takes only the credit from it.
type Request struct {
	Tail     TailID
	Run      uint64
	Reply    uint32 // the page's number for it, never 0; carried by all frames of the answer
	Round    uint32 // frames of an earlier round are not heard
	Web      string
	Credit   uint64 // how far the answer may go in this round, as a sum of costs
	Question Question
}

// Cancel ends an answer.
type Cancel struct {
	Tail  TailID
	Run   uint64
	Reply uint32
}

// ReplyCredit is how far an answer may go in its round.
type ReplyCredit struct {
	Tail  TailID
	Run   uint64
	Reply uint32
	Round uint32
	Upto  uint64
}

func (m Request) appendTo(b []byte) []byte {
	q := m.Question
	b = appendU32(appendU32(appendU64(append(b, m.Tail[:]...), m.Run), m.Reply), m.Round)
	b = appendU64(appendStr(b, m.Web), m.Credit)
	b = append(b, byte(q.Ask), bits(q.Back, q.Quiet, q.Paths))
	b = q.From.AppendTo(b)
	b = appendU32(appendU64(appendU64(b, uint64(q.At)), uint64(q.Behind)), q.Lead)
	b = q.Until.AppendTo(b)
	b = appendU64(appendU64(appendU32(b, q.Lines), q.Bytes), q.Look)
	b = appendU64(appendU64(b, q.Every), q.Step)
	return appendStr(appendBytes(b, q.Filter), q.User)
}

func (m Cancel) appendTo(b []byte) []byte {
	return appendU32(appendU64(append(b, m.Tail[:]...), m.Run), m.Reply)
}

func (m ReplyCredit) appendTo(b []byte) []byte {
	b = appendU32(appendU64(append(b, m.Tail[:]...), m.Run), m.Reply)
	return appendU64(appendU32(b, m.Round), m.Upto)
}

func (r *reader) question() (q Question) {
	q.Ask = Ask(r.u8())
	flags := r.u8()
	q.Back, q.Quiet, q.Paths = flags&1 != 0, flags&2 != 0, flags&4 != 0
	q.From = r.position()
	q.At, q.Behind, q.Lead = int64(r.u64()), r.i64(), r.u32() // a time may be before 1970
	q.Until = r.position()
	q.Lines, q.Bytes, q.Look = r.u32(), r.u64(), r.u64()
	q.Every, q.Step = r.u64(), r.u64()
	q.Filter, q.User = r.filter(), r.str()
	if r.err == nil && (q.Ask < AskRead || q.Ask > AskOutline) {
		r.fail("question of kind %d", q.Ask)
	}
	return q
}

func (r *reader) filter() []byte {
	n := r.u32()
	if n > MaxFilter {
		r.fail("filter of %d bytes", n)
	}
	if n == 0 || r.err != nil {
		return nil
	}
	return r.take(int(n))
}
