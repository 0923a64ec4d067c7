package logs

import (
	"bytes"
	"io"
	"os"
	"path"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"livetail/internal/coding"
	"livetail/internal/naming"
)

type kind uint8

const (
	unknown kind = iota // nothing in it yet
	text
	binary
)

var binaryNames = map[string]bool{"wtmp": true, "btmp": true, "utmp": true, "lastlog": true, "faillog": true, "tallylog": true,
	"wtmp.db": true, "lastlog2.db": true}

var binaryExts = map[string]bool{".gz": true, ".xz": true, ".zst": true, ".bz2": true, ".lz4": true, ".zip": true, ".tar": true,
	".tgz": true, ".7z": true, ".journal": true, ".journal~": true, ".png": true, ".jpg": true, ".jpeg": true, ".gif": true,
	".webp": true, ".ico": true, ".pdf": true, ".db": true, ".sqlite": true, ".rrd": true, ".so": true, ".o": true, ".jar": true,
	".pcap": true, ".swp": true}

// binaryName says what is known without opening the file, which may be empty or not readable by us.
func binaryName(name string) bool {
	return binaryExts[strings.ToLower(path.Ext(name))] || binaryNames[name] || binaryNames[naming.Bare(name)]
}

var magics = [][]byte{
	{0x1f, 0x8b}, {0xfd, '7', 'z', 'X', 'Z'}, {0x28, 0xb5, 0x2f, 0xfd}, []byte("BZh"), {'P', 'K', 3, 4}, {0x7f, 'E', 'L', 'F'},
	{0x89, 'P', 'N', 'G'}, {0xff, 0xd8, 0xff}, []byte("GIF8"), []byte("%PDF-"), []byte("LPKSHHRH"), []byte("SQLite format 3"),
}

const (
	headSize   = 1024
	maxNotText = 20 // of files that are not text are told by name
)

// sniff looks at the first bytes of a regular file. It never waits: what became a FIFO meanwhile is opened without
// blocking and given back.
func sniff(path string) (kind, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW|syscall.O_NOCTTY, 0)
	if err != nil {
		return unknown, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		return binary, err
	}
	head := make([]byte, headSize)
	n, err := f.ReadAt(head, 0)
	if n == 0 {
		if err == io.EOF {
			err = nil
		}
		return unknown, err
	}
	if head = head[:n]; len(bytes.Trim(head, "\x00")) == 0 {
		head = behindHole(f)
	}
	return kindOf(head), nil
}

// behindHole is what follows the zeros at the beginning: copytruncate under a writer that does not append leaves a hole
// there, and the log goes on behind it.
func behindHole(f *os.File) []byte {
	at, err := f.Seek(0, unix.SEEK_DATA)
	if err != nil {
		return []byte{0}
	}
	block := make([]byte, 64<<10) // a hole ends at a block's border, the zeros where the writer stood
	n, _ := f.ReadAt(block, at)
	block = bytes.TrimLeft(block[:n], "\x00")
	if len(block) == 0 {
		return []byte{0}
	}
	return block[:min(len(block), headSize)]
}

func kindOf(head []byte) kind {
	if coding.Detect(head).Wide() {
		return text
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, m) {
			return binary
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return binary
	}
	return text
}
