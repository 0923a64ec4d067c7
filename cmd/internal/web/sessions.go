package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// endedSessions tells all web processes which sessions ended. What it says is signed: who can only publish must not be
// able to sign people out.
type endedSessions struct {
	bus interface {
		Publish(ctx context.Context, channel string, payload []byte) (receivers int64, err error)
		Subscribe(channel string, handle func(payload []byte)) (confirmed <-chan struct{}, unsubscribe func())
	}
	channel string
	key     []byte
}

func (e endedSessions) tell(ctx context.Context, session string) error {
	_, err := e.bus.Publish(ctx, e.channel, append([]byte(session), e.sign([]byte(session))...))
	return err
}

// listen calls heard with each session that any process told, this one included.
func (e endedSessions) listen(heard func(session string)) (stop func()) {
	const signature = 2 * sha256.Size
	_, stop = e.bus.Subscribe(e.channel, func(payload []byte) {
		n := len(payload) - signature
		if n > 0 && hmac.Equal(payload[n:], e.sign(payload[:n])) {
			heard(string(payload[:n]))
		}
	})
	return stop
}

func (e endedSessions) sign(session []byte) []byte {
	h := hmac.New(sha256.New, e.key)
	h.Write(session)
	return []byte(hex.EncodeToString(h.Sum(nil)))
}
