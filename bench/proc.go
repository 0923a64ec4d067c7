package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// seen is a running process, whoever started it, as /proc shows it.
type seen struct {
	name string
	pid  int
}

// process is a program that runs until it is ended; what it says goes to a file.
type process struct {
	seen
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

func launch(name, log string, program string, args ...string) (*process, error) {
	said, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer said.Close()
	p := &process{seen: seen{name: name}, log: log, cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = said, said
	p.cmd.SysProcAttr = dieWithParent()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p.pid = p.cmd.Process.Pid
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// lastWords is what the process said at last, for an error.
func (p *process) lastWords() string {
	b, _ := os.ReadFile(p.log)
	return string(b[max(0, len(b)-2000):])
}

// end asks the process to end, and makes it after a while.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(8 * time.Second):
		say("%s did not end when it was asked to", p.name)
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p seen) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.pid), name)
}

// memory is the resident memory of the process, now and at most since forgetPeak, in bytes.
func (p seen) memory() (now, peak int64, err error) {
	b, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, 0, fmt.Errorf("looking at the memory of %s: %w", p.name, err)
	}
	return kilobytes(b, "VmRSS:"), kilobytes(b, "VmHWM:"), nil
}

// own is the memory that would be free if the process ended: what it shares with others is not in it.
func (p seen) own() (int64, error) {
	b, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, fmt.Errorf("looking at the memory of %s: %w", p.name, err)
	}
	return kilobytes(b, "RssAnon:") + kilobytes(b, "VmSwap:"), nil
}

// samplePeak looks at own every 20 ms until it is asked for the largest.
func (p seen) samplePeak() (largest func() int64) {
	stop := make(chan struct{})
	var most int64
	var sampling sync.WaitGroup
	sampling.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if own, err := p.own(); err == nil {
				most = max(most, own)
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return func() int64 {
		close(stop)
		sampling.Wait()
		return most
	}
}

// read is how many bytes the process has read so far, from files and sockets.
func (p seen) read() (int64, error) {
	b, err := os.ReadFile(p.proc("io"))
	if err != nil {
		return 0, fmt.Errorf("looking at what %s reads: %w", p.name, err)
	}
	var n int64
	_, err = fmt.Sscanf(string(b), "rchar: %d", &n)
	return n, err
}

func kilobytes(b []byte, key string) int64 {
	for line := range bytes.Lines(b) {
		if f := strings.Fields(string(line)); len(f) > 1 && f[0] == key {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// forgetPeak has the kernel begin anew with the largest memory.
func (p seen) forgetPeak() error {
	return os.WriteFile(p.proc("clear_refs"), []byte("5"), 0)
}

// cpu is the processor time that the process has used, in steps of 10 ms.
func (p seen) cpu() (time.Duration, error) {
	b, err := os.ReadFile(p.proc("stat"))
	if err != nil {
		return 0, fmt.Errorf("looking at the processor time of %s: %w", p.name, err)
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // from the third on
	if len(fields) < 13 {
		return 0, fmt.Errorf("looking at the processor time of %s: %q", p.name, b)
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ, the same on every Linux that Go runs on
	return time.Duration(user+system) * tick, nil
}

type memory struct{ now, peak int64 }

// memories are those of web, worker and redis-server. anew forgets how large they were before.
func (s *stack) memories(anew bool) (m [3]memory, err error) {
	for i, p := range []*process{s.web, s.worker, s.redis} {
		if anew {
			if err := p.forgetPeak(); err != nil {
				return m, err
			}
		}
		if m[i].now, m[i].peak, err = p.memory(); err != nil {
			return m, err
		}
	}
	return m, nil
}

// times are the processor times of web, worker and redis-server.
func (s *stack) times() (all [3]time.Duration, err error) {
	for i, p := range []*process{s.web, s.worker, s.redis} {
		if all[i], err = p.cpu(); err != nil {
			return all, err
		}
	}
	return all, nil
}

// usage says, when it is asked, what part of a core each process has used since, in percent.
func (s *stack) usage() func() (words string, sum float64, err error) {
	before, failed := s.times()
	begin := time.Now()
	return func() (string, float64, error) {
		after, err := s.times()
		var part [3]float64
		var sum float64
		for i := range part {
			part[i] = 100 * (after[i] - before[i]).Seconds() / time.Since(begin).Seconds()
			sum += part[i]
		}
		return fmt.Sprintf("%.1f %% of a core: web %.1f, worker %.1f, redis %.1f", sum, part[0], part[1], part[2]), sum, errors.Join(failed, err)
	}
}

// holds are the descriptors through which the process holds files in dir, or the file dir itself.
func (p seen) holds(dir string) ([]string, error) {
	folder := p.proc("fd")
	all, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("looking at the open files of %s: %w", p.name, err)
	}
	var found []string
	for _, fd := range all {
		if name := filepath.Join(folder, fd.Name()); isBelow(name, dir) {
			found = append(found, name)
		}
	}
	return found, nil
}

// isBelow says whether the descriptor fd, a link in /proc, is a file at or below dir.
func isBelow(fd, dir string) bool {
	to, err := os.Readlink(fd)
	if err != nil {
		return false // closed meanwhile
	}
	to = strings.TrimSuffix(to, " (deleted)")
	return to == dir || strings.HasPrefix(to, dir+"/")
}

var errDied = errors.New("it ended by itself")
