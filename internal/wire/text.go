package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// TextSeal signs text that others read from Redis, so that write access to Redis cannot make any up. A signature also covers the
// text's place (a channel, or a key and field), so that nothing can be moved. Safe for concurrent use.
type TextSeal struct{ key []byte }

// NewTextSeal derives a key for one purpose from the installation's secret.
func NewTextSeal(secret []byte, purpose string) TextSeal {
	return TextSeal{DeriveKey(secret, purpose)}
}

// Close is the signature, as hexadecimal, and body.
func (s TextSeal) Close(place, body string) string { return s.mac(place, body) + body }

// Open is the body of what Close made for the same place.
func (s TextSeal) Open(place, sealed string) (body string, ok bool) {
	if len(sealed) < 2*macSize {
		return "", false
	}
	body = sealed[2*macSize:]
	return body, hmac.Equal([]byte(sealed[:2*macSize]), []byte(s.mac(place, body)))
}

func (s TextSeal) mac(place, body string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(place))
	h.Write([]byte{0})
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil)[:macSize])
}

// Field is the place of one field of a key.
func Field(key, name string) string { return key + "\x00" + name }
