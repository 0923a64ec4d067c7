package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// queueBytes bounds what a journalctl that runs ahead has been read of: beyond it the pipe is full and it waits.
const queueBytes = 256 << 10

// entryCost is what an entry takes beside its message.
const entryCost = 256

// process is one running journalctl, and the entries that it has said and nobody took yet. Safe for one reader.
type process struct {
	cmd    *exec.Cmd
	cancel context.CancelFunc
	done   chan struct{} // closed when all is over and err is set

	mu    sync.Mutex
	queue []entry
	bytes int
	err   error
	room  *sync.Cond
	ready chan struct{} // of one: the queue or done changed
}

// start runs the command until ctx ends. Whoever starts it calls stop.
func (j *Journal) start(ctx context.Context, args []string) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	p := &process{cancel: cancel, done: make(chan struct{}), ready: make(chan struct{}, 1)}
	p.room = sync.NewCond(&p.mu)
	p.cmd = j.command(ctx, args)
	stderr := &words{}
	p.cmd.Stderr = stderr
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("starting %s: %w", j.o.Command, err)
	}
	wake := context.AfterFunc(ctx, p.wake) // a pump that waits for room must see the end
	go func() {
		err := p.pump(ctx, newReader(stdout))
		if err != nil {
			cancel() // what it still says is not heard
		}
		waited := p.cmd.Wait()
		cancel()
		wake()
		if err == nil && waited != nil {
			err = fmt.Errorf("%s: %w", j.o.Command, waited)
		}
		if said := stderr.String(); said != "" && err != nil {
			err = fmt.Errorf("%s: %s", j.o.Command, said)
		}
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(p.done)
		p.tell()
	}()
	return p, nil
}

func (j *Journal) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, j.o.Command, args...)
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.WaitDelay = time.Second
	dieWithUs(cmd)
	return cmd
}

// pump reads entries into the queue, as far as that has room.
func (p *process) pump(ctx context.Context, in reader) error {
	for {
		e, err := in.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		p.mu.Lock()
		for p.bytes > queueBytes && ctx.Err() == nil {
			p.room.Wait()
		}
		p.queue = append(p.queue, e)
		p.bytes += len(e.message) + entryCost
		p.mu.Unlock()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.tell()
	}
}

func (p *process) tell() {
	select {
	case p.ready <- struct{}{}:
	default:
	}
}

func (p *process) wake() {
	p.mu.Lock()
	p.room.Broadcast()
	p.mu.Unlock()
}

// peek is the next entry, if one is there; take removes it.
func (p *process) peek() (*entry, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return nil, false
	}
	return &p.queue[0], true
}

func (p *process) take() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes -= len(p.queue[0].message) + entryCost
	if p.queue = p.queue[1:]; len(p.queue) == 0 {
		p.queue = nil
	}
	p.room.Broadcast()
}

// ended says whether the process is over and all that it said was taken, and how it ended.
func (p *process) ended() (bool, error) {
	select {
	case <-p.done:
	default:
		return false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue) == 0, p.err
}

// next waits for an entry and takes it; io.EOF behind the last.
func (p *process) next(ctx context.Context) (entry, error) {
	for {
		if e, ok := p.peek(); ok {
			p.take()
			return *e, nil
		}
		if over, err := p.ended(); over {
			if err == nil {
				err = io.EOF
			}
			return entry{}, err
		}
		select {
		case <-ctx.Done():
			return entry{}, ctx.Err()
		case <-p.ready:
		}
	}
}

// stop ends the process, if it still runs, and waits for its end.
func (p *process) stop() {
	p.cancel()
	<-p.done
}

// words keeps the first line that a program complains with.
type words struct {
	mu   sync.Mutex
	kept []byte
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, b[:min(len(b), 512-len(w.kept))]...)
	return len(b), nil
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(string(w.kept)), "\n")
	return line
}

// why is what people are told of a journalctl that failed.
func why(err error) string {
	if errors.Is(err, exec.ErrNotFound) {
		return "journalctl is not installed on the worker's host"
	}
	said := err.Error()
	if strings.Contains(said, "insufficient permissions") || strings.Contains(said, "Permission denied") {
		return "the worker's account may not read the journal; add it to the group systemd-journal"
	}
	return "reading the journal failed: " + said
}
