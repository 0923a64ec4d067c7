package web

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// socket is a page's end of a WebSocket, as far as these tests need one; the library is consumer's alone.
type socket struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (b *browser) socket(log wire.Log) *socket {
	b.t.Helper()
	u, _ := url.Parse(b.url)
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	cookies := ""
	u.Path = b.base + "/"
	for _, c := range b.Jar.Cookies(u) {
		cookies += c.Name + "=" + c.Value + ";"
	}
	head := "GET " + b.base + "/api/v1/tail/" + log.String() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nOrigin: http://" + u.Host + "\r\nCookie: " + cookies + "\r\n"
	for i := 0; i < len(upgrade); i += 2 {
		head += upgrade[i] + ": " + upgrade[i+1] + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		b.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	for first := true; ; first = false {
		line, err := in.ReadString('\n')
		if err != nil || first && !strings.HasPrefix(line, "HTTP/1.1 101 ") {
			b.t.Fatalf("handshake: %q, %v", line, err)
		}
		if line == "\r\n" {
			return &socket{b.t, conn, in}
		}
	}
}

func (s *socket) say(message string) {
	s.t.Helper()
	frame := append([]byte{0x81, 0x80 | byte(len(message)), 0, 0, 0, 0}, message...)
	if _, err := s.conn.Write(frame); err != nil {
		s.t.Fatal(err)
	}
}

// endsWith reads until the server closes.
func (s *socket) endsWith(code uint16) {
	s.t.Helper()
	for {
		kind, payload, err := s.read()
		if err != nil {
			s.t.Fatalf("ended without a close: %v", err)
		}
		if kind != 8 {
			continue
		}
		if got := binary.BigEndian.Uint16(payload); got != code || len(payload) < 3 {
			s.t.Fatalf("closed with %d %q, want %d and words", got, payload[2:], code)
		}
		return
	}
}

func (s *socket) read() (kind byte, payload []byte, err error) {
	head := make([]byte, 2)
	if _, err = io.ReadFull(s.in, head); err != nil {
		return 0, nil, err
	}
	if head[1] > 125 {
		return 0, nil, fmt.Errorf("a message of length %d", head[1])
	}
	payload = make([]byte, head[1])
	_, err = io.ReadFull(s.in, payload)
	return head[0] & 0xf, payload, err
}
