package consumer

import (
	"bufio"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// conn is the connection below a WebSocket, with what is needed to tell a slow page from a dead one.
type conn struct {
	net.Conn
	read, written atomic.Uint64
	frames        frames // the reading goroutine's
}

// gauge is how far a connection got. acked and received only grow; unsent says that bytes wait for the page to take some.
type gauge struct {
	acked, received uint64
	unsent          bool
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(uint64(n))
	c.frames.see(p[:n])
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(uint64(n))
	return n, err
}

// gauge asks the kernel, where it knows what the other end has acknowledged. Elsewhere what went into the kernel must do.
func (c *conn) gauge() gauge {
	if g, ok := tcpGauge(c.Conn); ok {
		return g
	}
	return gauge{acked: c.written.Load(), received: c.read.Load()}
}

// hijacker hands the WebSocket library our conn in place of the server's, with a bounded send buffer: the kernel would
// grow it to megabytes of old lines for each slow page.
type hijacker struct {
	http.ResponseWriter
	sendBuffer int
	closing    func() // called when the page begins to close
	conn       *conn
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		c.Close()
		return nil, nil, err
	}
	if b, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		_ = b.SetWriteBuffer(h.sendBuffer) // an older kernel's refusal costs memory, nothing else
	}
	h.conn = &conn{Conn: c, frames: frames{closing: h.closing}}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered()) // what came with the handshake does not pass through Read
	h.conn.frames.see(early)
	rw.Writer.Reset(h.conn)
	return h.conn, rw, nil
}
