package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
)

// ownLogMax is where livetail's own log begins anew; the one before it is kept as livetail.log.1.
const ownLogMax = 8 << 20

// newLog writes every record to file, and to stderr what a person who watches the terminal needs of it.
func newLog(file, stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewMultiHandler(slog.NewTextHandler(file, nil), &briefHandler{out: &lines{w: stderr}}))
}

// ownLog is a file that is appended to, and renamed when it becomes large. Each Write is one line.
type ownLog struct {
	path string
	max  int64
	mu   sync.Mutex
	file *os.File
	size int64
}

func openOwnLog(path string, max int64) (*ownLog, error) {
	l := &ownLog{path: path, max: max}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("opening livetail's own log: %w", err)
	}
	return l, nil
}

func (l *ownLog) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, info.Size()
	return nil
}

func (l *ownLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(line)) > l.max {
		old := l.file
		if err := os.Rename(l.path, l.path+".1"); err == nil && l.open() == nil {
			old.Close()
		}
		l.size = 0 // where it failed, not to try again with each line
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

func (l *ownLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// briefHandler writes "livetail: warning: message key=value".
type briefHandler struct {
	out  *lines
	with []func(slog.Handler) slog.Handler
}

type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (h *briefHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

func (h *briefHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.and(func(inner slog.Handler) slog.Handler { return inner.WithAttrs(attrs) })
}

func (h *briefHandler) WithGroup(name string) slog.Handler {
	return h.and(func(inner slog.Handler) slog.Handler { return inner.WithGroup(name) })
}

func (h *briefHandler) and(with func(slog.Handler) slog.Handler) *briefHandler {
	return &briefHandler{h.out, append(h.with[:len(h.with):len(h.with)], with)}
}

func (h *briefHandler) Handle(ctx context.Context, r slog.Record) error {
	var line bytes.Buffer
	line.WriteString("livetail: ")
	switch {
	case r.Level >= slog.LevelError:
		line.WriteString("error: ")
	case r.Level >= slog.LevelWarn:
		line.WriteString("warning: ")
	}
	line.WriteString(r.Message)
	line.WriteByte(' ')
	var attrs slog.Handler = slog.NewTextHandler(&line, &slog.HandlerOptions{ReplaceAttr: attrsOnly})
	for _, with := range h.with {
		attrs = with(attrs)
	}
	if err := attrs.Handle(ctx, r); err != nil {
		return err
	}
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	_, err := h.out.w.Write(append(bytes.TrimRight(line.Bytes(), " \n"), '\n'))
	return err
}

func attrsOnly(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}
