package consumer

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"livetail/internal/delivery"
)

// filled is a page that reads nothing, and what it was sent fills its end: bytes wait here, though no message is under way.
func filled(r *rig) (*net.TCPConn, *socket) {
	c := r.mute(64 << 10)
	tail := r.tail()
	s := r.h.all()[0]
	eventually(r.t, "bytes wait to be sent", func() bool {
		tail.items <- delivery.Item{Frame: make([]byte, 1<<10)}
		await(r.t, "a frame is consumed", tail.consumed)
		return s.conn.gauge().unsent
	})
	for range 64 { // the page's end shall not take them all after all, and there is room for more here
		tail.items <- delivery.Item{Frame: make([]byte, 1<<10)}
		await(r.t, "a frame is consumed", tail.consumed)
	}
	eventually(r.t, "no message is under way", s.idle)
	if !s.conn.gauge().unsent {
		r.t.Fatal("its end has room")
	}
	return c, s
}

// still is all times of a socket that a test moves itself.
var still = Times{Beat: time.Hour, Ping: time.Hour, Dead: time.Hour, Unread: time.Hour, Touch: time.Hour}

// frame is what the server says next, to a page that reads by itself.
func frame(t *testing.T, in *bufio.Reader) (opcode byte, payload []byte) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		t.Fatalf("hearing the server: %v", err)
	}
	size := uint64(head[1])
	if more := map[uint64]int{126: 2, 127: 8}[size]; more > 0 {
		long := make([]byte, 8)
		if _, err := io.ReadFull(in, long[8-more:]); err != nil {
			t.Fatalf("hearing the server: %v", err)
		}
		size = binary.BigEndian.Uint64(long)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(in, payload); err != nil {
		t.Fatalf("hearing the server: %v", err)
	}
	return head[0] & 0xf, payload
}

const opText, opPing, opPong = 1, 9, 10

// hears reads on until the server says something with an opcode.
func hears(t *testing.T, in *bufio.Reader, opcode byte) (payload []byte) {
	t.Helper()
	for {
		if got, payload := frame(t, in); got == opcode {
			return payload
		}
	}
}

// A page that bytes wait for is sent no beat, which could block whoever minds the times, and no ping, which the library would
// close its connection for. When it has read them it is.
func TestAFullPageIsSentNoBeatAndNoPing(t *testing.T) {
	r := newRig(t, Options{Times: still})
	c, s := filled(r)
	written := s.conn.written.Load()
	s.sent.Store(0) // long ago
	if again := s.beat(); again != still.Beat {
		t.Errorf("it asks again in %v", again)
	}
	if s.ping() {
		t.Error("a ping began")
	}
	if n := s.conn.written.Load() - written; n > 0 {
		t.Errorf("%d bytes were added to those that wait", n)
	}

	in := bufio.NewReader(c)
	hears(t, in, opText) // the tail's name
	readable := make(chan struct{})
	go func() {
		defer close(readable)
		for s.conn.gauge().unsent && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		s.beat()
		for !s.ping() && t.Context().Err() == nil { // the beat is on its way
			time.Sleep(time.Millisecond)
		}
	}()
	if got := string(hears(t, in, opText)); got != string(beatText) {
		t.Errorf("heard %q", got)
	}
	hears(t, in, opPing)
	await(t, "both went out", readable)
}

// A page's ping is not answered while a message is under way: the answer would wait for that, and the library closes the
// connection then. What the page says behind it is heard at once.
func TestAPingIsNotAnsweredWhileAMessageIsUnderWay(t *testing.T) {
	r := newRig(t, Options{SendBuffer: 4 << 10, Times: still})
	c := r.mute(64 << 10)
	tail := r.tail()
	s := r.h.all()[0]
	tail.items <- delivery.Item{Frame: make([]byte, 1<<20)}
	eventually(t, "a write stands", func() bool { return !s.idle() && s.conn.gauge().unsent })
	c.Write(clientFrame(0x80|opPing, []byte("1")))
	c.Write(clientFrame(0x81, []byte(`{"op":"set","rev":1}`)))
	select {
	case <-tail.sets:
	case <-tail.closed:
		t.Fatal("the connection was closed for a ping")
	case <-time.After(patience):
		t.Fatal("never: what it says is heard")
	}
	in := bufio.NewReader(c)
	for done := false; !done; {
		opcode, payload := frame(t, in)
		if done = len(payload) == 1<<20; opcode == opPong {
			t.Error("the ping was answered")
		}
	}
	eventually(t, "no message is under way", s.idle)
	c.Write(clientFrame(0x80|opPing, []byte("2")))
	if got := string(hears(t, in, opPong)); got != "2" {
		t.Errorf("answered %q", got)
	}
}

// A page that begins to close ends with its own words, not with those for a tail that ended by itself. It says its close in two
// parts, so that all that follows of the first has been done before the second comes.
func TestAPageThatClosesHearsItsOwnCode(t *testing.T) {
	r := newRig(t, Options{Times: still})
	c := r.mute(64 << 10)
	tail := r.tail()
	s := r.h.all()[0]
	bye := clientFrame(0x88, []byte{3, 232})
	c.Write(bye[:6])
	await(t, "the tail is closed", tail.closed)
	s.write(tail, nil) // once more what the writing goroutine does, to its end
	s.mu.Lock()
	if s.reason != nil {
		t.Errorf("it ended with %+v", *s.reason)
	}
	s.mu.Unlock()
	c.Write(bye[6:])
	if code := hears(t, bufio.NewReader(c), opClose); len(code) < 2 || binary.BigEndian.Uint16(code) != 1000 {
		t.Errorf("heard a close of %v", code)
	}
	await(t, "release", r.released)
}
