package web

import "sync"

// downloads counts those under way of each user.
type downloads struct {
	mu    sync.Mutex
	users map[string]int
}

func (d *downloads) enter(user string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users[user] >= downloadsPerUser {
		return false
	}
	if d.users == nil {
		d.users = map[string]int{}
	}
	d.users[user]++
	return true
}

func (d *downloads) leave(user string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.users[user]--; d.users[user] == 0 {
		delete(d.users, user)
	}
}
