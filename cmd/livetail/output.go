package main

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"livetail/cmd/internal/boot"
)

// output is what -out names. One process at a time writes it.
type output struct {
	*os.File
	size int64
}

func openOutput(path string) (*output, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the output: %w", err)
	}
	o := &output{File: f}
	if err := o.own(); err != nil {
		f.Close()
		return nil, err
	}
	return o, nil
}

func (o *output) own() error {
	info, err := o.Stat()
	if err != nil {
		return fmt.Errorf("opening the output: %w", err)
	}
	if !info.Mode().IsRegular() {
		return boot.Usagef("-out: %s is not a file", plainPath(o.Name()))
	}
	if err := syscall.Flock(int(o.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another livetail follow writes %s: %w", plainPath(o.Name()), err)
	}
	o.size, err = o.Seek(0, io.SeekEnd)
	return err
}

// goOn brings the output to the length that it had when the position was noted: what is behind it was written by a process
// that was killed before it could note that, and comes again. It gives the difference.
func (o *output) goOn(noted int64) (over int64, err error) {
	over = o.size - noted
	if over <= 0 || noted < 0 {
		return min(over, 0), nil
	}
	if err := o.Truncate(noted); err != nil {
		return 0, fmt.Errorf("cutting the output back: %w", err)
	}
	o.size, err = o.Seek(noted, io.SeekStart)
	return over, err
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.File.Write(b)
	o.size += int64(n)
	return n, err
}
