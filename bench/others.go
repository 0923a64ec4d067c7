package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// others says, when it is asked, how much of the machine programs that are not bench's have used since. A machine that
// others use measures others. What bench started must have ended by then.
func others() func() string {
	begin, before, own := time.Now(), busy(), ours()
	return func() string {
		used := busy() - before - (ours() - own)
		share := 100 * used.Seconds() / time.Since(begin).Seconds() / float64(runtime.NumCPU())
		return fmt.Sprintf("In the %s that this took, other programs used %.0f %% of the cores (what the host took away included).", time.Since(begin).Round(time.Second), max(0, share))
	}
}

// busy is the time in which the cores did something, or could not because a host did something else.
func busy() (sum time.Duration) {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	const idle, waiting, guests = 4, 5, 9
	for i, field := range strings.Fields(line) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err == nil && i != idle && i != waiting && i < guests { // guests are in user already
			sum += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return sum
}

// ours is what bench, and what it started and what has ended, has used.
func ours() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if syscall.Getrusage(who, &used) == nil {
			sum += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
	}
	return sum
}
