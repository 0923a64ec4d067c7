package templates

import "regexp"

// comments are a third of the modules: types for an editor, reasons for a reader. Only whole lines of // are meant, and /** */
// wherever it is; that no text of a module looks like one of them is a test.
var comments = regexp.MustCompile(`(?m)^[ \t]*//.*$|/\*\*\s(?s:.*?)\*/ ?`)

// spaces are for a reader too: no text of a module goes over lines, which is a test as well.
var spaces = regexp.MustCompile(`(?m)^\s+`)

// withoutComments is a module as browsers get it.
func withoutComments(module []byte) []byte {
	return spaces.ReplaceAll(comments.ReplaceAll(module, nil), nil)
}
