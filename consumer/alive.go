package consumer

import "time"

// pulse tells a slow page from a dead one. Dead is: nothing at all came from its end for a while, neither bytes nor
// acknowledgements; or its end takes part, but the page itself has read nothing for longer. What proves reading is a
// pong, and room being made while bytes wait to be sent; a kernel alone acknowledges small messages for hours.
//
// Only one goroutine may use it.
type pulse struct {
	dead, unread time.Duration
	every        time.Duration // between two looks

	looked  time.Time
	last    gauge
	pongs   uint64
	pressed bool // bytes were waiting at the last look
	life    time.Time
	reading time.Time
}

// look takes note of how far the connection got, and says whether the page is still there. Where this process itself stood still,
// or got no turn, the look is late, and that is not the page's silence.
func (p *pulse) look(now time.Time, g gauge, writing bool, pongs uint64) bool {
	if late := now.Sub(p.looked) - 2*p.every; late > 0 {
		p.life, p.reading = p.life.Add(late), p.reading.Add(late)
	}
	p.looked = now
	pressed := writing || g.unsent
	acked := g.acked > p.last.acked
	if acked || g.received > p.last.received {
		p.life = now
	}
	if pongs > p.pongs || acked && p.pressed {
		p.life, p.reading = now, now
	}
	p.last, p.pongs, p.pressed = g, pongs, pressed
	return now.Sub(p.life) < p.dead && now.Sub(p.reading) < p.unread
}
