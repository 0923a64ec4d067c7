package consumer

import (
	"sync"

	"livetail/internal/wire"
)

// place is what a socket takes of the limits.
type place uint8

const (
	noPlace place = iota
	waiting       // it has not said yet what it wants
	open          // it has a tail
)

// admission counts the sockets of this process. Those that wait have a limit of their own, of the same size, because
// which tail a new socket replaces is known only when it says so.
type admission struct {
	perUser, all int

	mu    sync.Mutex
	count [open + 1]int
	users map[userPlace]int
	tails map[wire.TailID]*socket
}

type userPlace struct {
	user  string
	place place
}

func newAdmission(perUser, all int) *admission {
	return &admission{perUser: perUser, all: all, users: map[userPlace]int{}, tails: map[wire.TailID]*socket{}}
}

// full is the reason why there is no room for one more, if there is none.
func (a *admission) full(user string, p place) (Reason, bool) {
	if a.users[userPlace{user, p}] >= a.perUser {
		return userFull, true
	}
	return allFull, a.count[p] >= a.all
}

// enter lets a new socket wait.
func (a *admission) enter(s *socket) (Reason, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if reason, full := a.full(s.visit.User, waiting); full {
		return reason, false
	}
	a.move(s, waiting)
	return Reason{}, true
}

// admit gives a waiting socket room for a tail. A tail that it replaces, if it is the same user's, makes the room and must
// be ended by the caller.
func (a *admission) admit(s *socket, replaces wire.TailID) (old *socket, reason Reason, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.place != waiting { // it has ended
		return nil, gone, false
	}
	if old = a.tails[replaces]; old != nil && old.visit.User == s.visit.User {
		a.forget(old)
	} else {
		old = nil
	}
	if reason, full := a.full(s.visit.User, open); full {
		return old, reason, false
	}
	a.move(s, open)
	return old, Reason{}, true
}

// name makes s known as the owner of a tail, so that another socket can replace it.
func (a *admission) name(s *socket, id wire.TailID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.place == open {
		s.id = id
		a.tails[id] = s
	}
}

// leave gives back whatever s has.
func (a *admission) leave(s *socket) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget(s)
}

func (a *admission) forget(s *socket) {
	if a.tails[s.id] == s {
		delete(a.tails, s.id)
	}
	a.move(s, noPlace)
}

func (a *admission) move(s *socket, to place) {
	a.add(s, -1)
	s.place = to
	a.add(s, +1)
}

func (a *admission) add(s *socket, n int) {
	if s.place == noPlace {
		return
	}
	key := userPlace{s.visit.User, s.place}
	a.count[s.place] += n
	if a.users[key] += n; a.users[key] == 0 {
		delete(a.users, key)
	}
}
