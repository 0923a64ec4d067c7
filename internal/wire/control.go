package wire

import (
	"encoding/binary"
	"encoding/json"
)

// Job is an asynq task's whole payload: where to say hello. All state of the tail stays with delivery.
type Job struct {
	Version int    `json:"v"`
	Web     string `json:"web"`
	Tail    string `json:"tail"`
	Attempt uint32 `json:"attempt"`
}

// Marshal is the task's payload.
func (j Job) Marshal() []byte {
	b, _ := json.Marshal(j) // strings and numbers: cannot fail
	return b
}

// ParseJob reads a task's payload.
func ParseJob(b []byte) (Job, TailID, error) {
	var j Job
	if err := json.Unmarshal(b, &j); err != nil {
		return j, TailID{}, malformed("job: %v", err)
	}
	if j.Version != Version {
		return j, TailID{}, malformed("job of version %d, this is %d", j.Version, Version)
	}
	id, err := ParseTailID(j.Tail)
	return j, id, err
}

// JobState is what became of a job.
type JobState int

const (
	// JobPending: it waits for a worker.
	JobPending JobState = iota
	// JobMissing: the queue has no such job; Redis lost it, or it ended.
	JobMissing
	// JobTaken: some worker has it or had it.
	JobTaken
)

// Message is one of the control messages below.
type Message interface {
	kind() byte
	appendTo([]byte) []byte
}

// Hello: a run asks its tail's web process whether it may go. Said every 500 ms until answered.
type Hello struct {
	Tail    TailID
	Attempt uint32
	Run     uint64
	Worker  string // process id, where go and no are to be sent
}

// Go lets one run follow, from a position. A run takes it only if Epoch is higher than its own; so "ask again from here" is
// a go with the next epoch, and lost, doubled or late messages do no harm. An equal epoch only raises the credit.
type Go struct {
	Tail   TailID
	Run    uint64
	Epoch  uint32
	Web    string
	Log    Log
	From   Position // none: begin Lines before the live edge
	Lines  uint32   // how many lines of backlog when From is none
	Rev    uint32
	Credit uint64
	Paths  bool   // markers may carry whole paths
	Quiet  bool   // no lines, only how many there are
	Filter []byte // the JSON of package filter, at most MaxFilter bytes; none: all lines pass
}

// MaxFilter bounds a filter in a message.
const MaxFilter = 8 << 10

// No ends a run.
type No struct {
	Tail TailID
	Run  uint64
}

// Bye tells a tail that its run ends or has ended by itself: the worker stops, or the follower failed.
type Bye struct {
	Tail    TailID
	Attempt uint32
	Run     uint64
	Worker  string
	Why     string
}

// Credit is how far a run may send in its epoch, as a sum of costs.
type Credit struct {
	Tail  TailID
	Run   uint64
	Epoch uint32
	Upto  uint64
}

// WorkerRoll is a worker's roll-call to one web process: all runs of its tails whose follower still turns its loop.
type WorkerRoll struct {
	Worker string
	Runs   []RunEntry
}

// RunEntry is one run of a WorkerRoll.
type RunEntry struct {
	Tail  TailID
	Run   uint64
	Epoch uint32
	Sent  uint64 // seq behind the last frame that was published
	State RunState
}

// RunState is what a listed run is doing.
type RunState uint8

const (
	// Following: it reads its log.
	Following RunState = iota
	// Queued: it has its go and waits for a free place on the worker.
	Queued
)

// WebRoll is a web process's roll-call to one worker: all runs that it has told to go.
type WebRoll struct {
	Web   string
	Tails []TailEntry
}

// TailEntry is one tail of a WebRoll.
type TailEntry struct {
	Tail   TailID
	Run    uint64
	Epoch  uint32
	Credit uint64
}

// Echo is what a process publishes to itself after each round; while it is late, silence of others does not count.
type Echo struct{ Round uint64 }

const (
	kindHello = iota + 1
	kindGo
	kindNo
	kindBye
	kindCredit
	kindWorkerRoll
	kindWebRoll
	kindEcho
	kindRequest
	kindCancel
	kindReplyCredit
)

func (Hello) kind() byte       { return kindHello }
func (Go) kind() byte          { return kindGo }
func (No) kind() byte          { return kindNo }
func (Bye) kind() byte         { return kindBye }
func (Credit) kind() byte      { return kindCredit }
func (WorkerRoll) kind() byte  { return kindWorkerRoll }
func (WebRoll) kind() byte     { return kindWebRoll }
func (Echo) kind() byte        { return kindEcho }
func (Request) kind() byte     { return kindRequest }
func (Cancel) kind() byte      { return kindCancel }
func (ReplyCredit) kind() byte { return kindReplyCredit }

func appendU32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }
func appendU64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// appendStr keeps the first 255 bytes: longer ones are only words for people.
func appendStr(b []byte, s string) []byte {
	s = s[:min(len(s), 255)]
	return append(append(b, byte(len(s))), s...)
}

func (m Hello) appendTo(b []byte) []byte {
	b = appendU32(append(b, m.Tail[:]...), m.Attempt)
	return appendStr(appendU64(b, m.Run), m.Worker)
}

