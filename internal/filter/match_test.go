package filter

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// passing judges line by line.
func passing(f *Filter, lines []string) (out []string) {
	m := f.NewMatcher()
	for _, l := range lines {
		if m.Line([]byte(l)) {
			out = append(out, l)
		}
	}
	return out
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct{ filter, lines, want string }{
		{`{"include":[{"text":"Timed OUT"}]}`, "a timed out\nb TIMED OUT\nc timed\n", "a timed out\nb TIMED OUT\n"},
		{`{"include":[{"text":"É("}]}`, "aé(\nbÉ(\nce(\n", "aé(\nbÉ(\n"},
		{`{"include":[{"text":"Out","case":true}]}`, "a out\nb Out\n", "b Out\n"},
		{`{"include":[{"text":"a.c"}]}`, "abc\nxa.c\n", "xa.c\n"},
		{`{"include":[{"text":"a.c$","regex":true}]}`, "xabc\r\nabcd\n", "xabc\r\n"},
		{`{"include":[{"text":"^(get|PUT) /","regex":true}]}`, "GET /\nput /x\nno GET /\n", "GET /\nput /x\n"},
		{`{"include":[{"text":"a"},{"text":"b"}],"exclude":[{"text":"c"}]}`, "ab\na\nb\nabc\n", "ab\n"},
		{`{"exclude":[{"text":"health"}]}`, "GET /health\nGET /\n", "GET /\n"},
		{`{"levels":["error","other"]}`, "1 ERROR a\n2 INFO b\n3 c\n", "1 ERROR a\n3 c\n"},
		{`{"fields":[{"name":"status","value":"500"}]}`, "{\"status\":500}\n{\"status\":\"500\"}\n{\"x\":500}\nstatus=500 x\nstatus=5000\nxstatus=500\n",
			"{\"status\":500}\n{\"status\":\"500\"}\nstatus=500 x\n"},
		{`{"fields":[{"name":"status","value":"200","not":true}]}`, "{\"status\":500}\n{\"status\":200}\nplain\n", "{\"status\":500}\nplain\n"},
		// a stack trace follows its first line, whatever is in it
		{`{"include":[{"text":"boom"}]}`, "0 x\n1 ERROR boom\njava.lang.Exception: y\n\tat a.b\n\nCaused by: z\n\t... 12 more\n2 x\n", "1 ERROR boom\njava.lang.Exception: y\n\tat a.b\n\nCaused by: z\n\t... 12 more\n"},
		{`{"exclude":[{"text":"boom"}]}`, "1 ERROR boom\n\tat a.b\n2 x\n\tat boom\n", "2 x\n\tat boom\n"},
		{`{"levels":["error"]}`, "1 ERROR failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n2 INFO\n", "1 ERROR failed\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n"},
		// an exception after a line that is only for information is not that line's
		{`{"levels":["error"]}`, "1 INFO ok\nTraceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n2 INFO\n", "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n"},
		{`{"include":[{"text":"panic"}]}`, "1 x\npanic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:3 +0x1\ncreated by main.f in goroutine 7\n2 y\n", "panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:3 +0x1\ncreated by main.f in goroutine 7\n"},
		// what is looked for in the middle of a trace is found, and what follows it
		{`{"include":[{"text":"Caused by"}]}`, "1 ERROR x\n\tat a\nCaused by: z\n\tat b\n2 x\n", "Caused by: z\n\tat b\n"},
		{`{"include":[{"text":"Caused by"}],"exclude":[{"text":"ERROR"}]}`, "1 ERROR x\nCaused by: z\n2 x\n", ""},
		// a log that indents all its lines
		{`{"include":[{"text":"a","case":true}]}`, " INFO a\n WARN b\n  2025-11-26T10:00:00Z INFO c\n", " INFO a\n"},
	} {
		f := parse(t, c.filter)
		lines := strings.SplitAfter(strings.TrimSuffix(c.lines, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		if got := strings.Join(passing(f, lines), ""); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.filter, got, c.want)
		}
	}
}

var pieces = []string{"error", "ERROR ", "INFO ", "DEBUG ", "x", " ", "\t", "é", "timed out", "TIMED", "k", "at a.b(c)", "12:00:00 ", "status=500", `{"status":500,"level":"warn"}`,
	"Caused by: ", "Traceback (most recent call last):", "  File", "KeyError: 'a'", "}", "\r", "\xff", "goroutine 7 [x]:", "aab", "ab", "\"", "zzz"}

