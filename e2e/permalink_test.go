//go:build linux

package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"livetail/internal/browser"
)

var nextField = regexp.MustCompile(`(name="next" value=)"[^"]*"`)

// A link to lines is sent to a colleague, who is not signed in, after the file was rotated.
func TestPermalink(t *testing.T) {
	s, w, _, p := signedIn(t)
	app := filepath.Join(s.apps, "app.log")
	var text strings.Builder
	for n := range 5000 {
		fmt.Fprintf(&text, "old line %d of app.log\n", n)
	}
	appendTo(t, app, text.String())
	p.visit(w.url + appPage)
	p.shows("old line 4999 ")
	p.says("● live")
	// Three lines are picked by keys, a screen above the end; their link is the page's own.
	key := func(keys string) {
		for _, key := range strings.Split(keys, "") {
			value[bool](p, fmt.Sprintf(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: %q, bubbles: true, cancelable: true })) || true`, key))
		}
	}
	key("kkkkkkkkk")
	p.until(`document.querySelector('#log .row.at')?.textContent.includes('old line 4991 ')`)
	key("KKK")
	const picked = `[...document.querySelectorAll('#log .linked')].map(row => row.textContent.match(/line (\d+)/)[1]).join()`
	p.until(`%s === '4989,4990,4991'`, picked)
	p.until(`location.search.startsWith('?line=')`)
	link := value[string](p, `location.href`)

	if err := os.Rename(app, app+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, app, "the new file begins\n"+strings.Repeat("a new line\n", 5000))
	p.until(`document.querySelector('#end').textContent.includes(' new')`)

	// A chat program looks at the link first: it is told nothing of the log.
	preview := newPerson(t)
	answer, err := preview.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	shown := nextField.ReplaceAllString(string(page), `$1""`)
	if shown == string(page) || !strings.Contains(shown, "<title>sign in · livetail</title>") {
		t.Errorf("a preview is of\n%s", page)
	}
	for _, secret := range []string{"app.log", "apps", host, "description", "og:"} {
		if strings.Contains(shown, secret) {
			t.Errorf("a preview is told %q:\n%s", secret, shown)
		}
	}

	colleague := &tab{t, browser.New(t)}
	colleague.visit(link)
	colleague.signIn(sre)
	colleague.path(appPage)
	colleague.until(`%s === '4989,4990,4991'`, picked)
	colleague.until(`document.querySelector('[data-taking=count]').textContent === '3 lines picked'`)
	colleague.shows("old line 4988 ") // what led to them
	colleague.shows("old line 4992 ")
	colleague.shows("the new file begins") // and what came then, in the file that has the name now
	if got := value[string](colleague, `location.href`); got != link {
		t.Errorf("the link %s became %s", link, got)
	}
}
