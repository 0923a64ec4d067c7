package stops

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxReason is how long a reason may be, in bytes: with the words around it, it still fits the close of a WebSocket.
const MaxReason = 100

// maxBy is how long a user's name may be that Redis tells us.
const maxBy = 256

// Stop says that a log is stopped for everybody.
type Stop struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Since  time.Time `json:"since"`
}

// Words are what people are told.
func (s Stop) Words() string { return `stopped by admin: "` + s.Reason + `"` }

// Age is for how long it has been so; the clock of who stopped it may be ahead of ours.
func (s Stop) Age(now time.Time) time.Duration { return max(0, now.Sub(s.Since)) }

// Reason is what somebody typed as a reason, or why it can be none.
func Reason(typed string) (string, error) {
	reason := strings.TrimSpace(typed)
	switch {
	case reason == "":
		return "", errors.New("say why, for those who read this log")
	case len(reason) > MaxReason:
		return "", fmt.Errorf("the reason has %d bytes; %d fit", len(reason), MaxReason)
	case !plain(reason):
		return "", errors.New("the reason is to be one line of plain text")
	}
	return reason, nil
}

// plain has no control characters, and none that turn the direction of what is around them.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}

// parse reads what Redis holds, which may be anybody's.
func parse(body string) (Stop, error) {
	var s Stop
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return s, fmt.Errorf("reading a stop: %w", err)
	}
	if reason, err := Reason(s.Reason); err != nil || reason != s.Reason {
		return s, fmt.Errorf("reading a stop: its reason cannot be: %w", err)
	}
	if s.By == "" || len(s.By) > maxBy || !plain(s.By) {
		return s, errors.New("reading a stop: it is by nobody")
	}
	s.Since = s.Since.UTC() // so that what is the same compares as the same
	return s, nil
}

func (s Stop) encode() string {
	b, _ := json.Marshal(s) // strings and a time of this century: cannot fail
	return string(b)
}
