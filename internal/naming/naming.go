// Package naming says from names alone which files are one log's, and in what order they were written.
package naming

import (
	"cmp"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Names is how the files of a log are called: a name, and what rotation makes of it; or a pattern that is matched by dated
// names, of which the newest is the log and the others are its past.
type Names struct {
	base     string
	segments []string // of the pattern below its root
}

// Fixed are the names of a log that is always called base.
func Fixed(base string) Names { return Names{base: base} }

// Dated are the names that match pattern, relative to root, the folder before its first wildcard.
func Dated(pattern string) (root string, n Names) {
	root, n.segments = Split(pattern)
	return root, n
}

// Split cuts an absolute pattern into the folder before its first wildcard and the segments behind it.
func Split(pattern string) (root string, segments []string) {
	parts := strings.Split(strings.TrimPrefix(filepath.Clean(pattern), "/"), "/")
	n := 0
	for n < len(parts)-1 && !strings.ContainsAny(parts[n], `*?[\`) {
		n++
	}
	return "/" + strings.Join(parts[:n], "/"), parts[n:]
}

// Folders are the patterns of the folders between the log's root and its files.
func (n Names) Folders() []string {
	if len(n.segments) == 0 {
		return nil
	}
	return n.segments[:len(n.segments)-1]
}

// Stem is what the names of all files, or of their topmost folders, begin with.
func (n Names) Stem() string {
	if len(n.segments) == 0 {
		return strings.TrimSuffix(n.base, path.Ext(n.base))
	}
	stem := n.segments[0]
	if at := strings.IndexAny(stem, `*?[\`); at >= 0 {
		stem = stem[:at]
	}
	return stem
}

// File is what the name of one of a log's files says.
type File struct {
	// Name is relative to the log's folder.
	Name string
	// Packed is the extension of its compression; "": it is not compressed.
	Packed string
	// Current says that nothing was added to the name: the log itself or, of dated names, any that may be it.
	Current bool

	stem string
	date string // digits only
	num  int
}

// Parse says whether a file, named relative to the log's folder, is one of the log's.
func (n Names) Parse(name string) (File, bool) {
	f := File{Name: name}
	folder, base := path.Split(name)
	base, f.Packed = unpacked(base)
	if n.base != "" {
		return f, folder == "" && f.fixed(base, n.base)
	}
	for range 3 {
		rest, t, ok := peel(base)
		if !ok || t.date != "" || !n.match(folder+rest) {
			break
		}
		base, f.num = rest, t.num
	}
	f.stem = folder + base
	f.Current = f.num == 0 && f.Packed == ""
	return f, n.match(f.stem)
}

// fixed takes off what rotation added to name until it is base.
func (f *File) fixed(name, base string) bool {
	if !strings.HasPrefix(name, strings.TrimSuffix(base, path.Ext(base))) {
		return false // most names in a folder
	}
	for range 3 { // as in app.log-20261121.1.gz
		if name == base {
			f.Current = f.num == 0 && f.date == "" && f.Packed == ""
			return true
		}
		rest, t, ok := peel(name)
		if !ok {
			return false
		}
		if t.date != "" {
			f.date = t.date
		} else {
			f.num = t.num
		}
		name = rest
	}
	return name == base
}

// match says whether name has the pattern's form, to the letter.
func (n Names) match(name string) bool {
	parts := strings.Split(name, "/")
	if len(parts) != len(n.segments) {
		return false
	}
	for i, part := range parts {
		if ok, _ := filepath.Match(n.segments[i], part); !ok {
			return false
		}
	}
	return true
}

// Compare is below 0 if a was written before b, above if after, and 0 where their names do not say.
func (n Names) Compare(a, b File) int {
	switch {
	case n.base == "":
		return cmp.Or(Natural(a.stem, b.stem), cmp.Compare(b.num, a.num))
	case a.Current || b.Current:
		return cmp.Compare(btoi(a.Current), btoi(b.Current))
	case a.date != "" && b.date != "":
		return cmp.Or(strings.Compare(a.date, b.date), cmp.Compare(a.num, b.num))
	case a.date == "" && b.date == "":
		return cmp.Compare(b.num, a.num)
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Natural compares names as people sort them: runs of digits by their number, so that app-10 is newer than app-9.
func Natural(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da == 0 || db == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
		if c := cmp.Or(cmp.Compare(len(na), len(nb)), cmp.Compare(na, nb)); c != 0 {
			return c
		}
		a, b = a[da:], b[db:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// number is s as a number, that of a rotation: a few digits.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
