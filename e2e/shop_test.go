//go:build linux

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
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

// moving appends a line to each log every so often, until the test calls stop.
func (s *shop) moving(t testing.TB, every time.Duration, paths ...string) (stop func()) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
			}
			for _, path := range paths {
				f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
				if err == nil {
					_, err = f.WriteString(s.line(time.Now()))
					f.Close()
				}
				if err != nil {
					t.Error(err)
				}
			}
		}
	}()
	return func() { close(end); <-done }
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