var filters = []string{
	`{"include":[{"text":"timed out"}]}`, `{"include":[{"text":"x","case":true}]}`, `{"include":[{"text":"é"}]}`,
	`{"include":[{"text":"k"}],"exclude":[{"text":"error"}]}`, `{"include":[{"text":"(timed|zzz) ?out","regex":true}]}`,
	`{"include":[{"text":"aab|x\\s*$","regex":true,"case":true}]}`, `{"include":[{"text":"^\\S+:","regex":true},{"text":"a"}]}`,
	`{"levels":["error"]}`, `{"levels":["info","other"],"include":[{"text":"a"}]}`, `{"fields":[{"name":"status","value":"500"}]}`,
	`{"fields":[{"name":"status","value":"500","not":true}],"include":[{"text":"(?:ab)+","regex":true}]}`, `{"exclude":[{"text":"x"}]}`,
	`{"include":[{"text":"[a-z]\\w+=\\d{3}$","regex":true}],"exclude":[{"text":"^[^a-z]*\\b[0-9]","regex":true}]}`,
}

// TestChunkEqualsLine: the fast form says of every line what the simple one says, however the bytes come in.
func TestChunkEqualsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := parseIn(t, rapid.SampledFrom(filters).Draw(t, "filter"))
		var lines []string
		for range rapid.IntRange(1, 30).Draw(t, "lines") {
			lines = append(lines, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 5).Draw(t, "line"), "")+"\n")
		}
		chunked(t, f, lines, func(n int) int { return rapid.IntRange(1, n).Draw(t, "cut") })
	})
}

// failer is a test of either kind.
type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func parseIn(t failer, s string) *Filter {
	f, err := Parse([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return f
}

// chunked cuts lines into chunks and compares with line by line; a matcher primed with what was before goes on the same.
func chunked(t failer, f *Filter, lines []string, cut func(int) int) {
	simple, m := f.NewMatcher(), f.NewMatcher()
	for at := 0; at < len(lines); {
		n := cut(len(lines) - at)
		part := lines[at : at+n]
		var want []string
		for _, l := range part {
			if simple.Line([]byte(l)) {
				want = append(want, l)
			}
		}
		b := []byte(strings.Join(part, ""))
		primed := f.NewMatcher()
		primed.Prime([]byte(strings.Join(lines[:at], "")))
		for name, m := range map[string]*Matcher{"chunk": &m, "primed": &primed} {
			spans, looked := m.Chunk(bytes.Clone(b), false, nil), Lines(b, false)
			var got []string
			count := 0
			for i, s := range spans {
				if i > 0 && s.From <= spans[i-1].To {
					t.Fatalf("%v are not runs apart", spans)
				}
				got = append(got, strings.SplitAfter(strings.TrimSuffix(string(b[s.From:s.To]), "\n"), "\n")...)
				got[len(got)-1] += "\n"
				count += s.Lines
			}
			if looked != n || count != len(got) || !slices.Equal(got, want) || m.Passed() != simple.passed {
				t.Fatalf("%s by %s, after %q:\nof   %q (%d looked at, %d passed)\ngot  %q\nwant %q", name, f.JSON(), lines[:at], part, looked, count, got, want)
			}
		}
		at += n
	}
}

// TestNeedles: what is looked for before a pattern is run is in whatever the pattern matches.
func TestNeedles(t *testing.T) {
	patterns := []string{`timed out`, `(?i)x(err|warn)+y?`, `a{2,3}b`, `(foo|bar)baz`, `^a.*b$`, `\bk\b`, `[ab]c|d`, `(?:abc)?d`, `x*`, `a|`, `(?i)Straße`, `\d+ms`, `(a|b)(c|d)`, `(?s).a`, `(?i:AB)c`}
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SampledFrom(patterns).Draw(t, "pattern")
		fold := rapid.Bool().Draw(t, "fold")
		p, err := compile(Term{Text: src, Regex: true, Case: !fold})
		if err != nil {
			t.Fatal(err)
		}
		if fold {
			src = "(?i)" + src
		}
		line := []byte(rapid.StringMatching(src).Draw(t, "match"))
		line = append([]byte(rapid.SampledFrom([]string{"", "zz ", "A"}).Draw(t, "before")), line...)
		if re := regexp.MustCompile(src); re.Match(line) != p.match(line) && !bytes.ContainsAny(line, "\u212a\u017f") {
			t.Fatalf("%s on %q: %v", src, line, p.match(line))
		}
	})
}

