package tailer

import (
	"slices"
	"testing"
)

// The log's file was deleted and closed, and its inode number went to a file that is held, and deleted too: both are among the
// candidates, or what comes after the newest is looked for behind a file that is not there.
func TestCandidates_InodeNumberUsedAgain(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.remove("f.1")
	f := b.follower
	f.mu.Lock()
	defer f.mu.Unlock()
	older, last := f.held[0], f.held[1]
	last.close()
	last.inode, last.st = older.inode, older.st
	list, err := f.candidates(nil)
	b.must(err)
	for i, h := range f.held {
		if !slices.ContainsFunc(list, func(s sibling) bool { return s.held == h }) {
			t.Errorf("file %d of %d is not among the candidates", i, len(f.held))
		}
	}
	f.drop(list)
}
