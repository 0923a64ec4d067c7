package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// bare is the floor as a process, with a log of its own and a page that follows it.
type bare struct {
	process *process
	log     *os.File
	page    *tail
}

// startFloor starts one on an empty log. Who gets it ends it.
func (s *stack) startFloor(ctx context.Context) (b *bare, err error) {
	b = &bare{}
	defer func() {
		if err != nil {
			b.end()
			err = fmt.Errorf("the floor: %w", err)
		}
	}()
	if b.log, err = os.Create(s.file("floor.log")); err != nil {
		return b, err
	}
	out := s.file("floor.out")
	if b.process, err = launch("floor", out, filepath.Join(s.bin, "floor"), b.log.Name()); err != nil {
		return b, err
	}
	url := ""
	err = s.until(ctx, b.process, func() (whole bool) {
		said, _ := os.ReadFile(out)
		url, _, whole = strings.Cut(string(said), "\n")
		return whole
	})
	if err != nil {
		return b, err
	}
	b.page, err = dial(ctx, url, s.client.http)
	return b, err
}

func (b *bare) end() {
	if b.page != nil {
		b.page.gone()
	}
	if b.process != nil {
		b.process.end()
	}
	if b.log != nil {
		b.log.Close()
		_ = os.Remove(b.log.Name())
	}
}
