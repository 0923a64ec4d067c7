package consumer

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/delivery"
)

// words are what a state says to people.
func (s *socket) words(state delivery.State) string {
	switch state {
	case delivery.Waiting:
		return "waiting for a worker on " + s.visit.Log.Host + "; this page goes on by itself"
	case delivery.Queued:
		return "waiting for a free place on " + s.visit.Log.Host
	case delivery.Reconnecting:
		return "reconnecting to the log"
	case delivery.Deaf:
		return "Redis does not answer in time; this page goes on by itself"
	}
	return "following the log"
}

// say is a text message to the page. Fields that a message does not have are empty.
type say struct {
	Say     string `json:"say"`
	Tail    string `json:"tail,omitempty"`
	Version string `json:"version,omitempty"`
	State   string `json:"state,omitempty"`
	Words   string `json:"words,omitempty"`
	Rev     uint32 `json:"rev,omitempty"`
	Reply   uint32 `json:"reply,omitempty"`
	In      string `json:"in,omitempty"`
	Term    *int   `json:"term,omitempty"`
	At      *int   `json:"at,omitempty"`
}

func (m say) text() []byte {
	b, _ := json.Marshal(m) // strings: cannot fail
	return b
}

// write sends what is to be said first, then what the tail brings, each thing as it comes, until tail or socket end.
func (s *socket) write(tail Tail, first []say) {
	if s.send(websocket.MessageText, say{Say: "tail", Tail: tail.ID().String(), Version: s.h.o.Version}.text()) != nil {
		return
	}
	for _, m := range first {
		if s.send(websocket.MessageText, m.text()) != nil {
			return
		}
	}
	for {
		item, err := tail.Next(s.ctx)
		if err != nil {
			if !s.isLeaving() {
				s.end(s.ending(err))
			}
			return
		}
		kind, message := websocket.MessageBinary, item.Frame
		if message == nil {
			kind, message = websocket.MessageText, say{Say: "state", State: item.State.String(), Words: s.words(item.State)}.text()
		}
		if s.send(kind, message) != nil {
			return
		}
		tail.Consumed(item)
	}
}

// ending is the reason for a tail that ended although its socket did not close it.
func (s *socket) ending(err error) Reason {
	if errors.Is(err, delivery.ErrEnded) || errors.Is(err, context.Canceled) {
		return restart
	}
	s.log.Error("following a tail", "error", err)
	return failed
}

// send has no deadline of its own: a large frame may take a slow page minutes. Who is dead is found in mind.
func (s *socket) send(kind websocket.MessageType, message []byte) error {
	s.writing.Lock()
	err := s.ws.Write(context.Background(), kind, message)
	s.writing.Unlock()
	if err != nil {
		s.end(gone)
		return err
	}
	s.sent.Store(time.Now().UnixNano())
	return nil
}

// idle says that no message is under way.
func (s *socket) idle() bool {
	if !s.writing.TryLock() {
		return false
	}
	s.writing.Unlock()
	return true
}

var beatText = say{Say: "beat"}.text()

// beat says something if nothing was said for a while, and how soon to ask again. Where bytes wait to be sent, the page
// hears them instead: to write more could block the one goroutine that must not.
func (s *socket) beat() (again time.Duration) {
	every := s.h.o.Times.Beat
	quiet := time.Since(time.Unix(0, s.sent.Load()))
	if quiet < every {
		return every - quiet
	}
	if s.opened() && !s.conn.gauge().unsent && s.writing.TryLock() {
		ctx, cancel := context.WithTimeout(s.ctx, s.h.o.Times.Dead)
		err := s.ws.Write(ctx, websocket.MessageText, beatText)
		cancel()
		s.writing.Unlock()
		if err != nil {
			s.end(gone)
		} else {
			s.sent.Store(time.Now().UnixNano())
		}
	}
	return every
}

// ping starts one, unless the last is not answered yet or bytes wait to be sent: the library gives a ping 5 s to get out
// and then closes the connection, which a slow page does not deserve.
func (s *socket) ping() bool {
	if s.conn.gauge().unsent || !s.idle() || !s.pinging.CompareAndSwap(false, true) {
		return false
	}
	s.own.Go(func() {
		defer s.pinging.Store(false)
		_ = s.ws.Ping(context.Background()) // ends with its pong or with the connection; pulse judges by what came
	})
	return true
}

// ponged runs on the reading goroutine.
func (s *socket) ponged(context.Context, []byte) { s.pongs.Add(1) }

// pinged does not answer while a message is under way: the answer could not get out, and that closes the connection.
func (s *socket) pinged(context.Context, []byte) bool { return s.idle() }
