package templates

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
)

// asks is where a module names another.
var asks = regexp.MustCompile(`'(\.{1,2}/[a-z/.]*[a-z]+\.js)'`)

// flat makes modules that stand in folders, so that their reader sees what they are of, stand beside each other, as they are
// served: by their own names, with what they ask for named the same way. The modules come by their paths, without .js.
func flat(modules map[string][]byte) (map[string][]byte, error) {
	beside := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		own := path.Base(name)
		if beside[own] != nil {
			return nil, fmt.Errorf("%s.js: there is another %s.js", name, own)
		}
		var wrong error
		beside[own] = asks.ReplaceAllFunc(modules[name], func(text []byte) []byte {
			asked := path.Join(path.Dir(name), string(text[1:len(text)-len(".js'")]))
			if modules[asked] == nil {
				wrong = fmt.Errorf("%s.js: %s leads nowhere", name, text)
			}
			return fmt.Appendf(nil, "'./%s.js'", path.Base(asked))
		})
		if wrong != nil {
			return nil, wrong
		}
	}
	return beside, nil
}
