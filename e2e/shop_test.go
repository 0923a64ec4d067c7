//go:build linux

package e2e

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// shop writes the believable log of a shop that does not exist.
type shop struct {
	rand *rand.Rand
	n    int
}

func newShop() *shop { return &shop{rand: rand.New(rand.NewPCG(7, 7))} }

// lines are n lines, as they were written up to an instant.
func (s *shop) lines(n int, until time.Time) string {
	var b strings.Builder
	for at := until.Add(-time.Duration(n) * 300 * time.Millisecond); n > 0; n-- {
		at = at.Add(time.Duration(200+s.rand.IntN(200)) * time.Millisecond)
		if at.After(until) {
			at = until
		}
		b.WriteString(s.line(at))
	}
	return b.String()
}

func (s *shop) line(at time.Time) string {
	s.n++
	stamp := at.UTC().Format("2006-01-02T15:04:05.000Z")
	switch s.n % 17 {
	case 5:
		return fmt.Sprintf("%s WARN  db: slow query %dms: SELECT * FROM items WHERE category = %d\n", stamp, 300+s.rand.IntN(900), s.rand.IntN(40))
	case 9:
		return fmt.Sprintf("%s INFO  mailer: order %d confirmed to %s@example.org\n", stamp, 71000+s.n, s.one("ada", "grace", "linus", "barbara"))
	case 13:
		return fmt.Sprintf("%s ERROR payments: charge declined for order %d: card expired, 2 × 19,90 €\n", stamp, 71000+s.n)
	}
	return fmt.Sprintf("%s INFO  http: req=%d %s %s %s %.1fms\n", stamp, 41000+s.n, s.one("GET", "GET", "GET", "POST"),
		s.one("/", "/items", "/items/417", "/cart", "/checkout", "/api/v2/stock?sku=A-118"), s.one("200", "200", "200", "304", "404"), 2+s.rand.ExpFloat64()*20)
}

func (s *shop) one(of ...string) string { return of[s.rand.IntN(len(of))] }

// trace is what a failure looks like.
func (s *shop) trace(at time.Time) string {
	s.n++
	return fmt.Sprintf(`%s ERROR payments: charge failed for order %d
java.lang.IllegalStateException: payment service answered 503
	at org.example.shop.PaymentClient.charge(PaymentClient.java:118)
	at org.example.shop.CheckoutService.place(CheckoutService.java:74)
	at org.example.shop.CheckoutController.post(CheckoutController.java:41)
	at java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: java.net.SocketTimeoutException: Read timed out
	at java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)
	... 27 more
`, at.UTC().Format("2006-01-02T15:04:05.000Z"), 71000+s.n)
}

// day appends lines to logs, one every so often on average, more and fewer in turns, until the test calls stop.
func (s *shop) day(t testing.TB, every map[string]time.Duration) (stop func()) {
	const beat = 30 * time.Millisecond
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for began := time.Now(); ; {
			var now time.Time
			select {
			case <-end:
				return
			case now = <-tick.C:
			}
			for path, mean := range every {
				wave := 1 + 0.7*math.Sin(now.Sub(began).Seconds()/(20+float64(len(path)%7)*9))
				if s.rand.Float64() > wave*float64(beat)/float64(mean) {
					continue
				}
				f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
				if err == nil {
					_, err = f.WriteString(s.line(now))
					f.Close()
				}
				if err != nil {
					t.Error(err)
				}
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(end); <-done })
	t.Cleanup(stop)
	return stop
}

// old is a log of that size that nobody wrote to for so long.
func (s *shop) old(t testing.TB, path string, size int64, age time.Duration) {
	t.Helper()
	when := time.Now().Add(-age)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, s.lines(20, when))
	if err := os.Truncate(path, size); err != nil { // most of it is a hole
		t.Fatal(err)
	}
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}
