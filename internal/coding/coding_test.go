package coding

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func encode(c Coding, text string) (b []byte) {
	if c == Bytes {
		return []byte(text)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if c == UTF16LE {
			b = append(b, byte(u), byte(u>>8))
		} else {
			b = append(b, byte(u>>8), byte(u))
		}
	}
	return b
}

func TestDetect(t *testing.T) {
	for head, want := range map[string]Coding{
		"": Bytes, "\xff": Bytes, "\xff\xfe": UTF16LE, "\xfe\xff\x00a": UTF16BE, "\xef\xbb\xbfa": Bytes, "2026": Bytes,
		"2\x000\x00": UTF16LE, "\x002\x000": UTF16BE, "2\x00": Bytes, "2\x000": Bytes, "\x00\x00\x00\x00": Bytes, "\x7fELF": Bytes,
		"\xff\xfe\x00\x00": Bytes, "\x00\x00\xfe\xff": Bytes, "\x01\x00\x02\x00": Bytes, "\n\x00\r\x00": UTF16LE,
	} {
		if got := Detect([]byte(head)); got != want {
			t.Errorf("%q: %d, want %d", head, got, want)
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]Coding{"utf-8": Bytes, "utf-16le": UTF16LE, "utf-16be": UTF16BE} {
		if got, ok := Named(name); got != want || !ok {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
	}
	if _, ok := Named("latin-1"); ok {
		t.Error("latin-1 is known")
	}
}

// Whatever is written, lines are cut where its characters say, and every piece of text has the width of what it was.
func TestCodings(t *testing.T) {
	// Characters that have the byte of a newline in them, and those that need one, two, three and four bytes of UTF-8.
	letters := rapid.SampledFrom([]string{"a", "\n", "\r", "é", "世", "😀", "ઊ", "\u0a0a", "\u010a", "\u0a00", "\ufeff", "\u4e0a"})
	rapid.Check(t, func(rt *rapid.T) {
		c := Coding(rapid.IntRange(0, 2).Draw(rt, "coding"))
		text := strings.Join(rapid.SliceOfN(letters, 0, 40).Draw(rt, "text"), "")
		b := encode(c, text)
		if got := c.Text(b); string(got) != text || c.Width(got) != len(b) {
			rt.Fatalf("%q became %q, %d bytes of %d", text, got, c.Width(got), len(b))
		}
		if got := c.Count(b); got != strings.Count(text, "\n") {
			rt.Errorf("%d newlines in %q", got, text)
		}
		if got, want := c.After(b), len(encode(c, text[:strings.Index(text, "\n")+1])); got != want {
			rt.Errorf("the second line of %q begins at %d, not %d", text, got, want)
		}
		if got, want := c.AfterLast(b), len(encode(c, text[:strings.LastIndex(text, "\n")+1])); got != want {
			rt.Errorf("the last line of %q ends at %d, not %d", text, got, want)
		}
		if got := c.Ends(b); got != strings.HasSuffix(text, "\n") {
			rt.Errorf("%q ends with a newline: %v", text, got)
		}
		cut := rapid.IntRange(0, len(b)).Draw(rt, "cut")
		front := c.Whole(b[:cut])
		if rest := b[len(front):]; c != Bytes && len(front) > 2 && string(c.Text(front))+string(c.Text(rest)) != text {
			rt.Errorf("%q, cut at %d of %d, is torn", text, len(front), len(b))
		}
		if c != Bytes {
			cut &^= 1
			if back := c.WholeFrom(b[cut:]); len(back) > 2 && !strings.HasSuffix(text, string(c.Text(back))) {
				rt.Errorf("%q from %d of %d is torn", text, len(b)-len(back), len(b))
			}
		}
		room := rapid.IntRange(48, 200).Draw(rt, "room")
		if part := b[:min(len(b), c.Room(room))]; len(c.Text(part)) > room {
			rt.Errorf("%d bytes of %q do not fit in %d", len(part), text, room)
		}
	})
}

func TestNoCharacters(t *testing.T) {
	for text, want := range map[string]string{"\x00\xd8a\x00": "\ufffda", "a\x00\x00\xdc": "a\ufffd", "a\x00b": "a\ufffd", "\x00\xd8": "\ufffd"} {
		got := UTF16LE.Text([]byte(text))
		if string(got) != want || UTF16LE.Width(got) != (len(text)+1)&^1 {
			t.Errorf("%q: %q, %d bytes", text, got, UTF16LE.Width(got))
		}
	}
	if !bytes.Equal(Bytes.Text([]byte("\xff")), []byte("\xff")) {
		t.Error("bytes are changed")
	}
}
