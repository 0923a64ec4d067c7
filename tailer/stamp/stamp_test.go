package stamp

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"
)

var berlin = time.FixedZone("", 3600)

func reader(t testing.TB, layout string) *Reader {
	t.Helper()
	r, err := New(Options{Layout: layout, Zone: berlin})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var near = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)

func TestForms(t *testing.T) {
	r := reader(t, "")
	raw, err := os.ReadFile("testdata/forms.json") // the page has a reader of its own, which is tested by the same
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Line, Time string }
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 60 {
		t.Fatalf("%d examples: %v", len(cases), err)
	}
	for _, c := range cases {
		want := int64(0)
		if c.Time != "" {
			at, err := time.Parse(time.RFC3339Nano, c.Time)
			if err != nil {
				t.Fatal(err)
			}
			want = at.UnixMilli()
		}
		if got, ok := r.At([]byte(c.Line), near); ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %s %v, want %s", c.Line, time.UnixMilli(got).UTC().Format(time.RFC3339Nano), ok, c.Time)
		}
		if got, ok := r.At([]byte(c.Line+"\n"), near); ok != (want != 0) || ok && got != want {
			t.Errorf("%q with its newline: %v", c.Line, ok)
		}
	}
}

func TestLayout(t *testing.T) {
	raw, err := os.ReadFile("testdata/layouts.json") // the page has a reader of its own, which is tested by the same
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Layout, Line, Time string }
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 15 {
		t.Fatalf("%d examples: %v", len(cases), err)
	}
	for _, c := range cases {
		said := ""
		if got, ok := reader(t, c.Layout).At([]byte(c.Line), near); ok {
			said = time.UnixMilli(got).UTC().Format(time.RFC3339Nano)
		}
		if said != c.Time {
			t.Errorf("%q by %q: %q, want %q", c.Line, c.Layout, said, c.Time)
		}
	}
	for _, layout := range []string{"nonsense", "2006", "YYYY-MM-DD"} {
		if _, err := New(Options{Layout: layout}); err == nil {
			t.Errorf("%q is taken", layout)
		}
	}
}

func TestAcrossTheYear(t *testing.T) {
	r := reader(t, "")
	january := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	december := time.Date(2025, 12, 31, 22, 50, 0, 0, time.UTC)
	for _, c := range []struct {
		line string
		near time.Time
		want int
	}{{"Dec 31 23:00:00 h x", january, 2025}, {"Jan  1 23:00:00 h x", january, 2026}, {"Jan  1 00:10:00 h x", december, 2026}, {"Feb 29 10:00:00 h x", time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), 2024}} {
		got, ok := r.At([]byte(c.line), c.near)
		if y := time.UnixMilli(got).In(berlin).Year(); !ok || y != c.want {
			t.Errorf("%q near %v: %d %v, want %d", c.line, c.near, y, ok, c.want)
		}
	}
}

// Whatever a line is, reading its time does not panic, and what it says is within the years that are believed. From a line
// with fewer than eight digits no time comes, unless it names a month.
func FuzzAt(f *testing.F) {
	for _, s := range []string{"2026-11-26T05:00:01.25Z x", "Nov 26 06:00:01 h x", `{"ts":1795669201.25}`, "26/Nov/2026:05:00:01 +0000", "I1126 06:00:01.25 ", "<34>1 2026", "time=\"x"} {
		f.Add([]byte(s))
	}
	r, custom := reader(f, ""), reader(f, "02.01.2006 15:04:05")
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, r := range []*Reader{r, custom} {
			ms, ok := r.At(line, near)
			if !ok {
				continue
			}
			if ms < earliest || ms >= latest {
				t.Errorf("%q: %d", line, ms)
			}
			digits := 0
			for _, c := range line {
				if c >= '0' && c <= '9' {
					digits++
				}
			}
			if digits < 7 {
				t.Errorf("%q: a time from %d digits", line, digits)
			}
		}
	})
}

func BenchmarkAt(b *testing.B) {
	r := reader(b, "")
	for _, line := range []string{"2026-11-26T05:00:01.25Z hello", "Nov 26 06:00:01 web-01 sshd[7]: syslog", `{"level":"info","ts":1795669201.25,"msg":"zap"}`, "no time in here at all, only words and more words"} {
		b.Run(fmt.Sprintf("%.10s", line), func(b *testing.B) {
			b.ReportAllocs()
			text := []byte(line)
			for b.Loop() {
				r.At(text, near)
			}
		})
	}
}
