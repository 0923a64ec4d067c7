package tailer

import (
	"bytes"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
	"livetail/tailer/spool"
)

const (
	checkBytes = 256 << 10       // a token's check is renewed after so much,
	checkTime  = 1 * time.Second // or so long, but not for each tiny frame
)

// file is one file of a log: open, or lost but remembered (fd < 0).
type file struct {
	inode
	fd     int
	shared *descriptor // whose fd it is
	gen    uint32
	name   string        // base name under which it was last seen
	st     unix.Stat_t   // as of the last look
	code   coding.Coding // how its lines are written, as far as that is known
	coded  bool          // and it is
	as     string        // how the config says they are
	off    int64         // read and handed over so far
	dirty  bool          // something was done to it that survey has not judged yet
	fresh  bool          // st was seen just now
	back   []byte        // up to backSize bytes before off: what must still be there
	cut    bool          // off is inside a line whose beginning went out
	upto   int64         // this round reads so far
	known  int64         // its size when what was read was last known to be still there
	began  int           // the last lesson before its first byte was read,
	read   int           // and before its last
	tried  int64         // with this size it ended in half a line,
	half   time.Time     // since then; or when it was read last
	waited time.Time     // since when others wait for the rest of the line that off is inside of; zero: none do
	show   bool          // this round lets that half go out
	until  time.Time     // end of its grace; zero: it has the log's name
	flush  bool          // grace is over: half a line is all there will ever be
	marks  []wire.Marker // said before its next bytes
	failed error         // it could not be read, and is tried again
	heir   *file         // has the same text under another inode, up to left
	left   int64
	newer  []key        // what was let go of before it, though younger
	checks []checkpoint // further back than back
	torn   *torn        // what was read of it before it was truncated may go on in a compressed copy
	tells  bool         // a position names it before anything of it is read: what comes before it was read, or is in a copy
	hole   int64        // below this offset, NULs at its beginning are a hole: it was truncated under a writer without O_APPEND

	text   *spool.Text // it is compressed: fd is of its text, as far as it is unpacked,
	packed *file       // and the inode is this one's
	fault  string      // why the text ends early,
	told   bool        // which was said
	judged bool        // what of it is new is known
	olds   []int64     // sizes of older files of its time: it may be one of them
	about  int64       // how long it may be

	samples []sample // by which the years of its lines are told, that say none
	sampled bool
	unsure  bool // of those years

	skims   bool // skimmer was asked for
	skimmer *skimmer

	judge  filter.Matcher
	primed bool // judge knows what is before off

	tok  token
	made time.Time // when tok.check was
	id   wire.File // tok's form; "": to be made
	mint mint
}

func (h *file) same(st *unix.Stat_t) bool {
	return (h.fd >= 0 || h.packed != nil) && h.inode == inodeOf(st)
}

// key is what a list calls it.
func (h *file) key() key {
	if h.packed != nil {
		return h.packed.key()
	}
	return key{h.ino, born(h.fd, "", &h.st)}
}

func (h *file) close() {
	h.closeText()
	if h.packed != nil {
		h.packed.close()
		h.packed = nil
	}
}

// closeText closes what is read, but not the compressed file that it is of: its inode stays known.
func (h *file) closeText() {
	if h.skimmer != nil {
		h.skimmer.end()
		h.skimmer, h.skims = nil, false
	}
	if h.fd >= 0 {
		h.shared.release()
		h.fd, h.shared = -1, nil
	}
	if h.text != nil {
		h.text.Close()
		h.text = nil
	}
}

func (h *file) size() int64 { return h.st.Size }

// extent is where its last whole unit ends.
func (h *file) extent() int64 { return h.coding().Align(h.size()) }

// length is its size or, of a compressed file that is not unpacked to its end, what that may be.
func (h *file) length() int64 {
	if h.text != nil {
		if _, whole := h.text.Size(); !whole && h.fault == "" {
			return max(h.size(), h.about)
		}
	}
	return h.size()
}

// look asks for the size, and whether anything was done to the file.
func (h *file) look() error {
	var now unix.Stat_t
	if err := unix.Fstat(h.fd, &now); err != nil {
		return err
	}
	h.saw(&now)
	return nil
}

// saw notes what the file is now, and in dirty if anything was done to it since.
func (h *file) saw(now *unix.Stat_t) {
	h.dirty = h.dirty || h.st.Size != now.Size || h.st.Mtim != now.Mtim || h.st.Ctim != now.Ctim
	h.st = *now
}

// pread reads at off until b is full or the file ends.
func (h *file) pread(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		m, err := h.shared.all.pread(h.fd, b[n:], off+int64(n))
		if err == unix.EINTR {
			continue
		}
		if err != nil || m == 0 {
			return n, err
		}
		n += m
	}
	return n, nil
}

// coding is how its lines are written, which its first bytes tell. What is read before they are there is taken for bytes.
func (h *file) coding() coding.Coding {
	if !h.coded {
		h.learnCoding(h.pread)
	}
	return h.code
}

func (h *file) learnCoding(read func([]byte, int64) (int, error)) {
	if h.code, h.coded = coding.Named(h.as); h.coded {
		return
	}
	var head [coding.Head]byte
	n, err := read(head[:], 0)
	full := n == len(head)
	if full && head == [coding.Head]byte{} {
		n, full = h.behindHole(head[:]), true
	}
	h.code = coding.Detect(head[:n])
	h.coded = err == nil && (full && n == len(head) || h.off > 0)
}

