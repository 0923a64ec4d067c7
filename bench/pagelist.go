package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// folder is a folder of logs, which are there only while the list is measured.
const folder = "folder"

// pageList opens the list of very many logs.
func pageList(ctx context.Context, s *stack, z sizes, t *table) error {
	dir := filepath.Join(s.logs, folder)
	defer func() {
		all, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, group := range all {
			os.RemoveAll(group)
		}
	}()
	for i := range z.pageLogs {
		group := filepath.Join(dir, fmt.Sprintf("group-%02d", i%20))
		if err := os.MkdirAll(group, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(group, fmt.Sprintf("app-%04d.log", i)), lines(0, 2, 0), 0o644); err != nil {
			return err
		}
	}
	c, err := s.browse(ctx)
	if err != nil {
		return err
	}
	defer c.end()
	sum := fmt.Sprintf(`parseInt(document.querySelector('#sum').textContent.replace(/\D/g, '')) >= %d`, z.pageLogs)
	known, err := c.open("/")
	if err != nil {
		return err
	}
	defer known.close()
	say("waiting until the list has %d logs", z.pageLogs)
	if _, err := known.until(sum); err != nil {
		return err
	}
	var first, all spread
	var longest tasks
	for range z.pageTries {
		p, err := c.open("")
		if err != nil {
			return err
		}
		traced, err := p.longestTasks()
		if err != nil {
			return err
		}
		if err := p.visit("/"); err != nil {
			return err
		}
		at, err := ask[float64](p, `watch.usable`)
		if err != nil {
			return err
		}
		end, err := ask[float64](p, `watch.until(() => %s && document.querySelectorAll('#list li .name').length >= %d).then((at) => at - performance.timeOrigin)`, sum, z.pageLogs)
		if err != nil {
			return err
		}
		took, err := traced()
		if err != nil {
			return err
		}
		tab, err := p.renderer()
		if err = errors.Join(err, p.wrong()); err != nil {
			return err
		}
		p.close()
		first, all, longest = append(first, milliseconds(at)), append(all, milliseconds(end)), append(longest, took[tab.pid])
	}
	t.goal(fmt.Sprintf("the list with %s logs: longest task", count(float64(z.pageLogs))), longest.String(), "≤ 100 ms", longest.good(), fmt.Sprintf("from the browser's trace, from the navigation until all rows are there; %d visits", len(longest)))
	t.add("its first rows painted, all rows there", fmt.Sprintf("p50 %s, %s", short(first.at(.5)), short(all.at(.5))), "from the beginning of the navigation")
	return nil
}
