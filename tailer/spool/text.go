package spool

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Faults of a text: what was unpacked before is there and right.
var (
	ErrUnknown = errors.New("it is compressed in a way that is not understood")
	ErrBroken  = errors.New("the compressed file is damaged or ends early")
	ErrFull    = errors.New("the spool for unpacked logs is full")
	ErrMemory  = errors.New("it wants more memory for being unpacked than it may have")
	ErrDisk    = errors.New("the disk of the spool for unpacked logs is full")
)

// Text is one compressed log being read. Its methods may be called by one goroutine at a time.
type Text struct {
	s     *Spool
	e     *entry
	src   *os.File
	size  int64 // of src
	ext   string
	begun int64 // what was there when it was opened, if not all
}

// Open takes a compressed file, whose name ends in ext. It keeps a descriptor of its own.
func (s *Spool) Open(fd int, ext string) (*Text, error) {
	if !Understood(ext) {
		return nil, ErrUnknown
	}
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a compressed log: %w", err)
	}
	t := &Text{s: s, src: os.NewFile(uintptr(dup), ext), ext: ext}
	key, err := t.identify()
	if err == nil {
		err = t.join(key)
	}
	if err != nil {
		t.src.Close()
		return nil, err
	}
	return t, nil
}

const sample = 64 << 10

// identify names the file by what is in it: its size, its beginning, and its end, where compressions keep their checksums.
func (t *Text) identify() (string, error) {
	info, err := t.src.Stat()
	if err != nil {
		return "", fmt.Errorf("opening a compressed log: %w", err)
	}
	t.size = info.Size()
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64([]byte(t.ext), uint64(t.size)))
	for _, at := range []int64{0, max(0, t.size-sample)} {
		if _, err := io.Copy(h, io.NewSectionReader(t.src, at, sample)); err != nil {
			return "", fmt.Errorf("reading a compressed log: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:20]), nil
}

// join uses what is unpacked of it already.
func (t *Text) join(key string) error {
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return diskFull(err)
	}
	e := s.entries[key]
	if e == nil {
		e = &entry{key: key, work: make(chan struct{}, 1)}
	}
	if !e.whole && e.w == nil {
		w, err := os.OpenFile(s.path(e), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return diskFull(fmt.Errorf("opening the spool: %w", err))
		}
		e.w = w
	}
	if !e.whole {
		t.begun = e.size
	}
	e.refs++
	e.last = time.Now()
	s.entries[key], t.e = e, e
	if e.whole {
		os.Chtimes(s.path(e), e.last, e.last) // the next process knows when it was used
	}
	return nil
}

// Copy opens what is unpacked so far, to be read. Whoever asks closes it.
func (t *Text) Copy() (int, error) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	fd, err := syscall.Open(t.s.path(t.e), syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return -1, fmt.Errorf("opening the spool: %w", err)
	}
	return fd, nil
}

// Size is how much is unpacked, and whether that is all.
func (t *Text) Size() (n int64, whole bool) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.e.size, t.e.whole
}

// Unpack makes sure that upto bytes are there, or all of them. It calls tell from time to time, with how much of the
// compressed file it has read. What a reader left unfinished has to be read again from its beginning, so then it goes at least
// as far again.
func (t *Text) Unpack(ctx context.Context, upto int64, tell func(done, of int64) error) error {
	for {
		n, whole := t.Size()
		if whole || n >= upto {
			return nil
		}
		upto = max(upto, 2*t.begun)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case t.e.work <- struct{}{}:
		}
		if n, whole := t.Size(); whole || n >= upto {
			<-t.e.work
			return nil // others did it meanwhile: to unpack what is whole would begin it anew
		}
		done, err := t.step(upto)
		<-t.e.work
		if err == nil && tell != nil {
			err = tell(done, t.size)
		}
		if err != nil {
			return err
		}
	}
}

// Close gives the text back. Nothing of it is removed unless there is no room.
func (t *Text) Close() {
	t.src.Close()
	s, e := t.s, t.e
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.refs--; e.refs > 0 {
		return
	}
	e.stop()
	e.last = time.Now()
	if e.fault != nil {
		s.remove(e) // the next one tries again
	}
	s.shrink(0)
}

// stop ends unpacking, and keeps what it gave.
func (e *entry) stop() {
	if e.in != nil {
		e.in.close()
		e.in = nil
	}
	if e.w != nil {
		e.w.Close()
		e.w = nil
	}
}

func diskFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return ErrDisk
	}
	return err
}
