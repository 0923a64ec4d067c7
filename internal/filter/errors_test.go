package filter

import (
	"strings"
	"testing"
	"time"
)

func TestErrors(t *testing.T) {
	for text, want := range map[string]int{
		"":                        0,
		"INFO a\nERROR b\nc\n":    1,
		"ERROR a\nERROR b":        2,
		"<3>a\r\nINFO b\r\n":      1,
		"{\"level\":\"error\"}\n": 1,
		// What continues an error is part of it, one that nobody announced is one.
		"ERROR a\njava.lang.Exception: a\n\tat b\nCaused by: c\n":                                 1,
		"INFO a\nTraceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'a'\nb\n": 1,
		"ERROR a\nINFO b\njava.lang.Exception: a\n\tat b\n":                                       2,
	} {
		if got := new(Errors).In([]byte(text), false, time.Now()); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := new(Errors).In([]byte("the rest of an ERROR\nERROR b\n"), true, time.Now()); got != 1 {
		t.Errorf("%d behind the rest of a line", got)
	}
}

// One error far behind the beginning of what comes is found, unless so much comes that only beginnings are looked at.
func TestErrorsInAFlood(t *testing.T) {
	calm := strings.Repeat("INFO nothing of interest\n", 5000)
	late, early := []byte(calm+"ERROR b\n"), []byte("ERROR b\n"+calm)
	half := []byte(strings.Repeat("ERROR b\nINFO c\n", 5000))
	var e Errors
	now := time.Now()
	spent := 0
	for ; e.In(late, false, now) == 1; spent += len(late) {
		if spent > errorHold {
			t.Fatal("there is no bound")
		}
	}
	if spent < errorHold-len(late) {
		t.Errorf("after a calm moment %d bytes were looked at, want about %d", spent, errorHold)
	}
	if got := e.In(early, false, now); got < 1 || got > 50 {
		t.Errorf("%d errors where one is at the beginning", got)
	}
	if got := e.In(half, false, now); got < 4900 || got > 5100 {
		t.Errorf("about %d errors, want 5000", got)
	}
	small := []byte(calm[:4000] + "\nERROR b\n")
	for range 100 {
		if got := e.In(small[:len(small):len(small)], false, now); got != 1 {
			t.Fatalf("%d errors in what is small", got)
		}
	}
	if got := e.In(late, false, now.Add(time.Second)); got != 1 {
		t.Errorf("%d errors a second later", got)
	}
	if got := e.In(late, false, now.Add(-time.Hour)); got != 1 {
		t.Errorf("%d errors while the clock is set back", got)
	}
	if n := testing.AllocsPerRun(10, func() { e.In(half, false, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkErrors(b *testing.B) {
	data := []byte(strings.Repeat("2025-11-26T10:00:00.123Z  INFO server: request id=00000001 path=/api/v1/items/1 served from the cache in due time\n", 35))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		countErrors(data)
	}
}
