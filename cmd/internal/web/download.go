package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"livetail/auth"
	"livetail/consumer"
	"livetail/internal/delivery"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

const (
	downloadsPerUser = 4
	downloadStarts   = 20 * time.Second // within which its worker says something
	downloadStalls   = time.Minute      // without a byte accepted: the client is gone
	// gapsTrailer says in words, behind the last byte, what of the range can no longer be had.
	gapsTrailer = "Livetail-Gaps"
)

// download streams a log, or a range of it, or what of it a filter passes: a question to a tail that sends no lines of its own.
func (s *site) download(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, entry, _, ok := s.asked(w, r, session.User)
	if !ok {
		return
	}
	stopped, unwatch := s.Stops.Watch(log)
	defer unwatch()
	if s.refuseStopped(w, log, session.User) {
		return
	}
	question, err := questionOf(r)
	if err != nil {
		s.sayJSON(w, http.StatusBadRequest, refusal{Error: err.Error()})
		return
	}
	if !s.downloads.enter(session.User.Name) {
		s.sayJSON(w, http.StatusTooManyRequests, refusal{fmt.Sprintf("%d downloads of yours are under way, which is as many as may be", downloadsPerUser), 10})
		return
	}
	defer s.downloads.leave(session.User.Name)
	tail, err := s.Sockets.Open(delivery.Request{Log: log, Quiet: true, Paths: session.User.Admin || entry.ShowPath, User: s.Asker(session.User.Name)})
	if err != nil {
		s.sayJSON(w, http.StatusServiceUnavailable, refusal{err.Error(), 10})
		return
	}
	defer tail.Close()
	var minding sync.WaitGroup
	defer minding.Wait()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	ended, release := s.Auth.Watch(session.Key)
	defer release()
	minding.Go(func() {
		select {
		case <-ctx.Done():
		case <-ended:
			cancel(nil)
		case <-s.stopping:
			cancel(nil)
		case words := <-stopped:
			cancel(errors.New(words))
		}
	})
	d := download{site: s, w: w, name: fileName(log.ID, entry.Name, r.URL.RawQuery != "")}
	if words := tail.Ask(1, question); words != "" {
		s.sayJSON(w, http.StatusServiceUnavailable, refusal{words, 10})
		return
	}
	if err := d.run(ctx, tail); err != nil {
		s.Log.Debug("a download ended early", "log", log.String(), "cause", err)
		if d.begun {
			panic(http.ErrAbortHandler) // the client must not take what it has for the whole
		}
		s.sayJSON(w, http.StatusServiceUnavailable, refusal{cmp.Or(context.Cause(ctx), err).Error(), 10})
	}
}

// questionOf is what a request asks for.
func questionOf(r *http.Request) (q wire.Question, err error) {
	v := r.URL.Query()
	q.Ask = wire.AskRead
	var errFrom, errUntil error
	q.From, errFrom = wire.ParsePosition(v.Get("from"))
	q.Until, errUntil = wire.ParsePosition(v.Get("until"))
	if errFrom != nil || errUntil != nil {
		return q, errors.New("the position asked for cannot be read")
	}
	f, err := filter.Parse([]byte(v.Get("filter")))
	q.Filter = f.JSON()
	return q, err
}

// fileName is what the file should be called: the log's own name, of which its id may be an escaped form, marked if it is not the whole.
func fileName(id, called string, part bool) string {
	name := path.Base(id)
	if own := path.Base(called); wire.EscapeID(own) == name {
		name = own
	}
	name = strings.TrimLeft(name, ".-")
	if name == "" {
		name = "log"
	}
	if ext := path.Ext(name); part {
		name = strings.TrimSuffix(name, ext) + "-part" + ext
	}
	return name
}

// download is one under way.
type download struct {
	site  *site
	w     http.ResponseWriter
	name  string
	begun bool // the answer's head is out
	open  bool // the last line had no newline
	gaps  []string
}

// run writes the answer to the client as it comes. Nothing is asked for before the client took what came before.
func (d *download) run(ctx context.Context, tail consumer.Tail) error {
	defer d.prolong() // a search that found nothing for minutes ends all the same
	starting, stop := context.WithTimeoutCause(ctx, downloadStarts, errors.New("no worker answers; try again"))
	defer stop()
	wait, last := starting, false
	for !last {
		item, err := tail.Next(wait)
		switch {
		case err != nil && ctx.Err() == nil && starting.Err() != nil:
			return context.Cause(starting)
		case err != nil:
			return err
		case item.Frame == nil:
			continue
		}
		f, err := wire.ParseFrame(item.Frame)
		if err != nil {
			return err
		}
		if f.Reply > 0 {
			wait = ctx
			last = f.Flags&wire.Last != 0
			if err := d.take(&f); err != nil {
				return err
			}
		}
		tail.Consumed(item)
	}
	d.begin()
	if len(d.gaps) > 0 {
		d.w.Header().Set(gapsTrailer, strings.Join(d.gaps, "; "))
	}
	return nil
}

// take writes a frame's lines, and notes what a marker says.
func (d *download) take(f *wire.Frame) error {
	if f.Kind == wire.Mark {
		var m wire.Marker
		if err := json.Unmarshal(f.Payload, &m); err != nil {
			return err
		}
		switch {
		case m.Kind == wire.MarkEnd && m.End == wire.EndFailed:
			return errors.New(m.Why)
		case m.Kind == wire.MarkGap:
			d.gaps = append(d.gaps, gapWords(m))
		}
		return nil
	}
	if len(f.Payload) == 0 {
		return nil
	}
	d.begin()
	if err := d.prolong(); err != nil {
		return err
	}
	if d.open { // of a file that another follows
		if _, err := d.w.Write([]byte{'\n'}); err != nil {
			return err
		}
	}
	d.open = f.Flags&wire.NoEOL != 0
	if _, err := d.w.Write(f.Payload); err != nil {
		return err
	}
	return http.NewResponseController(d.w).Flush()
}

// prolong gives the client time to take what is written next.
func (d *download) prolong() error {
	err := http.NewResponseController(d.w).SetWriteDeadline(time.Now().Add(downloadStalls))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

func gapWords(m wire.Marker) string {
	words := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, m.Why)
	if m.Bytes > 0 {
		return fmt.Sprintf("%d bytes: %s", m.Bytes, words)
	}
	return words
}

// begin sends the head, once.
func (d *download) begin() {
	if d.begun {
		return
	}
	d.begun = true
	h := d.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	h.Set("Cache-Control", "no-store")
	h.Set("Trailer", gapsTrailer)
	d.w.WriteHeader(http.StatusOK)
}
