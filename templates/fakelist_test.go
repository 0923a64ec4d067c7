package templates

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// liveList tells what the test wants as it comes: the list whenever it is another one, and news once.
func (f *fake) liveList(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.signedOut || f.status != 0 || f.hold {
		f.answer(w, r, "")
		return
	}
	f.asked["/api/v1/logs/live"]++
	f.lists++
	defer func() {
		f.lists--
		f.stir()
	}()
	f.stir()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	out.Flush()
	told, n := "", len(f.news)
	for status := f.status; r.Context().Err() == nil && !f.signedOut && f.status == status; {
		var say bytes.Buffer
		if f.list != told && !f.mutter {
			told = f.list
			if err := json.Compact(&say, []byte(`{"say":"list",`+strings.TrimPrefix(f.list, "{"))); err != nil {
				f.t.Errorf("the test's list: %v", err)
			}
			say.WriteByte('\n')
		}
		for ; n < len(f.news); n++ {
			say.WriteString(f.news[n] + "\n")
		}
		changed := f.changed
		f.mu.Unlock()
		w.Write(say.Bytes())
		out.Flush()
		select {
		case <-changed:
		case <-r.Context().Done():
		case <-time.After(2 * time.Second):
			f.beat(w, out)
		}
		f.mu.Lock()
	}
}

func (f *fake) beat(w http.ResponseWriter, out *http.ResponseController) {
	f.mu.Lock()
	mutter := f.mutter
	f.mu.Unlock()
	if !mutter {
		w.Write([]byte(`{"say":"beat"}` + "\n"))
		out.Flush()
	}
}
