package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// makeBelieve is an application that does not exist: a shop with a web front, a queue and a database.
type makeBelieve struct {
	rand    *rand.Rand
	request int
	busy    int // entries left of a busy moment
}

func newMakeBelieve(r *rand.Rand) *makeBelieve {
	return &makeBelieve{rand: r, request: 41000 + r.IntN(9000)}
}

// pause is how long until the next entry: a few hundred milliseconds, now and then a burst or a lull.
func (m *makeBelieve) pause() time.Duration {
	switch {
	case m.busy > 0:
		m.busy--
		return time.Duration(10+m.rand.IntN(60)) * time.Millisecond
	case m.rand.IntN(60) == 0:
		m.busy = 10 + m.rand.IntN(30)
	case m.rand.IntN(40) == 0:
		return time.Duration(1500+m.rand.IntN(2000)) * time.Millisecond
	}
	return time.Duration(100+m.rand.IntN(500)) * time.Millisecond
}

// entry is one or more whole lines.
func (m *makeBelieve) entry(now time.Time) string {
	at := now.Format("2006-01-02T15:04:05.000Z07:00")
	switch n := m.rand.IntN(100); {
	case n < 72:
		return m.access(at)
	case n < 82:
		return fmt.Sprintf("%s DEBUG cache: %s cart:%d in %dµs\n", at, m.one("hit", "hit", "hit", "miss"), m.rand.IntN(5000), 20+m.rand.IntN(400))
	case n < 89:
		return fmt.Sprintf("%s INFO  mailer: order %d confirmed to %s@example.org\n", at, 70000+m.rand.IntN(20000), m.customer())
	case n < 94:
		return fmt.Sprintf("%s WARN  db: slow query %dms: SELECT * FROM items WHERE category = %d ORDER BY price LIMIT 50\n", at, 300+m.rand.IntN(2500), m.rand.IntN(40))
	case n < 96:
		return fmt.Sprintf("%s INFO  jobs: %s done, %d rows in %.1fs\n", at, m.one("nightly-prices", "stock-sync", "thumbnails"), m.rand.IntN(90000), m.rand.Float64()*20)
	case n < 98:
		return fmt.Sprintf("%s ERROR payments: charge declined for order %d: card expired — “Größe M”, 2 × 19,90 €\n", at, 70000+m.rand.IntN(20000))
	case n < 99:
		return fmt.Sprintf("%s INFO  http: client said %q\n", at, `<b onclick="alert(1)">hello & goodbye</b>`)
	}
	return m.trace(at)
}

func (m *makeBelieve) access(at string) string {
	m.request++
	status, level := 200, "INFO "
	switch n := m.rand.IntN(50); {
	case n == 0:
		status, level = 500, "ERROR"
	case n < 3:
		status, level = 404, "WARN "
	case n < 8:
		status = 304
	}
	took := 2 + m.rand.ExpFloat64()*30
	return fmt.Sprintf("%s %s http: req=%d %s %s %d %dB %.1fms ip=203.0.113.%d user=%s\n", at, level, m.request,
		m.one("GET", "GET", "GET", "POST", "PUT"),
		m.one("/", "/items", fmt.Sprintf("/items/%d", m.rand.IntN(900)), "/cart", "/checkout", "/api/v2/stock?sku=A-"+fmt.Sprint(m.rand.IntN(900)), "/assets/app.css"),
		status, m.rand.IntN(60000), took, m.rand.IntN(254)+1, m.customer())
}

// trace is an error of many lines, as they come from a real runtime.
func (m *makeBelieve) trace(at string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s ERROR worker: req=%d %s\n", at, m.request, m.one("java.lang.NullPointerException: price of item is null",
		"java.net.SocketTimeoutException: Read timed out", "java.lang.IllegalStateException: cart was closed"))
	frames := []string{"shop.pricing.PriceList.find", "shop.cart.Cart.total", "shop.cart.CartController.show", "shop.web.Router.dispatch",
		"shop.web.Session.within", "io.server.Connection.run", "java.lang.Thread.run"}
	for _, frame := range frames[m.rand.IntN(3):] {
		fmt.Fprintf(&b, "\tat %s(%s.java:%d)\n", frame, strings.Split(frame, ".")[2], 20+m.rand.IntN(400))
	}
	return b.String()
}

func (m *makeBelieve) customer() string {
	return m.one("ada", "grace", "linus", "ken", "barbara", "dennis", "margaret", "-")
}

func (m *makeBelieve) one(of ...string) string { return of[m.rand.IntN(len(of))] }
