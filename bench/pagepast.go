package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const mostRead = 2 << 20

// pagePast opens a very large log and a small one in a browser, jumps to the middle of each and scrolls there.
func pagePast(ctx context.Context, s *stack, z sizes, t *table) error {
	c, err := s.browse(ctx)
	if err != nil {
		return err
	}
	defer c.end()
	var past [2]*visited
	for i, log := range []struct {
		id   string
		size int64
	}{{smallLog, 10 << 10}, {bigLog, z.pageBig}} {
		n, err := s.makeLog(ctx, log.id, log.size)
		if err != nil {
			return err
		}
		defer os.Remove(s.log(log.id))
		past[i] = &visited{lines: n, id: log.id}
	}
	// In turn, so that both have the same machine.
	for range z.pageTries {
		for _, v := range past {
			if err := v.once(ctx, s, c); err != nil {
				return fmt.Errorf("a log of %s: %w", size(v.lines*lineSize), err)
			}
		}
	}
	small, big := past[0], past[1]
	large := size(big.lines * lineSize)
	t.goal("a log of "+large+" opens in a browser", big.opened.String(), "as one of 10 KB", true, fmt.Sprintf("from the beginning of the navigation until a row is painted; %d times in turn with 10 KB: %s", z.pageTries, small.opened))
	t.goal("the worker reads for it", fmt.Sprintf("%s at most", mib(big.read)), "≤ 2 MiB", big.read <= mostRead, "`rchar` in /proc/&lt;worker&gt;/io, from before the navigation until the page is live and at rest; what it reads from Redis is in it")
	t.add("jump to the middle", big.jumped.String(), fmt.Sprintf("from the press on the scrollbar's track until the screen is full of rows from there; 10 KB: %s", small.jumped))
	t.add("a screen further up, and down", big.scrolled.String(), fmt.Sprintf("Page Up (10 KB: and Page Down) from the key until the screen is full of the rows before; %d keys; the browser's own animation is off; 10 KB: %s", len(big.scrolled), small.scrolled))
	t.add("a page of the past: asked → painted", big.answered.String(), fmt.Sprintf("%d answers of up to 1,000 lines while that was done; from the question on the socket until its last rows are painted", len(big.answered)))
	t.add("ratio to 10 KB: opening, jump, screen", fmt.Sprintf("%.2f, %.2f, %.2f", ratio(big.opened, small.opened), ratio(big.jumped, small.jumped), ratio(big.scrolled, small.scrolled)), "of the p50")
	return nil
}

func ratio(a, b spread) float64 { return float64(a.at(.5)) / float64(b.at(.5)) }

// visited is how a log was looked at.
type visited struct {
	id    string
	lines int64

	opened, jumped, scrolled, answered spread
	read                               int64
}

// hand is how long a pointer rests before it presses, and how long it then holds the button.
const hand = 100 * time.Millisecond

// screens is how many screens are scrolled from the middle at each visit.
const screens = 40

func (v *visited) once(ctx context.Context, s *stack, c *chromium) error {
	before, err := s.worker.read()
	if err != nil {
		return err
	}
	p, err := c.open(pagePath(v.id))
	if err != nil {
		return err
	}
	defer p.close()
	ms, err := ask[float64](p, `watch.usable`)
	if err != nil {
		return err
	}
	v.opened = append(v.opened, milliseconds(ms))
	if err := p.live(); err != nil {
		return err
	}
	if _, err := p.until(fmt.Sprintf(`watch.shown().at(-1) === %d`, v.lines-1)); err != nil {
		return err
	}
	// The thumb is as small as the log is long: the page has heard how long its past is, without which there is no middle.
	if _, err := p.until(fmt.Sprintf(`document.querySelector('#track .thumb').offsetHeight <= Math.max(30, 1.2 * document.querySelector('#track').clientHeight * watch.shown().length / %d)`, v.lines)); err != nil {
		return err
	}
	// What a page asks for by itself comes within a second.
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	after, err := s.worker.read()
	if err != nil {
		return err
	}
	v.read = max(v.read, after-before)
	return v.scroll(p)
}

// scroll jumps to the middle and goes on from there.
func (v *visited) scroll(p *screen) error {
	if err := p.run(`document.querySelector('#log').focus()`); err != nil {
		return err
	}
	// From the beginning of both: the middle of a small log is on the screen with its end, and a press there would move nothing.
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent(kb.Home)); err != nil {
		return err
	}
	if _, err := p.until(`watch.shown()[0] === 0`); err != nil {
		return err
	}
	if err := pause(p.ctx, time.Second); err != nil { // what is asked for by itself
		return err
	}
	track, err := ask[[]float64](p, `(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.querySelector('#track').getBoundingClientRect())`)
	if err != nil {
		return err
	}
	// A hand is there before it presses, and what the track looks like under a pointer is drawn.
	if err := chromedp.Do(p.ctx, chromedp.MouseEvent(chromedp.MouseMoved, track[0], track[1])); err != nil {
		return err
	}
	if err := pause(p.ctx, hand); err != nil {
		return err
	}
	end, err := p.watch(false)
	if err != nil {
		return err
	}
	d, err := p.timed("pointerdown", fmt.Sprintf(`watch.whole() && Math.abs(watch.shown()[0] - %d) <= %d`, v.lines/2, max(30, v.lines/100)), atAnyMoment(button(input.DispatchMouseEventTypeMousePressed, track)))
	if err != nil {
		return err
	}
	if err := pause(p.ctx, hand); err != nil {
		return err
	}
	if err := chromedp.Do(p.ctx, button(input.DispatchMouseEventTypeMouseReleased, track)); err != nil {
		return err
	}
	v.jumped = append(v.jumped, d)
	for i := range screens {
		key, so := kb.PageUp, `shown[0] < %g`
		if v.id == smallLog && i%2 == 1 {
			key, so = kb.PageDown, `shown[0] > %g`
		}
		top, err := ask[float64](p, `watch.shown()[0]`)
		if err != nil {
			return err
		}
		d, err := p.timed("keydown", `watch.whole() && ((shown) => `+fmt.Sprintf(so, top)+`)(watch.shown())`, chromedp.KeyEvent(key))
		if err != nil {
			return fmt.Errorf("screen %d from line %.0f: %w", i+1, top, err)
		}
		v.scrolled = append(v.scrolled, d)
	}
	did, err := end()
	v.answered = append(v.answered, spreadOf(did.Answers)...)
	return err
}

// atAnyMoment acts at a random moment between two frames, as a hand does: what comes before it may end just behind one each time.
func atAnyMoment(act chromedp.Action[chromedp.Void]) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if err := pause(ctx, rand.N(time.Second/60)); err != nil {
			return err
		}
		return chromedp.Do(ctx, act)
	})
}

// button presses the left one, or lets it go.
func button(kind input.DispatchMouseEventType, at []float64) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
		return err
	})
}

// timed does something, and says how long it took from that event until so is painted.
func (p *screen) timed(event, so string, act chromedp.Action[chromedp.Void]) (time.Duration, error) {
	if err := p.run(`watch.after(%q, () => %s)`, event, so); err != nil {
		return 0, err
	}
	if err := chromedp.Do(p.ctx, act); err != nil {
		return 0, err
	}
	ms, err := ask[float64](p, `watch.acted`)
	return milliseconds(ms), err
}