// seek goes to off and learns what is before it. It says whether so much is there.
func (h *file) seek(off int64) bool {
	off = h.coding().Align(off)
	b := make([]byte, min(off, backSize))
	n, err := h.pread(b, off-int64(len(b)))
	if err != nil || n < len(b) {
		return false
	}
	h.off, h.back, h.tried, h.known, h.waited = off, b, -1, off, time.Time{}
	h.cut = off > 0 && !h.coding().Ends(b)
	h.tok, h.made, h.id, h.primed = token{}, time.Time{}, "", false
	for len(h.checks) > 0 && h.checks[len(h.checks)-1].at > off {
		h.checks = h.checks[:len(h.checks)-1]
	}
	return true
}

// advance goes on behind data, which was read at off.
func (h *file) advance(data []byte) {
	h.off += int64(len(data))
	if h.cut = !h.coding().Ends(data); !h.cut {
		h.waited = time.Time{}
	}
	if len(data) >= backSize {
		h.back = append(h.back[:0], data[len(data)-backSize:]...)
		return
	}
	if over := len(h.back) + len(data) - backSize; over > 0 {
		h.back = h.back[:copy(h.back, h.back[over:])]
	}
	h.back = append(h.back, data...)
}

// intact says whether what was read last is still there, as far as it can be read: a failure is no change.
func (h *file) intact(buf []byte) bool {
	b := buf[:len(h.back)]
	n, err := h.pread(b, h.off-int64(len(b)))
	return err != nil || n == len(b) && bytes.Equal(b, h.back)
}

// reset begins the file again, after it was truncated.
func (h *file) reset() {
	h.cut, h.primed, h.coded = false, false, false
	h.off, h.back, h.tried, h.known, h.tok, h.id, h.checks = 0, h.back[:0], -1, 0, token{}, "", h.checks[:0]
}

// identify makes the file's token good for off: its check is there or not far before, and never behind.
func (t *Tailer) identify(h *file, log [3]byte) {
	now := t.clock.Now()
	soon := now.Sub(h.made) < checkTime
	renew := h.id == "" || h.off-h.tok.checkAt >= min(checkBytes, max(headSize, h.tok.checkAt)) || h.off > h.tok.checkAt && now.Sub(h.made) >= checkTime
	if h.fd >= 0 && h.tok.headN < headSize && int64(h.tok.headN) < h.size() {
		var b [headSize]byte
		if n, err := h.pread(b[:], 0); err == nil && n > h.tok.headN && t.intact(h) { // else it is what the file begins with since
			h.tok.headN, h.tok.head = n, t.mac('h', b[:n])
			h.id = ""
		}
	}
	if renew {
		h.tok.checkAt, h.tok.check = h.off, t.mac('c', h.back)
		h.remember(checkpoint{h.off, h.tok.check})
		h.made = now
		h.id = ""
	}
	if h.id == "" {
		h.tok.log, h.tok.ino, h.tok.gen, h.tok.at = log, h.ino, h.gen, now.Unix()
		h.id = h.mint.make(&h.tok, soon)
	}
}

// token is h's identity for all places at or behind check.
func (t *Tailer) token(h *file, log [3]byte, check int64) wire.File {
	if h.id != "" && h.tok.checkAt == check && h.tok.log == log {
		return h.id
	}
	room := t.buffers.get(backSize)
	defer t.buffers.put(room)
	if b := (*room)[:headSize]; h.tok.headN < headSize {
		if n, err := h.pread(b, 0); err == nil && n > h.tok.headN {
			h.tok.headN, h.tok.head = n, t.mac('h', b[:n])
		}
	}
	b := (*room)[:min(check, backSize)]
	if n, err := h.pread(b, check-int64(len(b))); err == nil && n == len(b) {
		h.tok.checkAt, h.tok.check = check, t.mac('c', b)
	} else {
		h.tok.checkAt, h.tok.check = 0, t.mac('c', nil)
	}
	h.tok.log, h.tok.ino, h.tok.gen, h.tok.at = log, h.ino, h.gen, t.clock.Now().Unix()
	h.id = h.tok.encode()
	return h.id
}

// checkpoint is what was before an offset that was read long ago.
type checkpoint struct {
	at  int64
	sum [6]byte
}

const mostChecks = 64

// remember notes c. The older the part of the file, the fewer of its checkpoints stay.
func (h *file) remember(c checkpoint) {
	if len(h.checks) == mostChecks {
		kept := h.checks[:0]
		for i, old := range h.checks {
			if i%2 == 1 || i >= mostChecks/2 {
				kept = append(kept, old)
			}
		}
		h.checks = kept
	}
	h.checks = append(h.checks, c)
}

// holds says whether the file still has what tok saw in it.
func (t *Tailer) holds(h *file, tok token) bool {
	b := make([]byte, backSize)
	head := b[:tok.headN]
	if n, err := h.pread(head, 0); err != nil || n < len(head) || len(head) > 0 && t.mac('h', head) != tok.head {
		return false
	}
	check := b[:min(tok.checkAt, backSize)]
	n, err := h.pread(check, tok.checkAt-int64(len(check)))
	return err == nil && n == len(check) && t.mac('c', check) == tok.check
}
