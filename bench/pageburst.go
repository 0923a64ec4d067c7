package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	pageBurstLog = "page-burst"
	mostTask     = 100 * time.Millisecond
	mostFrame    = 25 * time.Millisecond
	mostTab      = 250_000_000
)

// pageBurst writes very many lines at once to a log that a page in a browser shows at its live edge, several times; and once
// while somebody reads further up.
func pageBurst(ctx context.Context, s *stack, z sizes, t *table) error {
	return s.onScreen(ctx, pageBurstLog, func(p *screen, log *os.File) error {
		tab, err := p.renderer()
		if err != nil {
			return err
		}
		before, err := tab.own()
		if err != nil {
			return err
		}
		all := bursted{lines: int64(z.pageLines)}
		for i := range z.pageBursts {
			if err := all.once(p, log, tab); err != nil {
				return fmt.Errorf("burst %d: %w", i+1, err)
			}
		}
		all.tell(t, before)
		counted, err := p.countsWhileReading(log, all.lines*int64(z.pageBursts), all.lines)
		if err != nil {
			return err
		}
		t.goal("the same while somebody reads further up", counted+" counted", count(float64(all.lines)), counted == count(float64(all.lines)), `"N new" of the strip, once the line above has been scrolled to; what is read has not moved`)
		return nil
	})
}

// bursted is what bursts did to a page.
type bursted struct {
	lines  int64 // in each
	next   int64
	late   []float64 // ms
	tasks  tasks
	frames []float64 // p95 of each
	memory []int64   // bytes, after each
	kept   []int64   // what of it is no garbage
	peak   int64
}

// once writes one burst and watches.
func (b *bursted) once(p *screen, log *os.File, tab seen) error {
	data := lines(b.next, b.lines, 0)
	b.next += b.lines
	traced, err := p.longestTasks()
	if err != nil {
		return err
	}
	end, err := p.watch(true)
	if err != nil {
		return err
	}
	if err := p.run(`window.there = watch.until(() => parseInt(document.querySelector('#log .rows').lastElementChild?.textContent) === %d)`, b.next-1); err != nil {
		return err
	}
	peak := tab.samplePeak()
	_, err = log.Write(data)
	written := time.Now()
	if err != nil {
		return err
	}
	at, err := ask[float64](p, `there`)
	b.peak = max(b.peak, peak())
	if err != nil {
		return err
	}
	did, err := end()
	if err != nil {
		return err
	}
	all, err := traced()
	if err != nil {
		return err
	}
	if got := did.Bytes; got < float64(len(data)) {
		return fmt.Errorf("%w: the socket brought %.0f bytes of %d", errLines, got, len(data))
	}
	own, err := tab.own()
	if err == nil {
		err = call(p, heapprofiler.CollectGarbage, cdp.Empty{})
	}
	kept, err2 := tab.own()
	if err = errors.Join(err, err2); err != nil {
		return err
	}
	late := instant(at).Sub(written)
	b.late = append(b.late, float64(late)/1e6)
	longest, ok := all[tab.pid]
	if !ok {
		return errors.New("the browser's trace has no task of the page")
	}
	b.tasks = append(b.tasks, longest)
	b.frames = append(b.frames, float64(spreadOf(did.Frames).at(.95))/1e6)
	b.memory, b.kept = append(b.memory, own), append(b.kept, kept)
	say("burst in the browser: last line after %s, longest task %s (%s on a processor), frames p95 %.1f ms (%d frames), %s, of it kept %s", short(late), short(longest.wall), short(longest.cpu), b.frames[len(b.frames)-1], len(did.Frames), mib(own), mib(kept))
	return nil
}

func (b *bursted) tell(t *table, before int64) {
	n := len(b.late)
	late, frame := milliseconds(slices.Max(b.late)), milliseconds(slices.Max(b.frames))
	t.goal(count(float64(b.lines))+" lines at once, in a browser: last line painted", fmt.Sprintf("p50 %s, max %s after it was written", short(milliseconds(median(b.late))), short(late)),
		"≤ 10 s", late <= 10*time.Second, fmt.Sprintf("%d bursts on one page at the live edge; from write(2)'s return", n))
	t.goal("longest task of the page meanwhile", b.tasks.String(), "≤ 100 ms", b.tasks.good(), "from the browser's trace; the longest of each burst")
	t.goal("frames meanwhile, p95", fmt.Sprintf("p50 %s, max %s", short(milliseconds(median(b.frames))), short(frame)), "≤ 25 ms", frame <= mostFrame, "between requestAnimationFrames; p95 of each burst")
	t.goal("memory of the tab, at most", fmt.Sprintf("%s (%s before)", mib(b.peak), mib(before)), "< 250 MB", b.peak < mostTab, "RssAnon and VmSwap of its process every 20 ms")
	grown, second := b.kept[n-1]-b.kept[min(1, n-1)], b.kept[min(1, n-1)]
	t.goal("from the second burst to the last it grew by", mib(grown), "≤ 10 %", grown <= second/10, "what is kept when the browser is asked to collect its garbage, after each: "+eachMiB(b.kept)+"; before that: "+eachMiB(b.memory)+" MiB")
}

func eachMiB(sizes []int64) string {
	var all []string
	for _, n := range sizes {
		all = append(all, fmt.Sprintf("%.0f", float64(n)/(1<<20)))
	}
	return strings.Join(all, ", ")
}

// countsWhileReading scrolls up, has n lines written, the first with that number, and says how many the page says are new.
func (p *screen) countsWhileReading(log *os.File, first, n int64) (string, error) {
	if err := p.run(`document.querySelector('#log').focus()`); err != nil {
		return "", err
	}
	for range 3 {
		if err := chromedp.Do(p.ctx, chromedp.KeyEvent(kb.PageUp)); err != nil {
			return "", err
		}
	}
	if _, err := p.until(`!document.querySelector('#more').hidden`); err != nil {
		return "", err
	}
	read, err := ask[[]float64](p, `watch.shown()`)
	if err != nil {
		return "", err
	}
	if _, err := log.Write(lines(first, n, 0)); err != nil {
		return "", err
	}
	// It says so once a frame as they come; it is done when it says the same for a second.
	counted, err := ask[string](p, `new Promise((done) => {
		const end = document.querySelector('#end')
		let timer
		const again = () => (clearTimeout(timer), timer = setTimeout(() => done(end.textContent), /[0-9]/.test(end.textContent) ? 2000 : 20000))
		new MutationObserver(again).observe(end, { childList: true, subtree: true, characterData: true })
		again()
	})`)
	if err != nil {
		return "", err
	}
	still, err := ask[[]float64](p, `watch.shown()`)
	if err == nil && !slices.Equal(read, still) {
		err = fmt.Errorf("what was read has moved: line %.0f was on top, and now %.0f", read[0], still[0])
	}
	_, counted, _ = strings.Cut(strings.TrimSuffix(counted, " new"), " ")
	return counted, err
}
