package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"livetail/internal/wire"
)

// seek goes to the first entry that is not earlier than t, and reads from there. What leads up to it is for another question: how
// far back so many bytes are, the journal does not tell.
func (a *answer) seek(ctx context.Context, t time.Time, sure string) (wire.Marker, error) {
	_, until, err := a.places()
	if err != nil {
		return wire.Marker{}, err
	}
	errBack := errors.New("what is found is read back from")
	m, err := a.onward(ctx, resume{}, until, func(e *entry) error {
		if err := a.found(ctx, e, sure); err != nil || !a.q.Back {
			return err
		}
		return errBack
	}, "--since="+since(t))
	if err == errBack {
		a.q.From = a.at
		return a.back(ctx)
	}
	return m, err
}

// found tells that e was found; nil: nothing is there any more.
func (a *answer) found(ctx context.Context, e *entry, sure string) error {
	m := wire.Marker{Kind: wire.MarkFound, Sure: sure}
	if e != nil {
		a.at = wire.Position{{File: file(a.log, e.cursor)}}
	} else {
		_, last, err := a.ends(ctx)
		if err != nil {
			return err
		}
		if m.Why = "nothing was written since"; last == nil {
			m.Sure, m.Why = wire.SureNone, "the journal has nothing of this"
		} else {
			a.at = wire.Position{{File: file(a.log, last.cursor), Offset: 1 << entryBits}}
		}
	}
	room, err := a.sink.Room(ctx)
	if err != nil {
		return err
	}
	fr := mark(a.marker(m), room)
	if fr.After = a.at; e != nil {
		fr.Time = e.time.UnixMilli()
	} else if len(a.at) > 0 {
		fr.Start = a.at[0].Offset
	}
	return a.send(ctx, &fr)
}

// since is a time as journalctl takes it.
func since(t time.Time) string { return fmt.Sprintf("@%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// ends are the oldest and the newest entry; nil: there are none.
func (a *answer) ends(ctx context.Context) (first, last *entry, err error) {
	for _, end := range []struct {
		to  **entry
		arg []string
	}{{&first, nil}, {&last, []string{"--reverse"}}} {
		err := a.run(ctx, func(e entry) (bool, error) {
			*end.to = &e
			return false, nil
		}, end.arg...)
		if err != nil {
			return nil, nil, err
		}
	}
	return first, last, nil
}

// place goes to what is so many bytes before the end. The journal does not tell how many bytes a part of it takes: it is taken
// to be written evenly over its time.
func (a *answer) place(ctx context.Context) (wire.Marker, error) {
	first, last, err := a.ends(ctx)
	if err != nil {
		return wire.Marker{}, err
	}
	size, err := a.usage(ctx)
	if err != nil {
		return wire.Marker{}, err
	}
	t := time.Time{}
	if last != nil && size > 0 {
		back := float64(min(a.q.Behind, size)) / float64(size)
		t = last.time.Add(-time.Duration(back * float64(last.time.Sub(first.time))))
	}
	return a.seek(ctx, t, wire.SureNear)
}

// outline is the journal as one file.
func (a *answer) outline(ctx context.Context) (wire.Marker, error) {
	first, last, err := a.ends(ctx)
	if err != nil {
		return wire.Marker{}, err
	}
	info := wire.FileInfo{Name: a.src.Name}
	if info.Size, err = a.usage(ctx); err != nil {
		return wire.Marker{}, err
	}
	if first != nil && last != nil {
		info.From, info.To = first.time.UnixMilli(), last.time.UnixMilli()
	}
	if err := a.tell(ctx, wire.Marker{Kind: wire.MarkOutline, Files: []wire.FileInfo{info}}, 0); err != nil {
		return wire.Marker{}, err
	}
	return wire.Marker{Kind: wire.MarkEnd, End: wire.EndDone}, nil
}

// usage is how many bytes the journal's files take, those of other units included.
func (a *answer) usage(ctx context.Context) (int64, error) {
	args := []string{"--disk-usage", "--quiet"}
	if a.src.Directory != "" {
		args = append(args, "--directory="+a.src.Directory)
	}
	said, err := a.j.output(ctx, args)
	if err != nil {
		return 0, &brokenError{err}
	}
	return parseUsage(said), nil
}

// parseUsage reads "Archived and active journals take up 8.0M in the file system."; 0: it is said otherwise.
func parseUsage(said string) int64 {
	for word := range strings.FieldsSeq(said) {
		digits := strings.TrimRight(word, "BKMGTPE.")
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			continue
		}
		if unit := strings.TrimSuffix(word[len(digits):], "."); unit != "" {
			return int64(n * float64(int64(1)<<(10*max(0, strings.IndexByte("BKMGTPE", unit[0])))))
		}
	}
	return 0
}

const maxOutput = 4 << 10

// output is what a call of journalctl prints that is no entries.
func (j *Journal) output(ctx context.Context, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := j.command(ctx, args)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", fmt.Errorf("starting %s: %w", j.o.Command, err)
	}
	said, _ := io.ReadAll(io.LimitReader(stdout, maxOutput))
	if err := cmd.Wait(); err != nil {
		return "", fmt.Errorf("%s: %w", j.o.Command, err)
	}
	return string(said), nil
}