// TestTable: where a table is sure it says what package regexp says, and it is sure of all lines that are ASCII.
func TestTable(t *testing.T) {
	pieces := []string{"a", "[a-c]", "[^a]", ".", `\d`, `\w`, `\W`, `\s`, `\b`, `\B`, "^", "$", "|", "(a|b)", "(?:ab)+", "c*", "d?", "[0-9]{2,3}", "(?i:K)", "é", "[α-ω]", `\x00`, "(?m:^)", "(?s:.)", `\z`, "x{0}"}
	texts := []string{"a", "b", "c", "d", "ab", " ", "0", "12", "345", "K", "k", "_", "-", ".", "\x00", "\r", "\t", "é", "β", "\xff", "\u212a"}
	tables := 0
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, "pattern"), "")
		fold := rapid.Bool().Draw(t, "fold")
		p, err := compile(Term{Text: src, Regex: true, Case: !fold})
		if err != nil || p.table == nil {
			return // no pattern, or a text
		}
		tables++
		if fold {
			src = "(?i)" + src
		}
		re := regexp.MustCompile(src)
		for range 20 {
			line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 12).Draw(t, "line"), "")
			has, sure := p.table.match([]byte(line))
			if sure && has != re.MatchString(line) || !sure && ascii(line) {
				t.Fatalf("%s in %q: %v, sure: %v", src, line, has, sure)
			}
		}
	})
	if tables == 0 {
		t.Error("no pattern has a table")
	}
}

// A pattern whose table would be large has none, and is no slower to be read for that.
func TestTablesAreSmall(t *testing.T) {
	for src, want := range map[string]bool{
		`[0-9]{4}[a-z]`: true, `\b([0-9]{1,3}\.){3}[0-9]{1,3}\b`: true, `^\S+ \S+ [45]\d\d`: true,
		`a[ab]{12}c`: false, `[a-m][a-z]{40}[0-9]`: false, `[a-z]{600}`: false,
	} {
		p, err := compile(Term{Text: src, Regex: true, Case: true})
		if err != nil {
			t.Fatal(err)
		}
		if (p.table != nil) != want {
			t.Errorf("%s has a table: %v", src, !want)
		}
		if p.table != nil && len(p.table.next) > mostCells {
			t.Errorf("%s: %d cells", src, len(p.table.next))
		}
	}
	p, err := compile(Term{Text: `^[a-f]x`, Regex: true, Case: true})
	if err != nil {
		t.Fatal(err)
	}
	if has, sure := p.table.match([]byte("12é")); has || !sure {
		t.Error("behind a beginning that is not the pattern's, it looks on")
	}
}

// TestSearch: folded search finds what comparing in one case finds, also where the text is made to be slow.
func TestSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[aAbB.]{1,6}`).Draw(t, "text")
		b := []byte(rapid.StringMatching(`[aAbBx.]{0,200}`).Draw(t, "in"))
		n := newNeedle(text, true)
		var s search
		for from := 0; ; {
			want := bytes.Index(bytes.ToLower(b[from:]), bytes.ToLower([]byte(text)))
			got := s.next(&n, b, from)
			if want >= 0 {
				want += from
			}
			if hash := foldedHash(b, n.text, from); got != want && !(want < 0 && got == want) || n.fold && hash != want {
				t.Fatalf("%q in %q from %d: %d, by hash %d, want %d", text, b, from, got, hash, want)
			}
			if got < 0 {
				return
			}
			from = got + 1
		}
	})
	text, b := strings.Repeat("a", 1000)+"b", bytes.Repeat([]byte("a"), 1<<20)
	n := newNeedle(text, true)
	if at := n.index(append(b, 'B')); at != 1<<20-1000 {
		t.Errorf("found at %d", at)
	}
}

func FuzzMatchChunkEqualsLine(f *testing.F) {
	f.Add(`{"include":[{"text":"a"}]}`, "a\n b\nc\n", byte(1))
	for i, s := range filters {
		f.Add(s, strings.Join(pieces, "\n"), byte(i))
	}
	f.Fuzz(func(t *testing.T, filter, text string, cut byte) {
		parsed, err := Parse([]byte(filter))
		if err != nil || parsed == nil || text == "" {
			return
		}
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		chunked(t, parsed, lines, func(n int) int { return 1 + int(cut)%n })
	})
}
