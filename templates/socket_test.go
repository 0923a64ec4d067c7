package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// tail is the server's end of a page's socket: frames from a position on, and whatever mishap the test wants.
func (f *fake) tail(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	refuse := f.noSockets
	f.mu.Unlock()
	if refuse {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	_, message, err := c.Read(r.Context())
	if err != nil {
		return
	}
	var open opening
	if err := json.Unmarshal(message, &open); err != nil || open.Op != "open" || c.Subprotocol() != wire.Subprotocol {
		f.t.Errorf("the page opened with %q (%v), subprotocol %q", message, err, c.Subprotocol())
	}
	at := 0
	if from, err := wire.ParsePosition(open.From); err != nil {
		f.t.Errorf("position %q: %v", open.From, err)
	} else if len(from) > 0 {
		at = int(from[1].Offset)
	}
	f.mu.Lock()
	f.opens = append(f.opens, open)
	name := fmt.Sprintf("tail-%d", len(f.opens))
	f.live[c] = true
	f.stir()
	f.mu.Unlock()
	f.send(c.CloseRead(r.Context()), c, name, at)
	f.with(func() { f.closed++ })
}

func (f *fake) send(ctx context.Context, c *websocket.Conn, name string, at int) {
	say := func(message any) error {
		b, _ := json.Marshal(message)
		return c.Write(ctx, websocket.MessageText, b)
	}
	f.mu.Lock()
	version, edge := f.version, f.edge
	f.mu.Unlock()
	err := say(map[string]string{"say": "tail", "tail": name, "version": version})
	if err == nil && edge != "" {
		err = say(map[string]string{"say": "edge", "words": edge})
	}
	said, sent := "", 0
	for err == nil {
		f.mu.Lock()
		changed, state, words, mute := f.changed, f.state, f.words, f.mute
		var frames []wire.Frame
		if state == "following" {
			frames = f.frames[at:]
		}
		limit := f.dropAfter
		f.mu.Unlock()
		if state+words != said {
			err = say(map[string]string{"say": "state", "state": state, "words": words})
			said = state + words
		}
		for i := range frames {
			if limit > 0 && sent == limit {
				c.CloseNow()
				return
			}
			if err = c.Write(ctx, websocket.MessageBinary, frames[i].AppendTo(nil)); err != nil {
				return
			}
			at++
			sent++
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(500 * time.Millisecond):
			if mute {
				continue
			}
			err = say(map[string]string{"say": "beat"})
			f.with(func() { f.beats++ })
		}
	}
}
