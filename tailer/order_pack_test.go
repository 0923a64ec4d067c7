package tailer

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"livetail/internal/wire"
)

// packing is a compression under way: the file is there twice, the second time in part.
type packing struct {
	name, ext string
	rest      []byte // what is not written yet
}

// aside is the name that the log gets next, by whichever way its rotation names files, and is free.
func (m *order) aside() string {
	m.packed()
	if m.dated {
		m.days++
		return time.Date(2026, 1, m.days, 0, 0, 0, 0, time.UTC).Format("f-20060102")
	}
	m.shiftAll()
	return "f.1"
}

// inode is that of the file of a name.
func (m *order) inode(name string) uint64 {
	var st unix.Stat_t
	m.must(unix.Stat(m.at(name), &st))
	return st.Ino
}

// known says what a file has that is under an inode of its own.
func (m *order) known(ino uint64, s *stream) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byInode[ino] = s
	m.note("inode %d is of %s", ino, s.name)
}

// still are the names of the older files to which nobody writes any more, and which are not compressed.
func (m *order) still() (names []string) {
	all, err := filepath.Glob(m.at("f?*"))
	m.must(err)
	for _, path := range all {
		name := filepath.Base(path)
		s := m.byInode[m.inode(name)]
		if s == nil || slices.Contains(packings, filepath.Ext(name)) || slices.Contains(m.frail(), s) ||
			slices.ContainsFunc(m.scribes, func(o *scribe) bool { return o.to == s }) {
			continue
		}
		names = append(names, name)
	}
	return names
}

// frail are files of the position that a reader goes on from and is not known to have found yet, which can be told from others only
// by their inodes.
func (m *order) frail() []*stream {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.heards) > m.resumed {
		return nil
	}
	return m.heards[len(m.heards)-1].weak
}

// compress begins to pack one of those files, or ends what was begun.
func (m *order) compress(t *rapid.T) {
	if m.packing != nil {
		m.packed()
		return
	}
	if names := m.still(); len(names) > 0 {
		m.begin(t, rapid.SampledFrom(names).Draw(t, "compress"))
		if rapid.Bool().Draw(t, "at once") {
			m.packed()
		}
	}
}

// begin writes some of what name is compressed to.
func (m *order) begin(t *rapid.T, name string) {
	ext := rapid.SampledFrom(packings).Draw(t, "as")
	text, err := os.ReadFile(m.at(name))
	m.must(err)
	out := packed(m.bench, ext, text)
	part := rapid.IntRange(0, len(out)).Draw(t, "part")
	s := m.byInode[m.inode(name)]
	s.packed = true
	m.bench.write(name+ext, string(out[:part]))
	m.known(m.inode(name+ext), s)
	m.packing = &packing{name, ext, out[part:]}
	m.act(name + ext)
}

// packed ends a compression, as programs do that compress.
func (m *order) packed() {
	p := m.packing
	if p == nil {
		return
	}
	m.packing = nil
	info, err := os.Stat(m.at(p.name))
	m.must(err)
	m.append(p.name+p.ext, string(p.rest))
	m.must(os.Chtimes(m.at(p.name+p.ext), info.ModTime(), info.ModTime()))
	m.remove(p.name)
}

// rotateAndCompress is a rotation without delay: its programs open the log anew, and what it was is compressed.
func (m *order) rotateAndCompress(t *rapid.T) {
	if m.now.name != "f" || m.files >= 8 {
		return
	}
	old, name := m.now, m.aside()
	m.rename("f", name)
	old.name = name
	m.create()
	for _, s := range m.scribes {
		if s.to == old {
			m.finish(s)
			m.open(s)
		}
	}
	if !slices.Contains(m.frail(), old) {
		m.begin(t, name)
		m.packed()
	}
}

// weak are the files of a position that are not known well enough to be found among compressed ones.
func (m *order) weak(at wire.Position) (weak []*stream) {
	for _, p := range at {
		tok, _ := parseToken(p.File)
		s := m.byInode[tok.ino] // nil: there was no file yet
		if s != nil && (max(int64(tok.headN), tok.checkAt) < minAlone || p.Offset > headSize && tok.checkAt <= headSize) {
			weak = append(weak, s)
		}
	}
	return weak
}
