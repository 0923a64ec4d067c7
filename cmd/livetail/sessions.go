package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// sessionFile keeps the sessions of the embedded Redis over a restart. What else is in there belongs to connections,
// which end with the process.
type sessionFile struct {
	path      string
	namespace string
	log       *slog.Logger
	now       func() time.Time

	saved   sessionKeys
	failing bool
}

// sessionKeys is the content of the file.
type sessionKeys struct {
	Saved int64        `json:"saved"` // Unix milliseconds
	Keys  []sessionKey `json:"keys"`  // in order of their names
}

type sessionKey struct {
	Key   string            `json:"key"`
	Value []byte            `json:"value,omitempty"`
	Hash  map[string]string `json:"hash,omitempty"`
	TTL   int64             `json:"ttl_ms,omitempty"` // when saved; 0: it does not expire
}

const (
	saveEvery = time.Second      // how often changes are looked for: what a kill -9 loses
	endSlack  = 10 * time.Second // how far a session's end, which moves as it is used, may move without being a change
)

// ours says which keys are kept: sessions, and the marker by which web processes see that Redis lost some.
func (f *sessionFile) ours(key string) bool {
	return strings.HasPrefix(key, f.namespace+":session:") || key == f.namespace+":installation"
}

// load puts into r what the file holds, as much older as the clock went on meanwhile. A file that cannot be understood is
// moved aside: everybody signs in again.
func (f *sessionFile) load(r *miniredis.Miniredis) {
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var held sessionKeys
	if err == nil {
		err = json.Unmarshal(data, &held)
	}
	if err != nil {
		aside := f.path + ".bad"
		err = errors.Join(err, os.Rename(f.path, aside))
		f.log.Warn("the saved sessions cannot be read: everybody must sign in again", "error", err, "now", aside)
		return
	}
	passed := max(f.now().Sub(time.UnixMilli(held.Saved)), 0) // a clock that was set back must not lengthen a session
	for _, k := range held.Keys {
		left := time.Duration(k.TTL)*time.Millisecond - passed
		if !f.ours(k.Key) || k.TTL != 0 && left <= 0 {
			continue
		}
		if k.Hash != nil {
			for field, value := range k.Hash {
				r.HSet(k.Key, field, value)
			}
		} else if err := r.Set(k.Key, string(k.Value)); err != nil {
			f.log.Warn("a saved session was left out", "error", err)
		}
		if k.TTL != 0 {
			r.SetTTL(k.Key, left)
		}
	}
}

// run saves what changed in r until ctx ends, and then once more.
func (f *sessionFile) run(ctx context.Context, r *miniredis.Miniredis) {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			f.saveIfChanged(r)
		case <-ctx.Done():
			f.save(f.read(r))
			return
		}
	}
}

func (f *sessionFile) saveIfChanged(r *miniredis.Miniredis) {
	if now := f.read(r); !now.same(f.saved) {
		f.save(now)
	}
}

// save says only that saving begins to fail and that it works again: it is tried every second.
func (f *sessionFile) save(keys sessionKeys) {
	data, err := json.Marshal(keys)
	if err == nil {
		err = writeFile(f.path, data)
	}
	switch {
	case err != nil && !f.failing:
		f.log.Warn("sessions cannot be saved: after a restart everybody must sign in again", "error", err)
	case err == nil && f.failing:
		f.log.Info("sessions are saved again")
	}
	f.failing = err != nil
	if err == nil {
		f.saved = keys
	}
}

// read takes what the file should hold. A key may expire between two looks at it; then it is left out.
func (f *sessionFile) read(r *miniredis.Miniredis) sessionKeys {
	keys := sessionKeys{Saved: f.now().UnixMilli()}
	for _, key := range r.Keys() {
		if !f.ours(key) {
			continue
		}
		k := sessionKey{Key: key}
		if ttl := r.TTL(key); ttl > 0 {
			k.TTL = max(ttl.Milliseconds(), 1)
		}
		switch r.Type(key) {
		case "string":
			value, err := r.Get(key)
			if err != nil {
				continue
			}
			k.Value = []byte(value)
		case "hash":
			fields, err := r.HKeys(key)
			if err != nil {
				continue
			}
			k.Hash = make(map[string]string, len(fields))
			for _, field := range fields {
				k.Hash[field] = r.HGet(key, field)
			}
		default:
			continue
		}
		keys.Keys = append(keys.Keys, k)
	}
	return keys
}

func (a sessionKeys) same(b sessionKeys) bool {
	if len(a.Keys) != len(b.Keys) {
		return false
	}
	for i, x := range a.Keys {
		y := b.Keys[i]
		moved := time.Duration((a.Saved+x.TTL)-(b.Saved+y.TTL)) * time.Millisecond
		if x.Key != y.Key || !bytes.Equal(x.Value, y.Value) || !maps.Equal(x.Hash, y.Hash) || (x.TTL == 0) != (y.TTL == 0) ||
			x.TTL != 0 && moved.Abs() > endSlack {
			return false
		}
	}
	return true
}
