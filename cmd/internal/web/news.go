package web

import (
	"maps"
	"slices"

	"livetail/auth"
	"livetail/internal/catalogue"
	"livetail/internal/stops"
	"livetail/internal/wire"
)

// news is a message of a live list, as docs/PROTOCOL.md has it.
type news struct {
	Say     string       `json:"say"`
	Version string       `json:"version,omitempty"` // of the server, with all that there is
	Whole   []string     `json:"whole,omitempty"`
	Hosts   []hostJSON   `json:"hosts,omitempty"`
	Logs    []logJSON    `json:"logs,omitempty"`
	Gone    []nameJSON   `json:"gone,omitempty"`
	Columns []columnJSON `json:"columns,omitempty"`
	Trouble string       `json:"trouble,omitempty"`
}

type nameJSON struct {
	Host string `json:"host"`
	ID   string `json:"id"`
}

type columnJSON struct {
	Host string           `json:"host"`
	Grew map[string]uint8 `json:"grew"`
}

// reader reads the catalogue for one user, each time what changed. Who may see what is asked for every log that is told.
type reader struct {
	site    *site
	user    auth.User
	seq     uint64
	seen    map[string]bool         // hosts with a log that the user may see
	hosts   map[string]hostJSON     // as they were told
	stopped map[wire.Log]stops.Stop // as they were told
	left    map[wire.Log]stops.Stop // those of them that no host has any more
	trouble string
}

func (s *site) newReader(user auth.User) *reader {
	return &reader{site: s, user: user, seen: map[string]bool{}, hosts: map[string]hostJSON{}}
}

// next is nil when nothing is new.
func (r *reader) next() *news {
	c := r.site.Catalogue.Changes(r.seq)
	first := r.seq == 0 || c.All
	r.seq = c.Seq
	m := &news{Say: "change", Whole: slices.Clone(c.Whole)}
	if first {
		m.Say, m.Version = "list", r.site.Version
		clear(r.seen)
		clear(r.hosts)
		clear(r.left)
	}
	may := func(host, id string) bool { return r.site.Auth.May(r.user, host, id) }
	for _, item := range c.Items {
		if may(item.Log.Host, item.Log.ID) {
			m.Logs = append(m.Logs, r.site.logOf(r.user, item))
			r.seen[item.Log.Host] = true
		}
	}
	for _, log := range c.Gone {
		if may(log.Host, log.ID) {
			m.Gone = append(m.Gone, nameJSON{log.Host, log.ID})
		}
	}
	for _, column := range c.Columns {
		grew := map[string]uint8{}
		for id, level := range column.Levels {
			if may(column.Host, id) {
				grew[id] = level
			}
		}
		m.Columns = append(m.Columns, columnJSON{column.Host, grew})
	}
	r.addStops(m, first)
	r.addLeft(m)
	r.addHosts(m)
	if !r.user.Admin {
		hidden := func(host string) bool { return !r.seen[host] }
		m.Whole = slices.DeleteFunc(m.Whole, hidden)
		m.Columns = slices.DeleteFunc(m.Columns, func(c columnJSON) bool { return hidden(c.Host) })
	}
	before := r.trouble
	if r.trouble = ""; !r.site.Catalogue.Reached() {
		r.trouble = redisAway
	}
	m.Trouble = r.trouble
	if !first && r.trouble == before && len(m.Whole)+len(m.Hosts)+len(m.Logs)+len(m.Gone)+len(m.Columns) == 0 {
		return nil
	}
	return m
}

// addStops tells of logs that were stopped or let go on meanwhile. That they are what they are told to be is logOf's.
func (r *reader) addStops(m *news, first bool) {
	before := r.stopped
	r.stopped = r.site.Stops.All()
	if first {
		return
	}
	changed := maps.Clone(r.stopped)
	for log, stop := range before {
		if changed[log] == stop {
			delete(changed, log)
		} else {
			changed[log] = stop
		}
	}
	for log := range changed {
		if entry, _, known := r.site.Catalogue.Find(log); known && r.site.Auth.May(r.user, log.Host, log.ID) {
			m.Logs = append(m.Logs, r.site.logOf(r.user, catalogue.Item{Log: log, Entry: entry}))
		}
	}
}

// addLeft tells administrators of logs that are stopped and that no host has any more: else nobody would know whether they are.
func (r *reader) addLeft(m *news) {
	if !r.user.Admin {
		return
	}
	before := r.left
	r.left = map[wire.Log]stops.Stop{}
	for log, stop := range r.stopped {
		entry, _, known := r.site.find(log, r.user)
		if _, _, announced := r.site.Catalogue.Find(log); announced || !known || !r.site.Auth.May(r.user, log.Host, log.ID) {
			continue
		}
		r.left[log] = stop
		if before[log] != stop || slices.Contains(m.Whole, log.Host) {
			m.Logs = append(m.Logs, r.site.logOf(r.user, catalogue.Item{Log: log, Entry: entry}))
		}
	}
	m.Gone = slices.DeleteFunc(m.Gone, func(log nameJSON) bool {
		_, stays := r.left[wire.Log{Host: log.Host, ID: log.ID}]
		return stays
	})
	for log := range before {
		_, stays := r.left[log]
		if _, _, announced := r.site.Catalogue.Find(log); !stays && !announced {
			m.Gone = append(m.Gone, nameJSON{log.Host, log.ID})
		}
	}
}

// addHosts tells of hosts that changed. Administrators are told all; others hear only of hosts with a log that they may see,
// and nothing about the rest of them.
func (r *reader) addHosts(m *news) {
	for _, h := range r.site.Catalogue.Hosts() {
		if !r.user.Admin && !r.seen[h.Name] {
			continue
		}
		host := hostOf(h, r.user.Admin)
		told, known := r.hosts[h.Name]
		if !known || told.State != host.State || told.Binary != host.Binary || !slices.Equal(told.Notes, host.Notes) || !slices.Equal(told.NotText, host.NotText) {
			r.hosts[h.Name] = host
			m.Hosts = append(m.Hosts, host)
		}
	}
}

func hostOf(h catalogue.Host, admin bool) hostJSON {
	host := hostJSON{Host: h.Name, Notes: []string{}}
	host.State, host.AwayMS = hostState(h)
	if admin {
		host.Notes, host.Binary, host.NotText = append(host.Notes, h.Notes...), h.Binary, h.NotText
	}
	return host
}
