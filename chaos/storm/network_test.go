//go:build linux && network

package storm

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// island is a network namespace with two cables to ours: one for pages, which can be cut without a word, one for Redis.
type island struct {
	t                 testing.TB
	name, ours, there string // ours and there are the two ends of the cable for pages
	net               int
}

func newIsland(t testing.TB, n int) *island {
	t.Helper()
	name := fmt.Sprintf("lt%d-%d", os.Getpid()%100000, n)
	i := &island{t: t, name: name, ours: name + "a", there: name + "b", net: n}
	i.ip("netns add " + name)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", name).Run() }) // and with it both cables
	i.ip("-n " + name + " link set lo up")
	for k, ends := range [][2]string{{i.ours, i.there}, {name + "c", name + "d"}} {
		i.ip("link add " + ends[0] + " type veth peer name " + ends[1] + " netns " + name)
		i.ip("addr add " + i.addr(k, 1) + "/30 dev " + ends[0])
		i.ip("-n " + name + " addr add " + i.addr(k, 2) + "/30 dev " + ends[1])
		i.ip("link set " + ends[0] + " up")
		i.ip("-n " + name + " link set " + ends[1] + " up")
	}
	return i
}

// addr is one of two addresses of a cable, of the networks that are for trying things out (RFC 2544).
func (i *island) addr(cable, end int) string { return fmt.Sprintf("198.18.%d.%d", i.net, 4*cable+end) }

func (i *island) ip(args string) {
	i.t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		i.t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// cut sends every packet, either way, to a machine that is not there: nobody hears of it.
func (i *island) cut() {
	i.ip("neigh replace " + i.addr(0, 2) + " lladdr 02:00:00:00:00:01 nud permanent dev " + i.ours)
	i.ip("-n " + i.name + " neigh replace " + i.addr(0, 1) + " lladdr 02:00:00:00:00:01 nud permanent dev " + i.there)
}

func (i *island) mend() {
	i.ip("neigh del " + i.addr(0, 2) + " dev " + i.ours)
	i.ip("-n " + i.name + " neigh del " + i.addr(0, 1) + " dev " + i.there)
}

// Packets are dropped for 45 s and nothing is reset: the page stops saying live within 15 s, the file is closed within 45 s, and then
// it goes on by itself, exactly; after signing in where the session was ended meanwhile.
func TestNetworkDropsPackets(t *testing.T) {
	for n, name := range []string{"only that", "and the session is ended meanwhile"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 1, 1)
			i := newIsland(t, n)
			toRedis := newLinkAt(t, i.addr(1, 1)+":0", s.redis.Addr)
			far := &node{site: s, kind: "web", name: "web-far", through: []string{"ip", "netns", "exec", i.name}}
			far.settle(i.addr(0, 2)+":8080", "redis://"+toRedis.addr())
			t.Cleanup(far.kill)
			site := "http://" + i.addr(0, 2) + ":8080"
			j := s.newJournal("app.log", 0)
			j.long = 0
			s.newPerson(j)
			eventually(t, patience, "the far web answers", func() error {
				r, err := http.Get(site + "/readyz")
				if err == nil {
					r.Body.Close()
				}
				return err
			})
			b := s.watch(site, j)
			b.until(`window.loadedOnce = true`)
			j.begin(200 * time.Millisecond)
			pause(time.Second)

			i.cut()
			began := time.Now()
			eventually(t, 15*time.Second, "the page no longer says that it is live", func() error {
				live, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector('#truth').textContent.startsWith('● live')`))
				if err == nil && live {
					err = fmt.Errorf("it does")
				}
				return err
			})
			said := time.Since(began)
			eventually(t, 45*time.Second-said, "the file is closed", func() error {
				if held := s.held(); len(held) > 0 {
					return fmt.Errorf("%q", held)
				}
				return nil
			})
			fmt.Printf("network cut (%s): not live after %s, file closed after %s\n", name, seconds(said), seconds(time.Since(began)))
			if n == 1 {
				signOut(t, b.ctx, s.webs[0].url())
			}
			pause(45*time.Second - time.Since(began))
			i.mend()
			if n == 1 {
				b.until(`document.querySelector('#truth').textContent.startsWith('□ signed out')`)
				b.mind()
			}
			b.until(`document.querySelector('#truth').textContent.startsWith('● live')`)
			j.stop()
			b.until(`window.loadedOnce`)
			b.check()
			b.close()
			s.expectNothingLeft()
		})
	}
}

// signOut ends the browser's session by way of another web process.
func signOut(t *testing.T, tab context.Context, web string) {
	t.Helper()
	err := chromedp.Do(tab, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		found, err := cdp.Call(ctx, target, network.GetCookies, network.GetCookiesParams{})
		if err != nil {
			return err
		}
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, web+"/signout", nil)
		if err != nil {
			return err
		}
		for _, c := range found.Cookies {
			q.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
		}
		r, err := http.DefaultTransport.RoundTrip(q)
		if err != nil {
			return err
		}
		r.Body.Close()
		if r.StatusCode != http.StatusSeeOther {
			return errStatus(r.StatusCode)
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}
