package catalogue

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"livetail/internal/wire"

	"github.com/redis/go-redis/v9"
)

// begin looks for all hosts that Redis knows, and reads them.
func (l *List) begin(ctx context.Context) {
	prefix := l.o.Names.CatalogueKey("")
	pattern := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(prefix) + "*"
	var cursor uint64
	for {
		keys, next, err := l.o.Redis.Scan(ctx, cursor, pattern, 500).Result()
		l.trouble(ctx, wrap("looking for hosts", err))
		if err != nil {
			return
		}
		l.mu.Lock()
		for _, key := range keys {
			name, ok := strings.CutPrefix(key, prefix)
			if ok && (wire.Log{Host: name, ID: "x"}).Check() == nil {
				l.add(name)
			}
		}
		l.mu.Unlock()
		if cursor = next; cursor == 0 {
			break
		}
	}
	if l.load(ctx) {
		l.mu.Lock()
		l.ready = true
		l.mu.Unlock()
	}
}

// load reads the hosts of which something was missed, and says whether Redis answered.
func (l *List) load(ctx context.Context) bool {
	now := l.o.Now()
	l.mu.Lock()
	var names []string
	for name, h := range l.hosts {
		if h.want && !now.Before(h.loadAt) {
			names = append(names, name)
		}
	}
	l.mu.Unlock()
	for _, name := range names {
		top, records, grew, silent, err := l.read(ctx, name)
		l.trouble(ctx, wrap("reading the catalogue of "+name, err))
		if err != nil {
			return false
		}
		l.mu.Lock()
		h := l.hosts[name]
		h.loadAt = now.Add(l.o.Every) // a host whose announcements never fit together shall not keep Redis busy
		h.loaded(top, records, grew, silent, l.away(), l.o.Now())
		if records == nil && h.teller == "" && len(h.workers) == 0 {
			l.forget(name) // not one of ours
		}
		l.mu.Unlock()
	}
	return true
}

// read asks Redis for one host. Records are nil when there is nothing that this installation signed.
func (l *List) read(ctx context.Context, name string) (top head, records map[string]record, grew *rings, silent time.Duration, err error) {
	key := l.o.Names.CatalogueKey(name)
	n, err := l.o.Redis.HLen(ctx, key).Result()
	if err != nil {
		return top, nil, nil, 0, notHash(err)
	}
	if n == 0 || n > maxEntries+1 {
		return top, nil, nil, remembered, nil
	}
	pipe := l.o.Redis.TxPipeline()
	left, all := pipe.PTTL(ctx, key), pipe.HGetAll(ctx, key)
	if _, err := pipe.Exec(ctx); err != nil {
		return top, nil, nil, 0, notHash(err)
	}
	fields := all.Val()
	top, ok := openHead(l.seal, key, fields[headField])
	if !ok {
		return top, nil, nil, remembered, nil
	}
	records = make(map[string]record, len(fields))
	for id, sealed := range fields {
		if id == headField {
			continue
		}
		body, ok := l.seal.Open(wire.Field(key, id), sealed)
		if !ok {
			continue
		}
		if r, err := parseRecord(name, id, body); err == nil {
			records[id] = r
		}
	}
	grew, err = l.readRings(ctx, name, top)
	return top, records, grew, silence(left.Val()), err
}

// readRings asks Redis how the logs of a host grew, as far as the worker of top said so.
func (l *List) readRings(ctx context.Context, name string, top head) (*rings, error) {
	out := newRings()
	key := l.o.Names.RingKey(name)
	n, err := l.o.Redis.HLen(ctx, key).Result()
	if err != nil || n == 0 || n > Slots {
		return out, notHash(err)
	}
	fields, err := l.o.Redis.HGetAll(ctx, key).Result()
	if err != nil {
		return out, notHash(err)
	}
	var columns []column
	for name, sealed := range fields {
		var c storedColumn
		body, ok := l.seal.Open(wire.Field(key, name), sealed)
		if ok && json.Unmarshal([]byte(body), &c) == nil && c.Worker == top.Worker && c.check() == nil && c.Slot > top.Slot-Slots {
			columns = append(columns, c.column)
		}
	}
	slices.SortFunc(columns, func(a, b column) int { return cmp.Compare(a.Slot, b.Slot) })
	for _, c := range columns {
		out.add(c)
	}
	return out, nil
}

// forget drops a host. l.mu is held.
func (l *List) forget(name string) {
	delete(l.hosts, name)
	l.seq++
	l.lost = l.seq
}

// notHash makes a key of another type count as none.
func notHash(err error) error {
	if redis.HasErrorPrefix(err, "WRONGTYPE") {
		return nil
	}
	return err
}

// judge finds out which hosts fell silent. Silence is believed only when Redis has not heard the host either, since it may
// be this process that hears nothing.
func (l *List) judge(ctx context.Context) {
	now := l.o.Now()
	l.ticks++
	l.mu.Lock()
	var names []string
	for name, h := range l.hosts {
		quiet := now.Sub(h.last)
		if quiet > remembered {
			l.forget(name)
			continue
		}
		if h.silence(l.away(), now); quiet > 2*l.o.Every && (!h.away || l.ticks%10 == 0) {
			names = append(names, name)
		}
	}
	l.mu.Unlock()
	if len(names) == 0 {
		return
	}
	pipe := l.o.Redis.Pipeline()
	left := make([]*redis.DurationCmd, len(names))
	for i, name := range names {
		left[i] = pipe.PTTL(ctx, l.o.Names.CatalogueKey(name))
	}
	_, err := pipe.Exec(ctx)
	l.trouble(ctx, wrap("looking after silent hosts", err))
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, name := range names {
		h := l.hosts[name]
		if silence(left[i].Val()) < l.away() {
			h.want = true
		} else if now.Sub(h.last) > l.away() && now.Sub(l.blind) > l.away() {
			h.away = true
		}
	}
}
