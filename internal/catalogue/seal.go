package catalogue

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"livetail/internal/wire"
)

const macSize = 16

// seal signs what is announced, so that write access to Redis cannot add logs. A signature also covers where the text
// stands (a channel, or a key and field), so that nothing can be moved.
type seal struct{ key []byte }

func newSeal(secret []byte) seal { return seal{wire.DeriveKey(secret, "livetail catalogue")} }

// close is the signature, as hexadecimal, and body.
func (s seal) close(place, body string) string { return s.mac(place, body) + body }

// open is the body of what close made for the same place.
func (s seal) open(place, sealed string) (body string, ok bool) {
	if len(sealed) < 2*macSize {
		return "", false
	}
	body = sealed[2*macSize:]
	return body, hmac.Equal([]byte(sealed[:2*macSize]), []byte(s.mac(place, body)))
}

func (s seal) mac(place, body string) string {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(place))
	h.Write([]byte{0})
	h.Write([]byte(body))
	return hex.EncodeToString(h.Sum(nil)[:macSize])
}

// field is the place of one field of a key.
func field(key, name string) string { return key + "\x00" + name }
