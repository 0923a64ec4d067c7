//go:build linux

package storm

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// journal is what was written to one log: for each author its lines by number, and when. It is the only oracle.
type journal struct {
	t       testing.TB
	name    string
	path    string
	authors []*author
	long    int // one line in so many is long: it takes several frames; 0: none, since a browser does not draw it in full
	end     chan struct{}
	wg      sync.WaitGroup
}

// author appends numbered lines through a descriptor of its own, and opens the name again some time after a rotation.
type author struct {
	mu   sync.Mutex
	at   []time.Time // when line n was written
	late time.Duration
}

// line is line n of an author, without its newline.
func (j *journal) line(author, n int) string {
	size := 20 + n*7%60
	if j.long > 0 && n%j.long == j.long/2 {
		size = 150_000
	}
	return strconv.Itoa(author) + " " + strconv.Itoa(n) + " " + strings.Repeat(string(rune('a'+(n+author)%26)), size)
}

// newJournal makes an empty log. late is, for each author, how long after a rotation it goes on writing to the old file.
func (s *site) newJournal(name string, late ...time.Duration) *journal {
	s.t.Helper()
	j := &journal{t: s.t, name: name, path: filepath.Join(s.logs, name), long: 700, end: make(chan struct{})}
	if err := os.WriteFile(j.path, nil, 0o644); err != nil {
		s.t.Fatal(err)
	}
	for _, d := range late {
		j.authors = append(j.authors, &author{late: d})
	}
	s.t.Cleanup(j.stop)
	return j
}

// begin has each author write a line every so often, and now and then a few hundred at once.
func (j *journal) begin(every time.Duration) {
	for i, a := range j.authors {
		j.wg.Go(func() {
			out := &appender{path: j.path, late: a.late}
			defer out.close()
			tick := time.NewTicker(every)
			defer tick.Stop()
			for round := 1; ; round++ {
				select {
				case <-j.end:
					return
				case <-tick.C:
				}
				count := 1
				if round%1000 == 999 && every < 100*time.Millisecond {
					count = 300
				}
				if err := a.write(j, i, count, out); err != nil {
					j.t.Errorf("the writer of %s: %v", j.name, err)
					return
				}
			}
		})
	}
}

// write appends count lines in one write.
func (a *author) write(j *journal, number, count int, to *appender) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	for i := range count {
		b.WriteString(j.line(number, len(a.at)+i) + "\n")
	}
	now := time.Now()
	if err := to.append(b.String()); err != nil {
		return err
	}
	for range count {
		a.at = append(a.at, now)
	}
	return nil
}

func (j *journal) stop() {
	select {
	case <-j.end:
	default:
		close(j.end)
	}
	j.wg.Wait()
}

// written is how many lines each author has written.
func (j *journal) written() []int {
	n := make([]int, len(j.authors))
	for i, a := range j.authors {
		a.mu.Lock()
		n[i] = len(a.at)
		a.mu.Unlock()
	}
	return n
}

// when says when a line was written; false if it was not.
func (j *journal) when(author, n int) (time.Time, bool) {
	if author < 0 || author >= len(j.authors) {
		return time.Time{}, false
	}
	a := j.authors[author]
	a.mu.Lock()
	defer a.mu.Unlock()
	if n < 0 || n >= len(a.at) {
		return time.Time{}, false
	}
	return a.at[n], true
}

// appender writes to a name, and stays with a file that lost it for a while.
type appender struct {
	path  string
	late  time.Duration
	f     *os.File
	moved time.Time // when it was seen that the name is another file's
}

func (p *appender) append(text string) error {
	if p.f != nil {
		now, err := os.Stat(p.path)
		mine, err2 := p.f.Stat()
		if err != nil || err2 != nil || !os.SameFile(now, mine) {
			if p.moved.IsZero() {
				p.moved = time.Now()
			}
			if err == nil && time.Since(p.moved) >= p.late {
				p.close()
			}
		}
	}
	if p.f == nil {
		f, err := os.OpenFile(p.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		p.f, p.moved = f, time.Time{}
	}
	if _, err := p.f.WriteString(text); err != nil {
		return fmt.Errorf("appending: %w", err)
	}
	return nil
}

func (p *appender) close() {
	if p.f != nil {
		p.f.Close()
		p.f = nil
	}
}
