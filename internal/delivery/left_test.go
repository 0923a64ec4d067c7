package delivery

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// A job that is given up, since it waits where no worker may ever come again, does not stay behind.
func TestAJobThatIsGivenUpIsDeleted(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		f.found = wire.JobTaken
		open(t, h)
		close(f.confirmed)
		<-time.After(firstLook + lookAgain + time.Second)
		if queued, deleted := f.attempts(); !slices.Equal(queued, []uint32{1, 2}) || !slices.Equal(deleted, []uint32{1, 1}) {
			t.Errorf("queued %v, deleted %v (twice: the first try failed)", queued, deleted)
		}
	})
}

// A try that failed here reached Redis, and its run went and ended before a later try was accepted.
func TestAJobThatComesTooLateIsDeleted(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		f.refuse = 1 << 30
		tail := open(t, h)
		close(f.confirmed)
		synctest.Wait()
		h.hear(wire.Hello{Tail: tail.ID(), Attempt: 1, Run: 5, Worker: "w1"})
		h.hear(wire.Bye{Tail: tail.ID(), Attempt: 1, Run: 5, Worker: "w1"})
		f.mu.Lock()
		f.refuse = 0
		f.mu.Unlock()
		<-time.After(10 * time.Second)
		queued, deleted := f.attempts()
		slices.Sort(queued)
		if !slices.Equal(queued, []uint32{1, 2}) || !slices.Equal(deleted, []uint32{1, 1}) {
			t.Errorf("queued %v, deleted %v (twice: the first try failed)", queued, deleted)
		}
	})
}
