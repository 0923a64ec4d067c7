package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

const macSize = 16

// ErrForged is wrapped when a control message was not signed with the installation's secret for the channel it came on.
var ErrForged = errors.New("not signed by this installation")

// Sealer signs control messages, so that write access to Redis is not read access to logs. Safe for concurrent use.
type Sealer struct{ key []byte }

// NewSealer derives its key from the installation's secret.
func NewSealer(secret []byte) Sealer {
	return Sealer{DeriveKey(secret, "livetail control messages")}
}

// DeriveKey makes a 32-byte key for one purpose from the installation's secret (the expand step of RFC 5869).
func DeriveKey(secret []byte, purpose string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(purpose))
	h.Write([]byte{1})
	return h.Sum(nil)
}

// Seal is m's form on channel: version, kind, body, and a MAC that also covers the channel's name, so that a message caught
// on one channel says nothing on another.
func (s Sealer) Seal(channel string, m Message) []byte {
	b := m.appendTo([]byte{Version, m.kind()})
	return append(b, s.mac(channel, b)...)
}

// Open reads what Seal wrote for the same channel.
func (s Sealer) Open(channel string, b []byte) (Message, error) {
	if len(b) < 2+macSize {
		return nil, malformed("control message of %d bytes", len(b))
	}
	body, mac := b[:len(b)-macSize], b[len(b)-macSize:]
	if body[0] != Version {
		return nil, malformed("control message of version %d, this is %d", body[0], Version)
	}
	if !hmac.Equal(mac, s.mac(channel, body)) {
		return nil, fmt.Errorf("control message of kind %d on %s: %w", body[1], channel, ErrForged)
	}
	return parseMessage(body[1], body[2:])
}

func (s Sealer) mac(channel string, body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(channel))
	h.Write([]byte{0})
	h.Write(body)
	return h.Sum(nil)[:macSize]
}
