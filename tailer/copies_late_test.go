package tailer

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/wire"
)

// lagger writes numbered lines to the log that it has open, until it is told to open it anew.
type lagger struct {
	*bench
	out    *os.File
	n      int
	want   string
	header string // of each new log
}

func (w *lagger) open() {
	out, err := os.OpenFile(w.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	w.must(err)
	if w.out != nil {
		w.out.Close()
	}
	w.out = out
	if st, err := out.Stat(); err == nil && st.Size() == 0 {
		w.put(w.header)
	}
}

func (w *lagger) put(text string) {
	_, err := w.out.WriteString(text)
	w.must(err)
	w.want += text
}

func (w *lagger) line() {
	w.n++
	w.put(fmt.Sprintf("line %d\n", w.n))
}

// Nobody looks between any two steps of a rotation, nor up to the next one, and a program goes on in the old file for as long: while that
// is copied, when it has been, and when it is deleted. What it writes comes once, and in order.
func TestRow17_LateLinesBehindTheCopy(t *testing.T) {
	const rounds = 3
	steps := len(renameCopySteps)
	for blind := range rounds * steps {
		for sees := blind + 1; sees < min(blind+steps+3, rounds*steps); sees++ {
			for i, opens := range []string{"created", "copied half", "removed", "shifted"} {
				variant := blind + sees + i
				create, busy, header := variant%2 == 0 || opens == "shifted", variant/2%2 == 0, variant/4%2 == 0
				made := slices.Index(renameCopySteps, "created")
				if !create {
					made = slices.Index(renameCopySteps, opens)
				}
				if unseen(blind, sees, made, steps) {
					continue
				}
				t.Run(fmt.Sprintf("from %d to %d, opened when %s, create %v, busy %v, header %v", blind, sees, opens, create, busy, header), func(t *testing.T) {
					t.Parallel()
					b := live(t, "")
					w := &lagger{bench: b}
					if header {
						w.header = "# time level message\n"
					}
					w.open()
					defer func() { w.out.Close() }()
					at := 0
					for round := range rounds {
						w.line()
						if at <= blind || at > sees {
							b.text(w.want)
						}
						b.renameCopySteps(create, func(step string) {
							if at == blind {
								b.follower.mu.Lock()
							}
							if busy || step == opens {
								w.line()
							}
							if step == opens && (step != "shifted" || round > 0) {
								w.open()
							}
							if at == sees {
								b.follower.mu.Unlock()
							}
							if at < blind || at >= sees {
								b.until("the log is held", func() bool { return !b.there("f") || b.holds("f") || b.look() })
								b.looks(1)
							}
							at++
						})
					}
					w.line()
					w.open()
					w.line()
					b.text(w.want)
					b.marksNoGap()
					b.end()
				})
			}
		}
	}
}

// unseen says whether a log is moved away that was made while nobody looked.
func unseen(blind, sees, made, steps int) bool {
	for ; blind > made; made += steps {
	}
	return sees >= made-made%steps+steps+1
}

func (b *bench) there(name string) bool {
	_, err := os.Lstat(b.at(name))
	return err == nil
}

// The copy is whole and the original deleted when somebody looks, a slow reader has not come to its end, and then it gets more.
func TestRow17_LateLinesOfASlowReader(t *testing.T) {
	b := live(t, "read\n")
	w := &lagger{bench: b, want: "read\n"}
	w.open()
	defer func() { w.out.Close() }()
	b.whileBlocked(func() {
		w.line()
		b.follower.mu.Lock()
		b.renameCopy(func(string) {})
		b.follower.mu.Unlock()
		b.until("the log is held", func() bool { return b.holds("f") || b.look() })
		w.line()
		w.open()
		w.line()
	})
	b.text(w.want)
	b.marksNoGap()
}

// asItIsOpened follows a log that is replaced, and does something when the next one is opened and not listed yet.
func asItIsOpened(t *testing.T, do func(b *bench)) *bench {
	b := newBench(t)
	b.write("f", "a\n")
	var armed atomic.Bool
	b.onRead(func(int) error {
		if armed.CompareAndSwap(true, false) {
			do(b)
		}
		return nil
	})
	b.follow().text("a\n")
	b.mark(wire.MarkLive)
	b.follower.mu.Lock()
	defer b.follower.mu.Unlock()
	b.remove("f")
	b.append("f", "b\n")
	armed.Store(true)
	return b
}

// A log that is moved away as it is opened, and has a next one before it is listed, is not let go of: nothing else finds it again.
func TestRow07_ReplacedAsItIsOpened(t *testing.T) {
	for _, to := range []string{"", "f.tmp", "f.1"} {
		b := asItIsOpened(t, func(b *bench) {
			if to == "" {
				b.remove("f")
			} else {
				b.rename("f", to)
			}
			b.append("f", "c\n")
		})
		b.text("a\nb\nc\n")
		b.marksNoGap()
		b.end()
	}
}

// A log that is moved away as it is opened, and copied, has no name when it is listed, and the copy has.
func TestRow17_CopiedAsItIsOpened(t *testing.T) {
	b := asItIsOpened(t, func(b *bench) {
		b.rename("f", "f.tmp")
		b.must(copyFile(b.at("f.tmp"), b.at("f.1")))
		b.remove("f.tmp")
	})
	b.until("it is copied", func() bool { return b.there("f.1") || b.look() })
	b.text("a\nb\n")
	b.looks(2)
	b.append("f", "c\n")
	b.text("a\nb\nc\n")
	b.marksNoGap()
}

// What a log is replaced by is no copy, though it was made before the old one's last line and is the log no more when somebody looks.
func TestRow19_EmptyOneIsNoCopy(t *testing.T) {
	b := live(t, "a\n")
	b.write("new", "")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.follower.mu.Lock()
	b.rename("new", "f")
	b.rename("f", "f.1")
	b.append("f", "")
	b.follower.mu.Unlock()
	b.until("the log is held", func() bool { return b.holds("f") || b.look() })
	b.append("f.1", "late\n")
	b.text("a\nb\nlate\n")
	b.append("f", "c\n")
	b.text("a\nb\nlate\nc\n")
	b.marksNoGap()
}

// Before there is a next log the grace of the last one ends: its copy is known by then.
func TestRow17_NoNextLogForLong(t *testing.T) {
	for _, late := range []string{"", "late\n"} {
		b := live(t, numbered("read", 10))
		b.renameCopySteps(false, func(step string) {
			b.looks(1)
			if step == "copied" {
				b.append("f.tmp", late)
			}
		})
		b.text(numbered("read", 10) + late)
		b.clock.advance(time.Minute)
		b.looks(3)
		b.append("f", "next\n")
		b.text(numbered("read", 10) + late + "next\n")
		b.marksNoGap()
		b.end()
	}
}

// Another process goes on from a position in a log while that is copied: it has a name then that no rotated file has.
func TestRow17_ResumedWhileItIsCopied(t *testing.T) {
	for from, at := range renameCopySteps {
		for _, to := range renameCopySteps[from:] {
			for _, create := range []bool{true, false} {
				b := live(t, numbered("read", 10))
				position := b.after()
				b.append("f", "unread\n")
				b.text(numbered("read", 10) + "unread\n")
				b.renameCopySteps(create, func(step string) {
					if step == at {
						b.pause()
						b.coldly()
					}
					if step == to {
						b.resume(position)
						b.text("unread\n")
					}
					if b.stop != nil {
						b.looks(1)
					}
				})
				b.append("f", "next\n")
				b.text("unread\nnext\n")
				b.marksNoGap()
				b.end()
			}
		}
	}
}
