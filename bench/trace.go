package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// task is how long one of the page took, and what of it on a processor: the rest it waited for one.
type task struct{ wall, cpu time.Duration }

// traceEvent is what of the browser's own trace is looked at.
type traceEvent struct {
	Name   string  `json:"name"`
	Pid    int     `json:"pid"`
	Length float64 `json:"dur"`  // µs
	Used   float64 `json:"tdur"` // µs
}

// trace has the browser note events of a category, and hands each to take. end returns when take has had all.
func (p *screen) trace(category string, take func(traceEvent)) (end func() error, err error) {
	complete := make(chan struct{})
	listening, cancel := context.WithCancel(p.ctx)
	err = chromedp.Listen(listening, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			for _, raw := range e.Value {
				var one traceEvent
				if json.Unmarshal(raw, &one) == nil {
					take(one)
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	})
	if err == nil {
		err = call(p, tracing.Start, tracing.StartParams{
			TransferMode: tracing.StartTransferModeReportEvents,
			TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{category}, ExcludedCategories: []string{"*"}},
		})
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("tracing the page: %w", err)
	}
	return func() error {
		defer cancel()
		if err := call(p, tracing.End, cdp.Empty{}); err != nil {
			return fmt.Errorf("tracing the page: %w", err)
		}
		select {
		case <-complete:
			return nil
		case <-p.ctx.Done():
			return fmt.Errorf("tracing the page: %w", p.ctx.Err())
		}
	}, nil
}

// longestTasks has the browser note the tasks of its pages. end gives the longest of each process: on the clock, and on a processor.
func (p *screen) longestTasks() (end func() (map[int]task, error), err error) {
	longest := map[int]task{}
	stop, err := p.trace("disabled-by-default-devtools.timeline", func(one traceEvent) {
		if one.Name == "RunTask" {
			most := longest[one.Pid]
			longest[one.Pid] = task{max(most.wall, time.Duration(one.Length)*time.Microsecond), max(most.cpu, time.Duration(one.Used)*time.Microsecond)}
		}
	})
	return func() (map[int]task, error) {
		if err := stop(); err != nil {
			return nil, err
		}
		return longest, nil
	}, err
}

// renderer is the process that the page is in: the one that does what the page says.
func (p *screen) renderer() (seen, error) {
	tab := seen{name: "the tab"}
	const mark = "livetail bench looks for its tab"
	end, err := p.trace("blink.user_timing", func(one traceEvent) {
		if one.Name == mark {
			tab.pid = one.Pid
		}
	})
	if err != nil {
		return tab, err
	}
	if err := errors.Join(p.run(`performance.mark(%q)`, mark), end()); err != nil {
		return tab, err
	}
	if tab.pid == 0 {
		return tab, errors.New("the browser does not say which process the page is in")
	}
	return tab, nil
}

// tasks are the longest of several times.
type tasks []task

func (all tasks) String() string {
	var wall, cpu spread
	for _, one := range all {
		wall, cpu = append(wall, one.wall), append(cpu, one.cpu)
	}
	return fmt.Sprintf("p50 %s, max %s; on a processor p50 %s, max %s", short(wall.at(.5)), short(wall.at(1)), short(cpu.at(.5)), short(cpu.at(1)))
}

// good says whether none was too long.
func (all tasks) good() bool {
	return !slices.ContainsFunc(all, func(t task) bool { return t.wall > mostTask })
}
