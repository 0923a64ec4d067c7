//go:build axe

package templates

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// axe is the script that looks; scripts/test-a11y fetches it and names it here.
const axe = "LIVETAIL_AXE"

// violation is a rule that a page breaks, and where.
type violation struct {
	ID, Help, Impact string
	Nodes            []struct {
		Target         []any
		FailureSummary string
	}
}

// violations runs axe on a page as it is now.
func violations(t *testing.T, ctx context.Context) []violation {
	t.Helper()
	return value[[]violation](t, ctx, `axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations.map(({ id, help, impact, nodes }) =>
		({ id, help, impact, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`)
}

// TestAxe looks at every state that has a picture (shots), in both themes, on a desk and on a phone. A new state is looked at
// by having a picture.
func TestAxe(t *testing.T) {
	script, err := os.ReadFile(os.Getenv(axe))
	if err != nil {
		t.Fatalf("%s must name axe.min.js, as make test-a11y has it: %v", axe, err)
	}
	t.Run("finds something where there is something", func(t *testing.T) {
		ctx := shots[0].show(t, browser.New(t))
		do(t, ctx, run(string(script)), run(`document.querySelector('input[name=name]').parentElement.replaceWith(document.createElement('input'))`))
		if found := violations(t, ctx); len(found) == 0 {
			t.Error("an input without a name is not found")
		}
	})
	for _, s := range shots {
		if s.heavy {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			ctx := s.show(t, browser.New(t)) // a browser lives for minutes only
			do(t, ctx, run(string(script)))
			for _, look := range []struct {
				scheme        string
				width, height int64
			}{{"light", 1280, 720}, {"dark", 1280, 720}, {"light", 390, 700}, {"dark", 390, 700}} {
				do(t, ctx, chromedp.EmulateViewport(look.width, look.height), scheme(look.scheme), twoFrames)
				for _, v := range violations(t, ctx) {
					t.Errorf("%s, %d px: %s", look.scheme, look.width, v)
				}
			}
		})
	}
}

func (v violation) String() string {
	words := []string{fmt.Sprintf("%s (%s): %s", v.ID, v.Impact, v.Help)}
	for _, n := range v.Nodes[:min(len(v.Nodes), 3)] {
		words = append(words, fmt.Sprintf("%v: %s", n.Target, strings.ReplaceAll(n.FailureSummary, "\n", " ")))
	}
	if more := len(v.Nodes) - 3; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, "\n\t")
}
