//go:build linux

package storm

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"
)

// person has the cookies of one browser.
type person struct {
	*http.Client
	site *site

	mu     sync.Mutex
	signed time.Time
	again  int // sign-ins after the first
}

// newPerson signs somebody in, and waits until every web process shows the logs.
func (s *site) newPerson(journals ...*journal) *person {
	s.t.Helper()
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	p := &person{site: s, Client: &http.Client{Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 50},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	s.t.Cleanup(p.CloseIdleConnections)
	eventually(s.t, patience, "signing in", func() error { return p.signIn(s.t.Context(), s.webs[0].url()) })
	for _, w := range s.webs {
		for _, j := range journals {
			eventually(s.t, patience, w.name+" knows "+j.name, func() error {
				if status := p.get(s.t.Context(), w.url()+"/api/v1/log/"+host+"/apps/"+j.name); status != http.StatusOK {
					return errStatus(status)
				}
				return nil
			})
		}
	}
	return p
}

type errStatus int

func (e errStatus) Error() string { return http.StatusText(int(e)) }

func (p *person) signIn(ctx context.Context, web string) error {
	form := url.Values{"name": {user}, "password": {password}}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, web+"/signin", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r, err := p.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	io.Copy(io.Discard, r.Body)
	if r.StatusCode != http.StatusSeeOther {
		return errStatus(r.StatusCode)
	}
	return nil
}

// signInAgain is what a person does whose session was lost; for all tabs of the browser at once.
func (p *person) signInAgain(ctx context.Context, web string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.signed) < time.Second {
		return
	}
	if p.signIn(ctx, web) == nil {
		p.signed = time.Now()
		p.again++
	}
}

// get is the status of an answer; 0 if there is none.
func (p *person) get(ctx context.Context, url string) int {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	r, err := p.Do(q)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
	return r.StatusCode
}
