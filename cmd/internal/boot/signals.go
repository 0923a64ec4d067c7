package boot

import (
	"os"
	"os/signal"
	"syscall"
)

// onSignals calls first at the first signal to stop and second at the next one, until done is closed.
//
// A closed pipe on standard output or error becomes an error of the write, not the end: a server must not die with the
// `head` that read its first lines.
func onSignals(done <-chan struct{}, first func(), second func(os.Signal)) (ended <-chan struct{}) {
	signal.Ignore(syscall.SIGPIPE)
	signals := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup asks to live on without a terminal
		signals = append(signals, syscall.SIGHUP)
	}
	heard := make(chan os.Signal, 2) // two that come at once are both heard
	signal.Notify(heard, signals...)
	end := make(chan struct{})
	go func() {
		defer close(end)
		defer signal.Stop(heard)
		for n := 0; ; n++ {
			select {
			case s := <-heard:
				if n == 0 {
					first()
				} else {
					second(s)
				}
			case <-done:
				return
			}
		}
	}()
	return end
}
