package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	var tasks []float64
	for range z.pageTries {
		p, err := c.open("/")
		if err != nil {
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
		did, err := ask[watched](p, `watch.end()`)
		if err != nil {
			return err
		}
		if err := p.wrong(); err != nil {
			return err
		}
		p.close()
		first, all, tasks = append(first, milliseconds(at)), append(all, milliseconds(end)), append(tasks, longest(did.Tasks))
	}
	most := slices.Max(tasks)
	t.goal(fmt.Sprintf("the list with %s logs: longest task", count(float64(z.pageLogs))), fmt.Sprintf("p50 %.0f ms, max %.0f ms", median(tasks), most), "≤ 100 ms", most <= mostTask, fmt.Sprintf("PerformanceObserver longtask (0: none over 50 ms), from the navigation until all rows are there; %d visits", len(tasks)))
	t.add("its first rows painted, all rows there", fmt.Sprintf("p50 %s, %s", short(first.at(.5)), short(all.at(.5))), "from the beginning of the navigation")
	return nil
}
