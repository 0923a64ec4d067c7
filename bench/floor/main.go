// Command floor is what livetail would be without Redis, web and sign-in: a follower and a socket in one process. How much
// slower livetail is than that is what its architecture costs.
//
//	floor [-cpuprofile FILE] LOG
//
// It prints its URL. Each socket that is opened there gets LOG from the live edge on, in the same frames as livetail's.
// It ends on SIGTERM.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync"
	"syscall"

	"github.com/coder/websocket"

	"livetail/internal/wire"
	"livetail/tailer"
)

func main() {
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "floor: name one log")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := profiled(*profile, func() error { return serve(ctx, flag.Arg(0), os.Stdout) })
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func profiled(name string, run func() error) error {
	if name == "" {
		return run()
	}
	to, err := os.Create(name)
	if err != nil {
		return err
	}
	defer to.Close()
	if err := pprof.StartCPUProfile(to); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return run()
}

func serve(ctx context.Context, log string, out io.Writer) error {
	key := make([]byte, 32)
	rand.Read(key)
	files, err := tailer.New(tailer.Options{Key: key})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	var sockets, looking sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			return
		}
		sockets.Add(1)
		defer sockets.Done()
		defer ws.CloseNow()
		f := files.Open(tailer.Source{Path: log})
		defer f.Close()
		_ = f.Follow(ws.CloseRead(ctx), tailer.Start{}, &sink{ws: ws}) // ends when the socket or the program does
	})}
	looking.Go(func() { _ = files.Run(ctx) })
	end := context.AfterFunc(ctx, func() { server.Close() })
	defer end()
	fmt.Fprintf(out, "http://%s/\n", l.Addr())
	err = server.Serve(l)
	sockets.Wait()
	looking.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// sink writes frames to a socket.
type sink struct {
	ws  *websocket.Conn
	buf []byte
}

func (s *sink) Turn() {}

// Room is all there can be: a socket that takes no more blocks in Send.
func (s *sink) Room(ctx context.Context) (int, error) { return wire.MaxPayload, ctx.Err() }

func (s *sink) Send(ctx context.Context, f *wire.Frame) error {
	s.buf = f.AppendTo(s.buf[:0])
	return s.ws.Write(ctx, websocket.MessageBinary, s.buf)
}
