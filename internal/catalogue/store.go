package catalogue

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/wire"
)

// stored is what Redis holds of a host.
type stored struct {
	found  bool // a head that this installation signed
	head   head
	silent time.Duration // since the last beat
	fields int
}

// look asks Redis what it holds of this host.
func (a *Announcer) look(ctx context.Context) (stored, error) {
	var st stored
	pipe := a.o.Redis.Pipeline()
	top, left, fields := pipe.HGet(ctx, a.key, headField), pipe.PTTL(ctx, a.key), pipe.HLen(ctx, a.key)
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return st, err
	}
	st.silent, st.fields = silence(left.Val()), int(fields.Val())
	st.head, st.found = openHead(a.seal, a.key, top.Val())
	return st, nil
}

// silence is how long ago a key's life was last prolonged.
func silence(left time.Duration) time.Duration {
	if left <= 0 {
		return remembered // there is none, or one that nobody prolongs
	}
	return max(remembered-left, 0)
}

func openHead(s wire.TextSeal, key, sealed string) (head, bool) {
	body, ok := s.Open(wire.Field(key, headField), sealed)
	if !ok {
		return head{}, false
	}
	h, err := parseHead(body)
	return h, err == nil
}

// store writes the head and what changed, or everything, and prolongs the key's life.
func (a *Announcer) store(ctx context.Context, h head, c change, whole bool) error {
	pipe := a.o.Redis.TxPipeline()
	values := []any{headField, a.seal.Close(wire.Field(a.key, headField), encode(h))}
	put := func(r record) { values = append(values, r.ID, a.seal.Close(wire.Field(a.key, r.ID), encode(r))) }
	if whole {
		pipe.Del(ctx, a.key, a.claimKey) // what is stored now says whose the name is
		for _, r := range a.records {
			put(r)
		}
	} else {
		for _, r := range c.set {
			put(r)
		}
		if len(c.gone) > 0 {
			pipe.HDel(ctx, a.key, c.gone...)
		}
	}
	a.storeColumns(ctx, pipe, c, whole)
	pipe.HSet(ctx, a.key, values...)
	pipe.PExpire(ctx, a.key, remembered)
	_, err := pipe.Exec(ctx)
	if err == nil {
		a.full = false
		return nil
	}
	// A Redis that is full refuses all of the above, and still lets a key live longer.
	if a.o.Redis.PExpire(ctx, a.key, remembered).Err() == nil {
		if !a.full {
			a.o.Log.Warn("Redis refuses to keep the catalogue; it is told by messages alone until it can", "err", err)
			a.full, a.beats = true, 0
		}
		return nil
	}
	return err
}

// storeColumns writes the column that is new, or all. Behind a worker that ended they are of no use for long.
func (a *Announcer) storeColumns(ctx context.Context, pipe redis.Pipeliner, c change, whole bool) {
	var columns []column
	switch {
	case whole:
		pipe.Del(ctx, a.ringKey)
		columns = a.columns.kept
	case c.column != nil:
		columns = append(columns, *c.column)
	}
	if len(columns) == 0 {
		return
	}
	var values []any
	for _, c := range columns {
		name := strconv.Itoa(at(c.Slot))
		values = append(values, name, a.seal.Close(wire.Field(a.ringKey, name), encode(storedColumn{a.o.Worker, c})))
	}
	pipe.HSet(ctx, a.ringKey, values...)
	pipe.PExpire(ctx, a.ringKey, 2*Slots*Slot)
}

// storedColumn is a column in Redis.
type storedColumn struct {
	Worker string `json:"worker"`
	column
}

// trouble logs once that Redis does not answer, and once that it does again.
func (a *Announcer) trouble(ctx context.Context, err error) {
	if ctx.Err() != nil || (err != nil) == a.mute {
		return
	}
	if a.mute = err != nil; a.mute {
		a.o.Log.Warn("Redis does not answer; the catalogue waits for it", "err", err)
	} else {
		a.o.Log.Info("Redis answers again; the catalogue goes on")
	}
}

const (
	// partSize is how much of records one message carries, in bytes of JSON.
	partSize = 128 << 10
	// retellEvery is in beats.
	retellEvery = 5
)

// parts spreads a change over messages.
func parts(set []record, gone []string) []message {
	if len(set)+len(gone) == 0 {
		return nil
	}
	out := []message{{}}
	last, size := &out[0], 0
	room := func(n int) {
		if size += n; size > partSize && size > n {
			out = append(out, message{})
			last, size = &out[len(out)-1], n
		}
	}
	for _, r := range set {
		room(len(encode(r)))
		last.Set = append(last.Set, r)
	}
	for _, id := range gone {
		room(len(id) + 3)
		last.Gone = append(last.Gone, id)
	}
	return out
}

// tell publishes a beat: the changes since the version before, or nothing but the head.
func (a *Announcer) tell(ctx context.Context, h head, c change, before uint64) {
	if c.column != nil { // before the head that names it
		before := h
		before.Version = 0
		a.publish(ctx, message{Say: sayColumn, Head: before, Column: c.column})
	}
	if len(c.parts) == 0 {
		a.publish(ctx, message{Say: sayBeat, Head: h})
	}
	for i, m := range c.parts {
		m.Say, m.From = sayDelta, before+uint64(i)
		m.Head = h
		m.Head.Version = m.From + 1
		a.publish(ctx, m)
	}
	if !a.full {
		return
	}
	if a.beats++; a.beats%retellEvery == 1 {
		all := make([]record, 0, len(a.records))
		for _, r := range a.records {
			all = append(all, r)
		}
		for _, m := range parts(all, nil) {
			m.Say, m.Head = sayRetell, h
			a.publish(ctx, m)
		}
	}
}

// publish says m to all web processes. What is lost is noticed by them, from the next beat's version.
func (a *Announcer) publish(ctx context.Context, m message) {
	m.Host = a.o.Host
	channel := a.o.Names.Catalogue()
	if _, err := a.o.Bus.Publish(ctx, channel, []byte(a.seal.Close(channel, encode(m)))); err != nil {
		a.o.Log.Debug("announcing", "err", err)
	}
}
