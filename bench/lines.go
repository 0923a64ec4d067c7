package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"livetail/internal/wire"
)

// A line is lineSize bytes: its number, a stamp, something to fill it. Its number is its offset / lineSize, so what a
// frame says about its place is checked by what is in it.
const (
	lineSize   = 120
	numberEnd  = 12 // digits
	stampStart = numberEnd + 1
	stampEnd   = stampStart + 15 // digits
)

var blank = func() (l [lineSize]byte) {
	const words = " GET /api/v1/orders HTTP/1.1 200 0.042 upstream=10.0.0.7:8080 agent=Mozilla/5.0 the quick brown fox jumps over"
	copy(l[:], "000000000000 000000000000000")
	copy(l[stampEnd:], words)
	for i := stampEnd + len(words); i < lineSize; i++ {
		l[i] = '.'
	}
	l[lineSize-1] = '\n'
	return l
}()

// digits writes n into all of b.
func digits(b []byte, n int64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// lines are n lines from number first on.
func lines(first, n int64, stamp int64) []byte {
	b := make([]byte, 0, n*lineSize)
	l := blank
	digits(l[stampStart:stampEnd], stamp)
	for i := range n {
		digits(l[:numberEnd], first+i)
		b = append(b, l[:]...)
	}
	return b
}

// fill writes about size bytes of lines, at least one, and returns how many lines.
func fill(ctx context.Context, w io.Writer, size int64) (int64, error) {
	const chunk = 8192
	n := max(1, size/lineSize)
	for at := int64(0); at < n; at += chunk {
		if err := ctx.Err(); err != nil {
			return at, fmt.Errorf("writing lines: %w", err)
		}
		if _, err := w.Write(lines(at, min(chunk, n-at), 0)); err != nil {
			return at, fmt.Errorf("writing lines: %w", err)
		}
	}
	return n, nil
}

// checker looks at every byte of a log that one tail brings. It is cheap: what is expected is counted on in place.
type checker struct {
	line  [lineSize]byte // expected
	at    int            // bytes of it that came
	want  int64          // its number
	first int64          // number of the first line
	begun bool

	// stamped hears of each whole line with the stamp in it; nil: stamps are 0, and checked.
	stamped func(number, stamp int64)

	lost, repeated, changed int64 // lines
}

// from expects line n next. Without it the first frame says where it begins, which must be the beginning of a line.
func (c *checker) from(n int64) {
	c.line, c.at, c.want, c.begun = blank, 0, n, true
	digits(c.line[:numberEnd], n)
}

// take looks at a frame. What is wrong is counted; only nonsense and what the log should not have gone through is an error.
func (c *checker) take(f *wire.Frame) error {
	if f.Kind != wire.Lines || len(f.Payload) == 0 {
		return nil
	}
	number, at := f.Start/lineSize, int(f.Start%lineSize)
	if !c.begun {
		if at != 0 {
			return fmt.Errorf("the first frame begins inside a line, at %d", f.Start)
		}
		c.from(number)
		c.first = number
	}
	if number != c.want || at != c.at {
		if f.Start > c.want*lineSize+int64(c.at) {
			c.lost += max(1, number-c.want)
		} else {
			c.repeated += max(1, c.want-number)
		}
		c.from(number)
		c.at = at
	}
	c.bytes(f.Payload)
	return nil
}

func (c *checker) bytes(p []byte) {
	for len(p) > 0 {
		k := min(len(p), lineSize-c.at)
		if c.stamped != nil {
			for i := max(c.at, stampStart); i < min(c.at+k, stampEnd); i++ {
				c.line[i] = p[i-c.at]
			}
		}
		if !bytes.Equal(p[:k], c.line[c.at:c.at+k]) {
			c.changed++
		}
		c.at += k
		p = p[k:]
		if c.at == lineSize {
			c.whole()
		}
	}
}

// whole goes on to the next line.
func (c *checker) whole() {
	if c.stamped != nil {
		stamp, err := strconv.ParseInt(string(c.line[stampStart:stampEnd]), 10, 64)
		if err != nil {
			c.changed++
		} else {
			c.stamped(c.want, stamp)
		}
	}
	c.at = 0
	c.want++
	for i := numberEnd - 1; i >= 0; i-- {
		if c.line[i]++; c.line[i] <= '9' {
			return
		}
		c.line[i] = '0'
	}
}

var errLines = errors.New("lines are not as they were written")

// wrong is an error if anything but the lines as they were written came.
func (c *checker) wrong() error {
	if c.lost+c.repeated+c.changed == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d lost, %d repeated or reordered, %d changed", errLines, c.lost, c.repeated, c.changed)
}
