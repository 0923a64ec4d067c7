package consumer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// opening is the first message. Lines is nil where the page leaves it to the log's config.
type opening struct {
	Op       string          `json:"op"`
	From     string          `json:"from"`
	Lines    *uint32         `json:"lines"`
	Replaces string          `json:"replaces"`
	Rev      uint32          `json:"rev"`
	Filter   json.RawMessage `json:"filter"`
	Quiet    bool            `json:"quiet"`
}

// setting replaces what the tail sends.
type setting struct {
	Op     string          `json:"op"`
	Rev    uint32          `json:"rev"`
	From   string          `json:"from"`
	Lines  *uint32         `json:"lines"`
	Filter json.RawMessage `json:"filter"`
	Quiet  bool            `json:"quiet"`
}

// asking is a question about the log.
type asking struct {
	Op     string          `json:"op"`
	Reply  uint32          `json:"reply"`
	Ask    string          `json:"ask"`
	Back   bool            `json:"back"`
	Quiet  bool            `json:"quiet"`
	From   string          `json:"from"`
	At     int64           `json:"at"`
	Behind int64           `json:"behind"`
	Lead   uint32          `json:"lead"`
	Until  string          `json:"until"`
	Lines  uint32          `json:"lines"`
	Bytes  uint64          `json:"bytes"`
	Look   uint64          `json:"look"`
	Every  uint64          `json:"every"`
	Step   uint64          `json:"step"`
	Filter json.RawMessage `json:"filter"`
}

// cancelling ends an answer.
type cancelling struct {
	Op    string `json:"op"`
	Reply uint32 `json:"reply"`
}

var errUnknownOp = errors.New("unknown op")

// parse is strict: what it does not know it refuses, so that no page ever believes to be understood.
func parse(message []byte) (any, error) {
	var head struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(message, &head); err != nil {
		return nil, err
	}
	switch head.Op {
	case "open":
		return strictly[opening](message)
	case "set":
		return strictly[setting](message)
	case "ask":
		return strictly[asking](message)
	case "cancel":
		return strictly[cancelling](message)
	}
	return nil, errUnknownOp
}

func strictly[T any](message []byte) (any, error) {
	var m T
	in := json.NewDecoder(bytes.NewReader(message))
	in.DisallowUnknownFields()
	if err := in.Decode(&m); err != nil {
		return nil, err
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, errors.New("more than one message in one")
	}
	return m, nil
}
