package stamp

import (
	"fmt"
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
	const at = "2026-11-26T05:00:01.25Z"
	for _, c := range []struct{ line, want string }{
		{"2026-11-26T05:00:01.25Z hello", at},
		{"2026-11-26T05:00:01,250Z hello", at},
		{"2026-11-26 05:00:01.25+00:00 hello", at},
		{"2026-11-26T06:00:01.250+0100 hello", at},
		{"2026-11-26T06:00:01.250 hello", at},
		{"2026-11-26 06:00:01,250 INFO root: python", at},
		{"[2026-11-26 06:00:01,250] {dag.py:1} INFO - airflow", at},
		{"06:00:01.250 [main] INFO no date", ""},
		{"2026-11-26 06:00:01.250  INFO 1 --- [main] c.e.Spring", at},
		{"2026-11-26 06:00:01.250 UTC [77] LOG:  postgres", "2026-11-26T06:00:01.25Z"},
		{"\xef\xbb\xbf2026-11-26T05:00:01.25Z with a mark", at},
		{"INFO 2026-11-26 06:00:01,250 level first", at},
		{"[INFO][2026-11-26 06:00:01,250] brackets", at},
		{"app-1 | 2026-11-26T05:00:01.25Z compose", at},
		{"20261126T050001.25Z basic", at},
		{"2026/11/26 06:00:01 [error] 77#77: *1 nginx", "2026-11-26T05:00:01Z"},
		{"2026/11/26 06:00:01.250000 main.go:7: Go", at},
		{`127.0.0.1 - - [26/Nov/2026:05:00:01 +0000] "GET / HTTP/1.1" 200 1 "-" "curl"`, "2026-11-26T05:00:01Z"},
		{`example.org:443 1.2.3.4 - bob [26/Nov/2026:06:00:01 +0100] "GET /"`, "2026-11-26T05:00:01Z"},
		{"[Thu Nov 26 06:00:01.250000 2026] [core:error] [pid 1] apache", at},
		{"Thu Nov 26 06:00:01 2026 something", "2026-11-26T05:00:01Z"},
		{"Thu, 26 Nov 2026 05:00:01 +0000 mail", "2026-11-26T05:00:01Z"},
		{"Nov 26 06:00:01 web-01 sshd[7]: syslog", "2026-11-26T05:00:01Z"},
		{"Nov  6 06:00:01 web-01 sshd[7]: syslog", "2026-11-06T05:00:01Z"},
		{"Nov 26 2026 06:00:01 cisco", "2026-11-26T05:00:01Z"},
		{"Dec 31 23:59:59 web-01 cron[7]: last year", "2025-12-31T22:59:59Z"},
		{"Nov 27 05:00:00 web-01 x: a clock that is a little ahead", "2026-11-27T04:00:00Z"},
		{"<34>Nov 26 06:00:01 web-01 su: rfc 3164", "2026-11-26T05:00:01Z"},
		{"<34>1 2026-11-26T05:00:01.25Z web-01 su - - rfc 5424", at},
		{"1:M 26 Nov 2026 06:00:01.250 * redis", at},
		{"26-Nov-2026 06:00:01.250 INFO [main] tomcat", at},
		{"I1126 06:00:01.250000       1 main.go:7] klog", at},
		{"1795669201 seconds", "2026-11-26T05:00:01Z"},
		{"1795669201.25 squid", at},
		{"1795669201250 ms", at},
		{"1795669201250000 us", at},
		{"1795669201250000000 ns", at},
		{`{"level":"info","ts":1795669201.25,"msg":"zap"}`, at},
		{`{"level":30,"time":1795669201250,"msg":"pino"}`, at},
		{`{"time":"2026-11-26T06:00:01.25+01:00","level":"INFO","msg":"slog"}`, at},
		{`{"message":"x","@timestamp":"2026-11-26T05:00:01.250Z"}`, at},
		{`{"msg":"timestamp","timestamp" : "2026-11-26 06:00:01.250"}`, at},
		{`{"log":"a line\n","stream":"stdout","time":"2026-11-26T05:00:01.25Z"}`, at},
		{"2026-11-26T05:00:01.25Z stdout F cri", at},
		{`level=info ts=2026-11-26T05:00:01.25Z caller=main.go`, at},
		{`time="2026-11-26T06:00:01.25+01:00" level=info msg=logrus`, at},
		{"type=SYSCALL msg=audit", ""},
		{"", ""}, {"   ", ""}, {"hello", ""}, {"\tat com.example.Main", ""}, {"12345", ""}, {"1.2.3.4", ""},
		{"2026-13-26T05:00:01Z", ""}, {"2026-02-30T05:00:01Z", ""}, {"2026-11-26", ""}, {"2026-11-26T25:00:01Z", ""}, {"Nov 31 05:00:01 x", ""},
		{"0001-01-01T00:00:00Z", ""}, {"9999-12-31T00:00:00Z", ""}, {"17956692012 digits", ""}, {"99999999999999999999 x", ""},
		{`{"size":1795669201}`, ""}, {"took 1795669201 steps", ""}, {"version 2026.11.26 is out", ""},
	} {
		want := int64(0)
		if c.want != "" {
			at, err := time.Parse(time.RFC3339Nano, c.want)
			if err != nil {
				t.Fatal(err)
			}
			want = at.UnixMilli()
		}
		if got, ok := r.At([]byte(c.line), near); ok != (want != 0) || ok && got != want {
			t.Errorf("%q: %s %v, want %s", c.line, time.UnixMilli(got).UTC().Format(time.RFC3339Nano), ok, c.want)
		}
		if got, ok := r.At([]byte(c.line+"\n"), near); ok != (want != 0) || ok && got != want {
			t.Errorf("%q with its newline: %v", c.line, ok)
		}
	}
}

func TestLayout(t *testing.T) {
	r := reader(t, "02.01.2006 15:04:05")
	if got, ok := r.At([]byte("INFO [26.11.2026 06:00:01] x"), near); !ok || got != 1795669201000 {
		t.Errorf("got %d %v", got, ok)
	}
	if _, ok := r.At([]byte("2026-11-26T05:00:01Z"), near); ok {
		t.Error("another form is taken")
	}
	if got, ok := reader(t, "Jan _2 15:04:05.000").At([]byte("Dec 31 23:59:59.500 x"), near); !ok || got != time.Date(2025, 12, 31, 22, 59, 59, 5e8, time.UTC).UnixMilli() {
		t.Errorf("got %d %v", got, ok)
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