func (m Go) appendTo(b []byte) []byte {
	b = appendU32(appendU64(append(b, m.Tail[:]...), m.Run), m.Epoch)
	b = appendStr(appendStr(b, m.Web), m.Log.Host)
	b = appendU32(b, uint32(len(m.Log.ID)))
	b = append(b, m.Log.ID...)
	b = m.From.AppendTo(b)
	b = appendU64(appendU32(appendU32(b, m.Lines), m.Rev), m.Credit)
	return appendBytes(append(b, bits(m.Paths, m.Quiet)), m.Filter)
}

// bits packs up to eight truths, the first lowest.
func bits(on ...bool) (b byte) {
	for i, v := range on {
		if v {
			b |= 1 << i
		}
	}
	return b
}

func appendBytes(b, v []byte) []byte { return append(appendU32(b, uint32(len(v))), v...) }

func (m No) appendTo(b []byte) []byte { return appendU64(append(b, m.Tail[:]...), m.Run) }

func (m Bye) appendTo(b []byte) []byte {
	b = appendU64(appendU32(append(b, m.Tail[:]...), m.Attempt), m.Run)
	return appendStr(appendStr(b, m.Worker), m.Why)
}

func (m Credit) appendTo(b []byte) []byte {
	return appendU64(appendU32(appendU64(append(b, m.Tail[:]...), m.Run), m.Epoch), m.Upto)
}

func (m WorkerRoll) appendTo(b []byte) []byte {
	b = appendU32(appendStr(b, m.Worker), uint32(len(m.Runs)))
	for _, e := range m.Runs {
		b = appendU32(appendU64(append(b, e.Tail[:]...), e.Run), e.Epoch)
		b = append(appendU64(b, e.Sent), byte(e.State))
	}
	return b
}

func (m WebRoll) appendTo(b []byte) []byte {
	b = appendU32(appendStr(b, m.Web), uint32(len(m.Tails)))
	for _, e := range m.Tails {
		b = appendU64(appendU32(appendU64(append(b, e.Tail[:]...), e.Run), e.Epoch), e.Credit)
	}
	return b
}

func (m Echo) appendTo(b []byte) []byte { return appendU64(b, m.Round) }

const (
	runEntrySize  = 16 + 8 + 4 + 8 + 1
	tailEntrySize = 16 + 8 + 4 + 8
)

func parseMessage(kind byte, b []byte) (Message, error) {
	in := &reader{b: b}
	var m Message
	switch kind {
	case kindHello:
		m = Hello{Tail: in.tail(), Attempt: in.u32(), Run: in.u64(), Worker: in.str()}
	case kindGo:
		g := Go{Tail: in.tail(), Run: in.u64(), Epoch: in.u32(), Web: in.str()}
		g.Log.Host = in.str()
		g.Log.ID = string(in.take(int(min(in.u32(), maxID+1))))
		g.From = in.position()
		g.Lines, g.Rev, g.Credit = in.u32(), in.u32(), in.u64()
		flags := in.u8()
		g.Paths, g.Quiet = flags&1 != 0, flags&2 != 0
		g.Filter = in.filter()
		if in.err == nil {
			in.err = g.Log.Check()
		}
		m = g
	case kindNo:
		m = No{Tail: in.tail(), Run: in.u64()}
	case kindBye:
		m = Bye{Tail: in.tail(), Attempt: in.u32(), Run: in.u64(), Worker: in.str(), Why: in.str()}
	case kindCredit:
		m = Credit{Tail: in.tail(), Run: in.u64(), Epoch: in.u32(), Upto: in.u64()}
	case kindWorkerRoll:
		r := WorkerRoll{Worker: in.str()}
		r.Runs = make([]RunEntry, 0, count(in, runEntrySize))
		for range cap(r.Runs) {
			r.Runs = append(r.Runs, RunEntry{in.tail(), in.u64(), in.u32(), in.u64(), RunState(in.u8())})
		}
		m = r
	case kindWebRoll:
		r := WebRoll{Web: in.str()}
		r.Tails = make([]TailEntry, 0, count(in, tailEntrySize))
		for range cap(r.Tails) {
			r.Tails = append(r.Tails, TailEntry{in.tail(), in.u64(), in.u32(), in.u64()})
		}
		m = r
	case kindEcho:
		m = Echo{in.u64()}
	case kindRequest:
		r := Request{Tail: in.tail(), Run: in.u64(), Reply: in.u32(), Round: in.u32(), Web: in.str(), Credit: in.u64()}
		r.Question = in.question()
		m = r
	case kindCancel:
		m = Cancel{Tail: in.tail(), Run: in.u64(), Reply: in.u32()}
	case kindReplyCredit:
		m = ReplyCredit{Tail: in.tail(), Run: in.u64(), Reply: in.u32(), Round: in.u32(), Upto: in.u64()}
	default:
		return nil, malformed("message of kind %d", kind)
	}
	return m, in.done()
}

// count reads how many entries follow, and believes it only if that many bytes are there.
func count(in *reader, size int) int {
	n := int(in.u32())
	if n*size != len(in.b) {
		in.fail("%d entries in %d bytes", n, len(in.b))
		return 0
	}
	return n
}
