package worker

import (
	"os"
	"strings"
	"time"
)

// zones is where a machine says which zone its clock is in: TZ, where /etc/localtime leads, what is written in /etc/timezone.
type zones struct {
	env, link, file string
}

// local is the zone that this process reads and writes times in, as browsers know it: by its name, so that they have the hours
// of last winter too, or else what it is ahead of UTC now.
func (z zones) local(now time.Time) string {
	target, _ := os.Readlink(z.link)
	_, linked, _ := strings.Cut(target, "zoneinfo/")
	written, _ := os.ReadFile(z.file)
	for _, name := range []string{strings.TrimPrefix(z.env, ":"), linked, strings.TrimSpace(string(written)), "UTC"} {
		if name = strings.TrimPrefix(name, "posix/"); name == "" || name == "Local" {
			continue
		}
		if there, err := time.LoadLocation(name); err == nil && alike(there, now) {
			return name
		}
	}
	return now.Format("-07:00")
}

// alike is whether a zone shows the time as this process does, now and in the other half of the year.
func alike(there *time.Location, now time.Time) bool {
	for _, at := range []time.Time{now, now.AddDate(0, 6, 0)} {
		_, here := at.Zone()
		if _, offset := at.In(there).Zone(); offset != here {
			return false
		}
	}
	return true
}
