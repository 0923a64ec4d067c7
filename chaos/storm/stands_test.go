//go:build linux

package storm

import (
	"fmt"
	"time"
)

// stands is where a page stands, in words for whoever wonders what it waits for. The page is looked at.
func (g *page) stands() string {
	ago := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return seconds(time.Since(t)) + " ago"
	}
	connection := "no socket"
	if g.socket != nil {
		connection = "a socket"
	}
	words := fmt.Sprintf("it is %q at %s with %s, the %dth, and heard %s; position %q; closings %v, answers %v", g.state,
		g.person.site.webs[g.at%len(g.person.site.webs)].name, connection, g.connected, ago(g.heard), g.position, g.closings, g.answers)
	if g.sift != nil {
		words += fmt.Sprintf("; its wish is %d of %s, quiet %t, %v", g.sift.rev, ago(g.wished), g.sift.quiet, g.sift.filter)
	}
	if f := g.last; f != nil {
		var places []int64
		for _, p := range f.After {
			places = append(places, p.Offset)
		}
		words += fmt.Sprintf("; the last frame came %s: wish %d, run %x, epoch %d, seq %d, kind %d, flags %d, %d bytes, %d looked at, %d passed, %d behind, up to %d",
			ago(g.framed), f.Rev, f.Run, f.Epoch, f.Seq, f.Kind, f.Flags, len(f.Payload), f.Looked, f.Passed, f.Behind, places)
	}
	if len(g.seen.first) > 0 {
		words += fmt.Sprintf("; %v", g.seen.first)
	}
	return words
}
