package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"

	"livetail/auth"
	"livetail/cmd/internal/boot"
	"livetail/consumer"
	"livetail/internal/bus"
	"livetail/internal/catalogue"
	"livetail/internal/config"
	"livetail/internal/delivery"
	"livetail/internal/dial"
	"livetail/internal/jobs"
	"livetail/internal/stops"
	"livetail/internal/wire"
)

// Extra is what the program that is everything in one process hands over. livetail-web has none of it.
type Extra struct {
	Listener net.Listener // nil: the config says where to listen
	Links    *auth.Links  // nil: there are no sign-in links
	Instance string       // tells installations on one host name apart; "": made from the secret, which all processes share
}

// Run serves pages until ctx ends. Redis may be away, then and at any time.
func Run(ctx context.Context, p boot.Parts) error { return RunWith(ctx, p, Extra{}) }

// RunWith is Run, with what only one program has.
func RunWith(ctx context.Context, p boot.Parts, x Extra) error {
	c := p.Config
	names := wire.Names{Namespace: c.Redis.Namespace}

	clients, err := dial.New(p.Dial())
	if err != nil {
		return err
	}
	defer clients.Close()
	channels, err := bus.New(bus.Options{Control: clients.Control, Frames: clients.Frames, Log: p.Log})
	if err != nil {
		return err
	}
	hub, err := delivery.New(delivery.Options{
		Web: wire.NewProcessID(), Names: names, Sealer: wire.NewSealer(p.Secret), Bus: channels,
		Jobs: jobs.NewQueue(clients.Jobs, channels, names), Most: c.Web.Limits.Tails, Log: p.Log,
	})
	if err != nil {
		return err
	}
	list, err := catalogue.NewList(catalogue.ListOptions{Redis: clients.Keys, Bus: channels, Names: names, Secret: p.Secret, Log: p.Log})
	if err != nil {
		return err
	}
	stopped, err := stops.New(stops.Options{Redis: clients.Keys, Names: names, Secret: p.Secret, Log: p.Log})
	if err != nil {
		return err
	}

	ended := endedSessions{bus: channels, channel: names.Sessions(), key: wire.DeriveKey(p.Secret, "livetail ended sessions")}
	who := authOptions(c, p, x)
	who.Redis, who.Tell = clients.Keys, ended.tell
	people, err := auth.New(who)
	if err != nil {
		return err
	}
	forget := ended.listen(people.Heard)
	defer forget()

	var public *url.URL
	if c.Web.PublicURL != "" {
		if public, err = url.Parse(c.Web.PublicURL); err != nil {
			return fmt.Errorf("reading web.public_url: %w", err)
		}
	}
	site, err := newSite(Options{
		Base: c.Web.BasePath, PublicURL: public, Trusted: c.Web.TrustedProxies, Auth: people, Links: x.Links, Catalogue: list, Stops: stopped,
		Sockets: consumer.Options{
			Open:         func(r delivery.Request) (consumer.Tail, error) { return opened(hub.Open(r)) },
			TailsPerUser: c.Web.Limits.TailsPerUser, Tails: c.Web.Limits.Tails,
			MessageBytes: c.Web.Limits.MessageBytes, MessagesPerSecond: c.Web.Limits.MessagesPerSecond,
		},
		Asker:   asker(p.Secret),
		Ready:   func(ctx context.Context) error { return clients.Keys.Ping(ctx).Err() },
		Version: boot.Release(), Log: p.Log,
	})
	if err != nil {
		return err
	}
	listener := x.Listener
	if listener == nil {
		if listener, err = net.Listen("tcp", c.Web.Listen); err != nil {
			return fmt.Errorf("listening for pages: %w", err)
		}
	}
	p.Log.Info("serving pages", "address", listener.Addr().String(), "base path", c.Web.BasePath)
	redis := boot.Await(clients, p.Log)
	return boot.InOrder(ctx,
		func(ctx context.Context) error { return site.serve(ctx, listener) },
		redis.Then(hub.Run), // revokes what the sockets left, and needs all below for it
		redis.Then(list.Run),
		redis.Then(stopped.Run),
		redis.Then(people.Run),
		redis.Then(channels.Run),
		redis.Run,
	)
}

// opened keeps a nil *delivery.Tail from becoming a Tail that is not nil.
func opened(t *delivery.Tail, err error) (consumer.Tail, error) {
	if err != nil {
		return nil, err
	}
	return t, nil
}

func authOptions(c *config.Config, p boot.Parts, x Extra) auth.Options {
	if x.Instance == "" {
		x.Instance = hex.EncodeToString(wire.DeriveKey(p.Secret, "livetail instance")[:6])
	}
	o := auth.Options{
		Namespace: c.Redis.Namespace, Secret: p.Secret, CookieName: "livetail-" + x.Instance, CookiePath: c.Web.BasePath + "/",
		Secure: isHTTPS(c.Web.PublicURL), Idle: c.Web.SessionIdle, Absolute: c.Web.SessionMax, Log: p.Log,
	}
	for _, u := range c.Users {
		o.Users = append(o.Users, auth.User{Name: u.Name, Hash: u.Hash, Groups: u.Groups, Admin: u.Admin})
	}
	for _, r := range c.Access {
		o.Rules = append(o.Rules, auth.Rule{Users: r.Users, Groups: r.Groups, Logs: r.Logs})
	}
	return o
}

func isHTTPS(publicURL string) bool {
	u, err := url.Parse(publicURL)
	return err == nil && u.Scheme == "https"
}
