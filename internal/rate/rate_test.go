package rate

import (
	"math"
	"testing"
	"time"
)

func about(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > want/20 {
		t.Errorf("%s: %v a second, want about %v", what, got, want)
	}
}

func TestRate(t *testing.T) {
	now := time.Unix(1e9, 0)
	r := Over(10*time.Second, now)
	if r.At(now) != 0 || r.Last() != 0 {
		t.Error("something came before the beginning")
	}
	for range 40 { // 100 a second for 4 s: less than the memory, and yet a mean of these 4 s
		now = now.Add(100 * time.Millisecond)
		r.Add(10, now)
	}
	about(t, "a short time", r.At(now), 100)
	for range 600 {
		now = now.Add(100 * time.Millisecond)
		r.Add(20, now)
	}
	about(t, "what is new", r.At(now), 200)
	now = now.Add(10 * time.Second)
	about(t, "in a silence", r.At(now), 200/math.E)
	about(t, "before it", r.Last(), 200)
	if late := r.At(now.Add(time.Hour)); late > 1e-9 {
		t.Errorf("an hour later %v", late)
	}
	now = now.Add(-time.Hour) // a clock that was put back
	if r.Add(1, now); math.IsNaN(r.At(now)) || r.At(now) < 0 || math.IsInf(r.At(now), 0) {
		t.Errorf("on a clock that was put back %v", r.At(now))
	}
}

func TestRough(t *testing.T) {
	for n, want := range map[float64]float64{0: 0, -3: 0, 0.26: 0.3, 7.04: 7, 42.4: 42, 51234: 51000, 999: 1000, math.Inf(1): 0} {
		if got := Rough(n); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v is roughly %v, want %v", n, got, want)
		}
	}
}
