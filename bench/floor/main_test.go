package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"livetail/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFloorSendsWhatIsAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	fmt.Fprintln(log, "before")

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	said, out := io.Pipe()
	ended := make(chan error, 1)
	serving, stop := context.WithCancel(ctx)
	go func() { ended <- serve(serving, path, out) }()
	url, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	ws, _, err := websocket.Dial(ctx, strings.TrimSpace(url), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()

	want, got := "", ""
	for live := false; !live || got != want; {
		kind, b, err := ws.Read(ctx)
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		f, err := wire.ParseFrame(b)
		if err != nil || kind != websocket.MessageBinary {
			t.Fatal(kind, err)
		}
		switch {
		case f.Kind == wire.Lines:
			got += string(f.Payload)
		case strings.Contains(string(f.Payload), `"`+wire.MarkLive+`"`):
			live = true
			for i := range 1000 {
				want += fmt.Sprintln("line", i)
			}
			if _, err := io.WriteString(log, want); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(want, got) {
			t.Fatalf("got %q", got)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	said.Close()
}
