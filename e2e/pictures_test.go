//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// TestPictures looks at the list and the viewer as the README shows them. With LIVETAIL_PICTURES=1 the pictures there are
// made anew.
func TestPictures(t *testing.T) {
	s, shop := newSite(t), newShop()
	db := s.beside("db-01")
	for _, name := range []string{"app.log", "other.log", odd} {
		if err := os.Remove(filepath.Join(s.apps, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, is := range map[string]struct {
		size int64
		age  time.Duration
	}{
		"nginx/error.log": {73_311, 4 * time.Minute}, "shop/mailer.log": {918_382, 70 * time.Second}, "shop/payments.log": {3_318_382, 8 * time.Second},
		"shop/nightly.log": {412_118, 15 * time.Hour}, "cron.log": {18_382, 38 * time.Minute}, "shop/search.log": {51_318_382, 2 * time.Second},
		"../db/postgres/slow.log": {731_021, 25 * time.Second}, "../db/postgres/postgresql.log": {12_931_021, 12 * time.Second}, "../db/backup.log": {88_120, 9 * time.Hour},
	} {
		shop.old(t, filepath.Join(s.apps, name), is.size, is.age)
	}
	access, app := filepath.Join(s.apps, "nginx/access.log"), filepath.Join(s.apps, "shop/app.log")
	shop.old(t, access, 48_318_382, time.Second)
	write(t, app, shop.lines(400, time.Now()))
	w := s.launchWeb()
	s.launchWorker()
	db.launchWorker()
	p := &tab{t, browser.New(t)}
	p.visit(w.url + "/")
	p.signIn(sre)
	p.until(`document.querySelectorAll('li .name').length === 11`)
	stop := shop.moving(t, 120*time.Millisecond, access, app)
	p.until(`[...document.querySelectorAll('li .rate')].filter(rate => rate.textContent).length === 2`)
	for _, scheme := range []string{"light", "dark"} {
		p.look(1280, 800, scheme)
		p.picture("list-" + scheme + ".png")
	}
	stop()

	p.visit(w.url + "/log/" + host + "/apps/shop/app.log")
	p.says("● live")
	if err := os.Rename(app, app+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, app, "")
	p.until(`%s.includes('rotated ')`, logText)
	stop = shop.moving(t, 150*time.Millisecond, app)
	before := value[int](p, `parseInt(document.querySelector('#count').textContent.replace(',', '')) || 0`)
	p.until(`parseInt(document.querySelector('#count').textContent.replace(',', '')) > %d && document.querySelector('#rate').textContent`, before+16)
	for _, scheme := range []string{"light", "dark"} {
		p.look(1280, 800, scheme)
		p.says("● live")
		p.picture("viewer-" + scheme + ".png")
	}
	stop()
}

// beside is the same site as a worker on another machine has it: its own name, its own logs.
func (s *site) beside(name string) *site {
	s.t.Helper()
	dir := filepath.Dir(s.config)
	other := &site{t: s.t, redis: s.redis, config: filepath.Join(dir, name+".yaml"), apps: filepath.Join(dir, "db"), vault: s.vault}
	config := strings.Replace(read(s.t, s.config), "host: "+host, "host: "+name, 1)
	config = strings.Replace(config, "folder: "+s.apps, "folder: "+other.apps, 1)
	write(s.t, other.config, config)
	return other
}

// picture keeps what the tab shows, in docs if that was asked for.
func (p *tab) picture(name string) {
	p.t.Helper()
	if wide := value[float64](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		p.t.Errorf("%s: the page is %v px too wide", name, wide)
	}
	shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	const most = 250_000 // it is on the first page of the project
	if len(shot) > most {
		p.t.Errorf("%s has %d bytes, more than %d", name, len(shot), most)
	}
	dir := p.t.TempDir()
	if os.Getenv("LIVETAIL_PICTURES") == "1" {
		dir = "../docs/pictures"
	}
	write(p.t, filepath.Join(dir, name), string(shot))
}
