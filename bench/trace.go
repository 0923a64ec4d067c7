package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
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

// trace has the browser note all tasks of its pages. end gives the longest of each process: on the clock, and on a processor.
func (p *screen) trace() (end func() (map[int]task, error), err error) {
	var mu sync.Mutex
	longest := map[int]task{}
	complete := make(chan struct{})
	listening, cancel := context.WithCancel(p.ctx)
	err = chromedp.Listen(listening, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, raw := range e.Value {
				var one traceEvent
				if json.Unmarshal(raw, &one) == nil && one.Name == "RunTask" {
					most := longest[one.Pid]
					longest[one.Pid] = task{max(most.wall, time.Duration(one.Length)*time.Microsecond), max(most.cpu, time.Duration(one.Used)*time.Microsecond)}
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	})
	if err == nil {
		err = call(p, tracing.Start, tracing.StartParams{
			TransferMode: tracing.StartTransferModeReportEvents,
			TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"}},
		})
	}
	return func() (map[int]task, error) {
		defer cancel()
		if err := call(p, tracing.End, cdp.Empty{}); err != nil {
			return nil, err
		}
		select {
		case <-complete:
		case <-p.ctx.Done():
			return nil, fmt.Errorf("tracing the page: %w", p.ctx.Err())
		}
		mu.Lock()
		defer mu.Unlock()
		return longest, nil
	}, err
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
