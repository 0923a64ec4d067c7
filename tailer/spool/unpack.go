package spool

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/sys/unix"
)

// Understood says whether files whose names end in ext can be unpacked.
func Understood(ext string) bool {
	switch ext {
	case ".gz", ".zst", ".xz", ".bz2":
		return true
	}
	return false
}

const (
	stepBytes = 1 << 20
	window    = 128 << 20 // most memory that a file may want for being unpacked
)

var steps = sync.Pool{New: func() any { b := make([]byte, stepBytes); return &b }}

// input is a compressed file being unpacked.
type input struct {
	src  *os.File // its own
	off  int64    // read of it so far
	r    io.Reader
	end  func()
	skip int64 // unpacked bytes that are there already
}

func (in *input) Read(b []byte) (int, error) {
	n, err := in.src.ReadAt(b, in.off)
	in.off += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

func (in *input) close() {
	if in.end != nil {
		in.end()
	}
	in.src.Close()
}

// start begins to unpack src, of which skip bytes are there.
func start(src *os.File, ext string, skip int64) (in *input, err error) {
	fd, err := unix.FcntlInt(src.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	in = &input{src: os.NewFile(uintptr(fd), ext), skip: skip}
	from := bufio.NewReaderSize(in, 64<<10)
	switch ext {
	case ".gz":
		in.r, err = gzip.NewReader(from)
	case ".zst":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window)); err == nil {
			in.r, in.end = d, d.Close
		}
	case ".xz":
		if err = smallWindow(src); err == nil {
			in.r, err = xz.ReaderConfig{DictCap: 1 << 20}.NewReader(from)
		}
	default:
		in.r = bzip2.NewReader(from)
	}
	if err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// smallWindow refuses an xz file that asks for a large dictionary: the library gives it whatever it wants.
func smallWindow(src *os.File) error {
	var b [32]byte
	src.ReadAt(b[:], 12) // behind the stream's header; what is too short is found broken later
	at := 2
	for _, flag := range []byte{0x40, 0x80} { // sizes that the block's header may carry
		if b[1]&flag != 0 {
			for at < len(b)-4 && b[at]&0x80 != 0 {
				at++
			}
			at++
		}
	}
	const lzma2, most = 0x21, 30 // 2^27 bytes
	if b[1]&3 == 0 && b[at] == lzma2 && b[at+2] > most {
		return ErrMemory
	}
	return nil
}

// step unpacks a little more towards upto; done is how much of the compressed file was read. e.work is held.
func (t *Text) step(upto int64) (done int64, err error) {
	e := t.e
	if e.fault != nil {
		return 0, e.fault
	}
	if e.in == nil {
		if e.in, err = start(t.src, t.ext, e.size); err != nil {
			return 0, t.fail(err)
		}
	}
	b := steps.Get().(*[]byte)
	defer steps.Put(b)
	buf := *b
	skipping := e.in.skip > 0
	if skipping {
		buf = buf[:min(e.in.skip, stepBytes)]
	} else {
		buf = buf[:min(max(upto-e.size, 1), stepBytes)]
	}
	n, err := fill(e.in.r, buf)
	if skipping {
		e.in.skip -= int64(n)
		if err == nil {
			return e.in.off, nil
		}
		return 0, t.fail(ErrBroken)
	}
	if n > 0 {
		if err := t.keep(buf[:n]); err != nil {
			return 0, err
		}
	}
	switch {
	case err == io.EOF:
		return t.size, t.finish()
	case err != nil:
		return 0, t.fail(err)
	}
	return e.in.off, nil
}

// fill reads until b is full. Unlike io.ReadFull it tells an end from one that comes too early.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

// keep appends what was unpacked, if there is room.
func (t *Text) keep(b []byte) error {
	s, e := t.s, t.e
	s.mu.Lock()
	if !s.shrink(int64(len(b))) {
		s.mu.Unlock()
		e.fault = ErrFull
		return e.fault
	}
	s.used += int64(len(b))
	at := e.size
	s.mu.Unlock()
	_, err := e.w.WriteAt(b, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.used -= int64(len(b))
		e.fault = diskFull(fmt.Errorf("writing to the spool: %w", err))
		return e.fault
	}
	e.size += int64(len(b))
	return nil
}

// finish gives a whole text its name.
func (t *Text) finish() error {
	s, e := t.s, t.e
	s.mu.Lock()
	defer s.mu.Unlock()
	e.stop()
	if err := os.Rename(s.path(e), filepath.Join(s.o.Dir, e.key)); err != nil {
		e.fault = fmt.Errorf("keeping an unpacked log: %w", err)
		return e.fault
	}
	e.whole = true
	return nil
}

// fail notes why no more comes.
func (t *Text) fail(err error) error {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		t.e.fault = fmt.Errorf("reading a compressed log: %w", err)
	case errors.Is(err, ErrMemory):
		t.e.fault = err
	default:
		t.e.fault = ErrBroken
	}
	return t.e.fault
}
