//go:build linux

package storm

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// table is what a storm ends with.
type table struct {
	title  string
	rows   [][2]string
	kinds  []string
	byKind map[string]*kindRow
}

type kindRow struct {
	times  int
	lasted []time.Duration
	pauses []time.Duration // of each page, each time
}

func newTable(title string) *table { return &table{title: title, byKind: map[string]*kindRow{}} }

func (t *table) add(what, format string, args ...any) {
	t.rows = append(t.rows, [2]string{what, fmt.Sprintf(format, args...)})
}

func (t *table) fault(kind string, lasted time.Duration, pauses []time.Duration) {
	row := t.byKind[kind]
	if row == nil {
		row = &kindRow{}
		t.byKind[kind] = row
		t.kinds = append(t.kinds, kind)
	}
	row.times++
	row.lasted = append(row.lasted, lasted)
	row.pauses = append(row.pauses, pauses...)
}

func (t *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n| what | count |\n| --- | --- |\n", t.title)
	for _, row := range t.rows {
		fmt.Fprintf(&b, "| %s | %s |\n", row[0], row[1])
	}
	fmt.Fprintf(&b, "\n| fault | times | lasted at most | pause p50 | pause max |\n| --- | --- | --- | --- | --- |\n")
	slices.Sort(t.kinds)
	for _, kind := range t.kinds {
		row := t.byKind[kind]
		slices.Sort(row.lasted)
		slices.Sort(row.pauses)
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |\n", kind, row.times, seconds(row.lasted[len(row.lasted)-1]), seconds(half(row.pauses)), seconds(last(row.pauses)))
	}
	return b.String()
}

func half(sorted []time.Duration) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

func last(sorted []time.Duration) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)-1]
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
