// Package web is the wiring of the process that faces people: pages, the API, sockets, sign-in.
//
// It decides from host, id and its own rules who may see what, before it asks anybody about a log.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"livetail/auth"
	"livetail/consumer"
	"livetail/internal/catalogue"
	"livetail/internal/stops"
	"livetail/internal/wire"
	"livetail/templates"
)

// Catalogue is what web needs of the catalogue.
type Catalogue interface {
	Ready() bool // false until it was read for the first time: till then nobody can say that a log does not exist
	Hosts() []catalogue.Host
	Find(wire.Log) (catalogue.Entry, catalogue.Host, bool)
	Changes(since uint64) catalogue.Changes
	Reached() bool // false while Redis does not answer: what is known may be old
}

// Options says what a site consists of. Auth, Catalogue, Stops, Asker, Ready and Sockets.Open are required.
type Options struct {
	Base      string         // base path, "" or "/x"
	PublicURL *url.URL       // the origin under which people reach it; nil: whatever they use
	Trusted   []netip.Prefix // proxies whose X-Forwarded-* is believed
	Auth      *auth.Auth
	Links     *auth.Links // nil: there are no sign-in links
	Catalogue Catalogue
	Stops     *stops.Stops
	Asker     func(user string) string    // makes a name unreadable, for workers
	Sockets   consumer.Options            // Origin, Version and Log are filled in
	Ready     func(context.Context) error // says whether Redis answers
	Version   string
	Log       *slog.Logger // default: nowhere
}

// site answers requests. Its methods may be called by many goroutines at once.
type site struct {
	Options
	pages   *templates.Pages
	sockets *consumer.Handler
	handler http.Handler

	lists     *lists
	downloads downloads
	pace      pace
	stopping  chan struct{} // closed: live lists end, and their pages come back to another process
}

func newSite(o Options) (*site, error) {
	if o.Auth == nil || o.Catalogue == nil || o.Stops == nil || o.Asker == nil || o.Ready == nil {
		return nil, errors.New("web options: Auth, Catalogue, Stops, Asker and Ready are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &site{Options: o, lists: newLists(o.Sockets.TailsPerUser, o.Sockets.Tails), pace: usualPace, stopping: make(chan struct{})}
	var err error
	if s.pages, err = templates.New(o.Base); err != nil {
		return nil, fmt.Errorf("web options: %w", err)
	}
	o.Sockets.Origin, o.Sockets.Log, o.Sockets.Version = s.ownOrigin, o.Log, o.Version
	if s.sockets, err = consumer.New(o.Sockets); err != nil {
		return nil, fmt.Errorf("web options: %w", err)
	}
	if s.handler, err = s.chain(); err != nil {
		return nil, fmt.Errorf("web options: %w", err)
	}
	return s, nil
}

// chain is what each request goes through, from the outside in.
func (s *site) chain() (http.Handler, error) {
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(s.foreign))
	if s.PublicURL != nil {
		// A proxy may rewrite Host, and old browsers say nothing but Origin.
		if err := sameOrigin.AddTrustedOrigin(s.PublicURL.Scheme + "://" + s.PublicURL.Host); err != nil {
			return nil, err
		}
	}
	return headers(proxied(s.Trusted, sameOrigin.Handler(s.belowBase(s.routes())))), nil
}
