package filter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func parse(t testing.TB, s string) *Filter {
	t.Helper()
	f, err := Parse([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return f
}

func TestNothingAskedForIsNoFilter(t *testing.T) {
	for _, s := range []string{"", " ", "{}", "null", `{"include":[],"levels":[]}`} {
		if f := parse(t, s); f != nil {
			t.Errorf("%q is %s", s, f.JSON())
		}
	}
	var f *Filter
	m := f.NewMatcher()
	spans, looked := m.Chunk([]byte("a\nb"), false, nil), Lines([]byte("a\nb"), false)
	if !m.Line([]byte("x")) || looked != 2 || len(spans) != 1 || spans[0] != (Span{0, 3, 2}) || len(f.JSON()) != 0 {
		t.Errorf("no filter: %v of %d", spans, looked)
	}
}

func TestCanonical(t *testing.T) {
	const given = `{ "levels":["other","error","error"], "fields":[{"name":"a<b","value":"1","not":false}],
		"include":[{"regex":true,"text":"a.b","case":false}]}`
	const want = `{"include":[{"text":"a.b","regex":true}],"levels":["error","other"],"fields":[{"name":"a<b","value":"1"}]}`
	if got := string(parse(t, given).JSON()); got != want || string(parse(t, got).JSON()) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRefusals(t *testing.T) {
	regex := func(p string) string { return fmt.Sprintf(`{"include":[{"text":"a"},{"text":%q,"regex":true}]}`, p) }
	long := strings.Repeat("x", 1025)
	for _, c := range []struct {
		json, in string
		term, at int
		words    string
	}{
		{regex("timeout("), "include", 1, 7, "the pattern has an unclosed ( at character 8"},
		{regex(`é\((a(b)`), "include", 1, 4, "the pattern has an unclosed ( at character 4"},
		{regex("(?"), "include", 1, 0, "the pattern has (?, which RE2 does not know (it looks neither ahead nor behind), at character 1"},
		{regex("[)]a)b"), "include", 1, 4, "the pattern has a ) that nothing opened at character 5"},
		{regex("ab[c"), "include", 1, 2, "the pattern has an unclosed [ at character 3"},
		{regex("a[z-a]"), "include", 1, 2, "the pattern has z-a, which is no range or set of characters, at character 3"},
		{regex("a[[:foo:]]"), "include", 1, 2, "the pattern has [:foo:], which is no range or set of characters, at character 3"},
		{regex("a*|*b"), "include", 1, 3, "the pattern has a * with nothing before it to repeat at character 4"},
		{regex("a**"), "include", 1, 1, "the pattern has **, which cannot follow each other, at character 2"},
		{regex("ab{1001}"), "include", 1, 2, "the pattern has {1001}, which with all around it is more repeating than the 1000 that are allowed, at character 3"},
		{regex(`ab\`), "include", 1, 2, `the pattern ends in a \ with nothing behind it at character 3`},
		{regex(`a\8`), "include", 1, 1, `the pattern has \8, which means nothing, at character 2`},
		{regex("(?=a)"), "include", 1, 0, "the pattern has (?=, which RE2 does not know (it looks neither ahead nor behind), at character 1"},
		{regex("(?P<1-2>a)"), "include", 1, 0, "the pattern has (?P<1-2>, which is no name for a group, at character 1"},
		{regex("((((a{100}){100}){100}){100})"), "include", 1, 5, "has {100}, which with all around it is more repeating"},
		{regex(strings.Repeat("(a{900}b)", 60)), "include", 1, -1, "is too large"},
		{`{"exclude":[{"text":""}]}`, "exclude", 0, -1, "an empty text is in every line"},
		{`{"exclude":[{"text":"a\nb"}]}`, "exclude", 0, -1, "a line break"},
		{`{"exclude":[{"text":"` + long + `"}]}`, "exclude", 0, -1, "1025 bytes is too long"},
		{`{"levels":["error","loud"]}`, "levels", 1, -1, `there is no level "loud"`},
		{`{"fields":[{"value":"1"}]}`, "fields", 0, -1, "a field has no name"},
		{`{"fields":[{"name":"a","value":"` + long + `"}]}`, "fields", 0, -1, "longer than 1024"},
		{`{"include":[` + strings.Repeat(`{"text":"a"},`, 16) + `{"text":"a"}]}`, "", -1, -1, "17 terms and fields, 16 are allowed"},
		{`{"includes":[]}`, "", -1, -1, `unknown field "includes"`},
		{`{"include":[{"txt":"a"}]}`, "", -1, -1, `unknown field "txt"`},
		{`{"include":"a"}`, "", -1, -1, "not understood"},
		{`{} {}`, "", -1, -1, "something follows"},
		{`{`, "", -1, -1, "not understood"},
		{strings.Repeat(" ", 9000), "", -1, -1, "9000 bytes, 8192 are allowed"},
	} {
		f, err := Parse([]byte(c.json))
		var bad *Error
		if !errors.As(err, &bad) || f != nil {
			t.Errorf("%.80s: %v, %v", c.json, f, err)
			continue
		}
		if bad.In != c.in || bad.Term != c.term || bad.At != c.at || !strings.Contains(bad.Error(), c.words) {
			t.Errorf("%.80s: %+v, want %s %d %d %s", c.json, bad, c.in, c.term, c.at, c.words)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"include":[{"text":"a(b","regex":true,"case":true}],"exclude":[{"text":"x"}]}`))
	f.Add([]byte(`{"levels":["error"],"fields":[{"name":"a.b","value":"1","not":true}]}`))
	for _, p := range []string{`(`, `)`, `[`, `*`, `a**`, `\`, `(?i`, `\Q(`, `[[:x:]`, `a{2000}`, `(?P<`, `\pX`, `(?i)*`} {
		f.Add(fmt.Appendf(nil, `{"include":[{"text":%q,"regex":true}]}`, p))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		parsed, err := Parse(b)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Words == "" || bad.At >= 0 && bad.In == "" {
				t.Fatalf("%+v", err)
			}
			return
		}
		again := parse(t, string(parsed.JSON()))
		if string(again.JSON()) != string(parsed.JSON()) {
			t.Fatalf("%s became %s", parsed.JSON(), again.JSON())
		}
	})
}
