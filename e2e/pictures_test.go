//go:build linux

package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// making says that the README's pictures are to be made anew, which takes ten minutes: so long are the bars of the list.
var making = os.Getenv("LIVETAIL_PICTURES") == "1"

// TestPictures looks at the list and the viewer as the README shows them. With LIVETAIL_PICTURES=1 -timeout=20m the pictures
// there are made anew.
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
	busy := map[string]time.Duration{access: 90 * time.Millisecond, app: 150 * time.Millisecond}
	if making {
		busy[filepath.Join(s.apps, "shop/payments.log")] = 800 * time.Millisecond
		busy[filepath.Join(s.apps, "shop/search.log")] = 200 * time.Millisecond
		busy[filepath.Join(s.apps, "../db/postgres/postgresql.log")] = 400 * time.Millisecond
		busy[filepath.Join(s.apps, "nginx/error.log")] = 20 * time.Second
	}
	stop := shop.day(t, busy)
	p.until(`[...document.querySelectorAll('li .rate')].filter(rate => rate.textContent).length >= 2`)
	if making {
		eventuallyWithin(t, 12*time.Minute, "bars of ten minutes", func() bool {
			return value[bool](p, `[...document.querySelectorAll('.spark path')].some(path => path.getAttribute('d')?.startsWith('M0 '))`)
		})
	}
	for _, scheme := range []string{"light", "dark"} {
		p.look(1280, 800, scheme)
		p.do(chromedp.EmulateViewport(1280, 800, chromedp.EmulateScale(2)))
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
	write(t, app, shop.trace(time.Now()))
	p.until(`%s.includes('7 more lines')`, logText)
	stop = shop.day(t, map[string]time.Duration{app: 400 * time.Millisecond})
	before := value[int](p, `parseInt(document.querySelector('#count').textContent.replace(',', '')) || 0`)
	p.until(`parseInt(document.querySelector('#count').textContent.replace(',', '')) > %d && document.querySelector('#rate').textContent`, before+16)
	for _, scheme := range []string{"light", "dark"} {
		p.look(1280, 800, scheme)
		p.do(chromedp.EmulateViewport(1280, 800, chromedp.EmulateScale(2)))
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
	shot, err := browser.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	shot = packed(p.t, shot)
	const most = 250_000 // it is on the first page of the project
	if len(shot) > most {
		p.t.Errorf("%s has %d bytes, more than %d", name, len(shot), most)
	}
	p.t.Logf("%s has %d bytes", name, len(shot))
	dir := p.t.TempDir()
	if making {
		dir = "../docs/pictures"
	}
	write(p.t, filepath.Join(dir, name), string(shot))
}

// packed is a picture of 256 colours, which is a third as large a file and looks the same.
func packed(t testing.TB, picture []byte) []byte {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	area, count := from.Bounds(), map[color.Color]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[from.At(x, y)]++
		}
	}
	var colours color.Palette // none is close to another: what is rare, such as a sign in green, is kept
	for _, c := range slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return count[b] - count[a] }) {
		if len(colours) < 256 && (len(colours) == 0 || apart(c, colours[colours.Index(c)]) > 6) {
			colours = append(colours, c)
		}
	}
	to := image.NewPaletted(area, colours)
	nearest := map[color.Color]uint8{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			c := from.At(x, y)
			if _, known := nearest[c]; !known {
				nearest[c] = uint8(to.Palette.Index(c))
			}
			to.SetColorIndex(x, y, nearest[c])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// apart is how far two colours are from each other, of 255, in what they differ in most.
func apart(a, b color.Color) (most int) {
	r, g, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(b1) - int(b2)} {
		most = max(most, d>>8, -d>>8)
	}
	return most
}
