package catalogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"livetail/internal/wire"

	"github.com/redis/go-redis/v9"
)

// AnnouncerOptions are what NewAnnouncer needs.
type AnnouncerOptions struct {
	Redis   redis.UniversalClient
	Bus     Bus
	Names   wire.Names
	Secret  []byte           // the installation's
	Host    string           // what the worker serves
	Machine string           // tells machines apart; the same for all workers and all starts of one
	Worker  string           // this process
	View    func() View      // what there is to announce; called from Run's goroutine
	Every   time.Duration    // between beats; 0: 2 s. It must be the same everywhere
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: nothing is logged
}

// Announcer tells all web processes what a worker serves. Several workers of one machine may serve the same host; then the
// one that started last announces, and the others stand by until it falls silent.
type Announcer struct {
	o        AnnouncerOptions
	seal     wire.TextSeal
	key      string
	ringKey  string
	claimKey string
	started  time.Time
	claimed  chan struct{} // closed: the host's name is this machine's

	records map[string]record // what was announced last, by id
	columns columns
	version uint64
	starts  bool // nothing was announced yet
	writer  bool // this worker is the one that announces
	full    bool // Redis answers and does not store
	beats   int  // since full
	mute    bool // Redis does not answer
}

// NewAnnouncer checks o. Nothing is announced until Run.
func NewAnnouncer(o AnnouncerOptions) (*Announcer, error) {
	if o.Redis == nil || o.Bus == nil || o.View == nil || o.Worker == "" || o.Machine == "" || len(o.Secret) == 0 {
		return nil, errors.New("announcing logs: Redis, Bus, View, Worker, Machine and Secret are needed")
	}
	if err := (wire.Log{Host: o.Host, ID: "x"}).Check(); err != nil {
		return nil, fmt.Errorf("announcing logs: %w", err)
	}
	if o.Every == 0 {
		o.Every = defaultEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Announcer{o: o, seal: newSeal(o.Secret), key: o.Names.CatalogueKey(o.Host), ringKey: o.Names.RingKey(o.Host),
		claimKey: o.Names.ClaimKey(o.Host), started: o.Now(), claimed: make(chan struct{}), records: map[string]record{}, columns: columns{base: map[string]int64{}}, starts: true}, nil
}

// Claimed is closed once no other machine has the host's name. Before that, the host's jobs are not this worker's.
func (a *Announcer) Claimed() <-chan struct{} { return a.claimed }

// Run announces until ctx ends, says that the worker goes, and returns nil. It returns ErrHostTaken when another machine
// serves the host. Redis being away or full is no error.
func (a *Announcer) Run(ctx context.Context) error {
	if err := a.claim(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	close(a.claimed)
	tick := time.NewTicker(a.o.Every)
	defer tick.Stop()
	for {
		if err := a.beat(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			a.bye(ctx)
			return nil
		case <-tick.C:
		}
	}
}

func (a *Announcer) away() time.Duration { return awayAfter * a.o.Every }

// up reads the worker's own clock. It follows the wall clock since files' times do; a step moves both.
func (a *Announcer) up() int64 {
	return max(a.o.Now().Round(0).Sub(a.started.Round(0)).Milliseconds(), 0)
}

// beat announces what changed, or only that the worker is there.
func (a *Announcer) beat(ctx context.Context) error {
	before := a.version
	v, up := a.o.View(), a.up()
	c := a.compare(v.Entries, up)
	c.column = a.columns.turn(v.Entries, a.records, up)
	a.version += uint64(len(c.parts))
	h := a.head(v, up)
	st, err := a.look(ctx)
	if err == nil {
		err = a.decide(st)
	}
	if errors.Is(err, ErrHostTaken) {
		return err
	}
	if ctx.Err() != nil { // nothing is wrong: Run says goodbye
		return nil
	}
	if !a.writer {
		a.trouble(ctx, err)
		a.publish(ctx, message{Say: sayStandby, Head: h})
		return nil
	}
	if err == nil {
		// Whatever else is there, Redis or another worker lost something.
		intact := st.found && st.head.Worker == a.o.Worker && st.head.Version == before && st.fields == st.head.Count+1
		err = a.store(ctx, h, c, !intact)
	}
	a.trouble(ctx, err)
	a.tell(ctx, h, c, before)
	return nil
}

func (a *Announcer) head(v View, up int64) head {
	h := head{Protocol: wire.Version, Machine: a.o.Machine, Worker: a.o.Worker, Version: a.version, Up: up, Count: len(a.records),
		Places: max(v.Places, 0), Free: max(v.Free, 0), Binary: max(v.Binary, 0), Slot: -1, Zone: text(v.Zone)}
	if n := len(a.columns.kept); n > 0 {
		h.Slot = a.columns.kept[n-1].Slot
	}
	for _, n := range v.Notes[:min(len(v.Notes), maxNotes)] {
		h.Notes = append(h.Notes, text(n))
	}
	for _, n := range v.NotText[:min(len(v.NotText), maxNotText)] {
		h.NotText = append(h.NotText, strings.ToValidUTF8(n[:min(len(n), maxName)], "?"))
	}
	return h
}

// decide says from what Redis holds whether this worker is the one that announces.
func (a *Announcer) decide(st stored) error {
	lives := st.found && !st.head.Bye && st.silent < a.away()
	mine := st.found && st.head.Worker == a.o.Worker
	if lives && st.head.Machine != a.o.Machine {
		return a.taken()
	}
	// Who starts takes over: the other may be dead already, and stands by if it is not. When Redis lost everything,
	// the last of several to write keeps the host, and the others see it at their next beat.
	a.writer = a.starts || mine || !lives
	a.starts = false
	return nil
}

// change is what a beat has to say about records.
type change struct {
	set   []record
	gone  []string
	parts []message // the same, in messages of bearable size

	column *column // a slot that ended
}

// compare brings records up to date with what there is now.
func (a *Announcer) compare(entries []Entry, up int64) change {
	var c change
	now := make(map[string]bool, len(entries))
	for _, e := range entries[:min(len(entries), maxEntries)] {
		r := newRecord(e, up)
		if now[e.ID] || r.check(a.o.Host) != nil {
			continue
		}
		now[e.ID] = true
		old, known := a.records[e.ID]
		if known {
			r.Number, r.Since = old.Number, old.Since
		} else {
			r.Number, r.Since = a.columns.number(e, a.starts)
		}
		if known && near(old.Changed, r.Changed) {
			r.Changed = old.Changed // ages are not measured exactly, and an idle log shall cost nothing
		}
		if !known || !old.same(r) {
			a.records[e.ID] = r
			c.set = append(c.set, r)
		}
	}
	for id := range a.records {
		if !now[id] {
			delete(a.records, id)
			delete(a.columns.base, id)
			c.gone = append(c.gone, id)
		}
	}
	c.parts = parts(c.set, c.gone)
	return c
}

const nearEnough = 1000 // ms

func near(a, b *int64) bool {
	return a != nil && b != nil && max(*a-*b, *b-*a) < nearEnough
}

// bye tells that this worker goes. It does not take long, since a process that stops waits for it.
func (a *Announcer) bye(ctx context.Context) {
	if a.mute {
		return // nobody would hear it
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	h := a.head(View{}, a.up())
	h.Bye = true
	if st, err := a.look(ctx); err == nil && st.found && st.head.Worker == a.o.Worker {
		h.Notes, h.Binary, h.NotText, h.Version, h.Count = st.head.Notes, st.head.Binary, st.head.NotText, st.head.Version, st.head.Count
		pipe := a.o.Redis.TxPipeline() // Redis may have lost the key since that look
		pipe.HSet(ctx, a.key, headField, a.seal.Close(wire.Field(a.key, headField), encode(h)))
		pipe.PExpire(ctx, a.key, remembered)
		_, _ = pipe.Exec(ctx) // unheard, the silence tells it
	}
	a.publish(ctx, message{Say: sayBye, Head: h})
}
