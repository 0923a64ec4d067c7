package consumer

import "testing"

// A log that is stopped for everybody ends its sockets with the administrator's words, whether they opened it yet or not.
func TestAStoppedLog(t *testing.T) {
	r := newRig(t, Options{})
	const words = `stopped by admin: "disk work, back at 15:00"`
	p := r.dial("").open()
	tail := r.tail()
	r.stopped <- words
	await(t, "the tail is closed", tail.closed)
	p.end(stoppedFor(words))
	await(t, "it is released", r.released)
	silent := r.dial("")
	r.stopped <- words
	silent.end(stoppedFor(words))
}
