package filter

import (
	"math"
	"sync"
	"time"
)

const (
	// A part of a text is enough to look at where there is no time for the whole: the rest is taken to be like it.
	errorSample = 4 << 10
	// Of texts that are larger, so many bytes a second are looked at, and so many at once after a calm moment.
	errorRate = 16 << 20
	errorHold = 8 << 20
)

// Errors counts the lines that report an error in what goes by: all of them, unless so much comes that it would cost more than a
// few hundredths of a processor. The zero one is ready. Safe for concurrent use.
type Errors struct {
	mu   sync.Mutex
	left int // bytes that may be looked at
	last time.Time
}

// In is how many lines of text, which begins inside a line or not, report an error.
func (e *Errors) In(text []byte, inside bool, now time.Time) int {
	if inside {
		text = text[lineEnd(text, 0):]
	}
	if e.whole(len(text), now) {
		_, errors := countErrors(text)
		return errors
	}
	lines, errors := countErrors(text[:errorSample])
	return int(math.Round(float64(Lines(text, false)) * float64(errors) / float64(lines)))
}

// whole says whether there is time for n bytes.
func (e *Errors) whole(n int, now time.Time) bool {
	if n <= errorSample {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if since := now.Sub(e.last); since > 0 {
		e.left = int(min(errorHold, float64(e.left)+errorRate*since.Seconds()))
		e.last = now
	}
	if e.left < n {
		return false
	}
	e.left -= n
	return true
}

// countErrors counts lines, and those that report an error. What continues such a line is part of it, and an exception that
// nobody announced is one itself.
func countErrors(text []byte) (lines, errors int) {
	last := LevelOther
	for at := 0; at < len(text); at = lineEnd(text, at) {
		lines++
		line := lineAt(text, at)
		switch kindOf(line) {
		case follows:
			continue
		case trouble:
			if last == LevelError {
				continue
			}
			last = LevelError
		default:
			last = LevelOf(line)
		}
		if last == LevelError {
			errors++
		}
	}
	return lines, errors
}
