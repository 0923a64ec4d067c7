package web

import "sync"

const (
	userHasLists = "you have as many lists of logs open as one user may; close a window"
	allHaveLists = "this server has as many lists of logs open as it may; this page tries again in 10 s"
)

// lists counts live lists. There may be as many of them as tails: neither takes room from the other.
type lists struct {
	perUser, all int

	mu    sync.Mutex
	count int
	users map[string]int
}

func newLists(perUser, all int) *lists {
	return &lists{perUser: perUser, all: all, users: map[string]int{}}
}

// enter says in words why there is no room, if there is none.
func (l *lists) enter(user string) (leave func(), full string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.perUser > 0 && l.users[user] >= l.perUser:
		return nil, userHasLists
	case l.all > 0 && l.count >= l.all:
		return nil, allHaveLists
	}
	l.count++
	l.users[user]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.count--
		if l.users[user]--; l.users[user] == 0 {
			delete(l.users, user)
		}
	}, ""
}
