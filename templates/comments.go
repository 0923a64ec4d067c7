package templates

import (
	"bytes"
	"regexp"
)

// comments are a third of the modules: types for an editor, reasons for a reader. Only whole lines of // are meant, and /** */
// wherever it is; that no text of a module looks like one of them is a test.
var comments = regexp.MustCompile(`(?m)^[ \t]*//.*$|/\*\*\s(?s:.*?)\*/ ?`)

// indents are for a reader too: no text of a module goes over lines, which is a test as well.
var indents = regexp.MustCompile(`(?m)^[ \t]+`)

// withoutComments is a module as browsers get it. Lines keep their numbers, so that an error says where it is.
func withoutComments(module []byte) []byte {
	return indents.ReplaceAll(comments.ReplaceAllFunc(module, func(comment []byte) []byte {
		return bytes.Repeat([]byte("\n"), bytes.Count(comment, []byte("\n")))
	}), nil)
}
