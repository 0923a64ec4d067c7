package main

import "testing"

func TestParseResult(t *testing.T) {
	r, ok := parseResult("BenchmarkFault/worker_kill_-9,_another_serves-2  \t      20\t         5.034 max-s\t         4.68 p50-s\n", "BenchmarkFault/")
	if !ok || r.name != "worker kill -9, another serves" || r.figures["max-s"] != 5.034 || r.figures["p50-s"] != 4.68 {
		t.Errorf("%+v, %t", r, ok)
	}
	for _, line := range []string{"", "PASS", "ok  \tlivetail/chaos/storm\t3.2s", "BenchmarkOther/1-2 1 2 s", "BenchmarkFault/1-2 1 two s", "BenchmarkFault/1-2 1 2 s 3"} {
		if r, ok := parseResult(line, "BenchmarkFault/"); ok {
			t.Errorf("%q is %+v", line, r)
		}
	}
}
