package tailer

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
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

// While files are renamed for longer than one looks, what was seen twice is one file, or its lines would come twice; and what was
// seen before and not now is there all the same, or its lines would be left out.
func TestSiblings_RenamedAllTheTime(t *testing.T) {
	b := live(t, "a\n")
	f := b.follower
	f.mu.Lock()
	defer f.mu.Unlock()
	look := func(files ...string) (list []sibling) {
		for _, file := range files {
			name, id, _ := strings.Cut(file, " ")
			parsed, ok := f.names().Parse(name)
			if !ok {
				t.Fatalf("%s is no name of the log's", name)
			}
			list = append(list, sibling{File: parsed, key: key{ino: uint64(id[0])}, st: unix.Stat_t{Mtim: unix.Timespec{Sec: int64(id[0])}}})
		}
		return list
	}
	for _, c := range []struct{ before, now, want string }{
		{"f.2 a,f.1 b", "f.3 a,f.2 b,f.1 b,f c", "f.3 a,f.2 b,f c"},
		{"f.2 a,f.1 b,f c", "f.3 a,f.1 c,f d", "f.3 a,f.1 b,f.1 c,f d"},
		{"", "f.2 a,f.1 a", "f.2 a"},
	} {
		split := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
		var got []string
		for _, s := range f.together(look(split(c.before)...), look(split(c.now)...)) {
			got = append(got, s.Name+" "+string(rune(s.key.ino)))
		}
		if !slices.Equal(got, split(c.want)) {
			t.Errorf("%s and then %s are %q", c.before, c.now, got)
		}
	}
}
