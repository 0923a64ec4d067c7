package boot

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"
)

// LogHandler writes one line of text for each record. Where w is the journal of systemd the time is left out, since the
// journal has its own, and each line begins with its priority.
func LogHandler(w io.Writer) slog.Handler {
	f, ok := w.(*os.File)
	if !ok || !isJournal(f, os.Getenv("JOURNAL_STREAM")) {
		return slog.NewTextHandler(w, nil)
	}
	return slog.NewTextHandler(journal{w}, &slog.HandlerOptions{ReplaceAttr: withoutTime})
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// isJournal says whether f is the stream that systemd announced: the variable is inherited also by programs whose
// output goes elsewhere.
func isJournal(f *os.File, announced string) bool {
	var stat syscall.Stat_t
	if announced == "" || syscall.Fstat(int(f.Fd()), &stat) != nil {
		return false
	}
	return announced == fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
}

// journal gives each line the prefix by which the journal knows its priority (sd-daemon(3)). The handler writes a record
// with one Write, and level is its first attribute.
type journal struct{ w io.Writer }

func (j journal) Write(line []byte) (int, error) {
	prefix := "<6>"
	for level, p := range map[string]string{"ERROR": "<3>", "WARN": "<4>", "DEBUG": "<7>"} {
		if bytes.HasPrefix(line, []byte("level="+level)) {
			prefix = p
		}
	}
	if _, err := j.w.Write(append([]byte(prefix), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}
