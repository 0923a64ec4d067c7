package worker

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The zone's name is what browsers can look up; what does not show the time as this process does is not it.
func TestZone(t *testing.T) {
	zone := func(name string) *time.Location {
		l, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for name, c := range map[string]struct {
		clock            *time.Location
		env, link, write string
		want             string
	}{
		"a link":              {clock: zone("Europe/Berlin"), link: "/usr/share/zoneinfo/Europe/Berlin", want: "Europe/Berlin"},
		"a link as Red Hat's": {clock: zone("America/New_York"), link: "../usr/share/zoneinfo/posix/America/New_York", want: "America/New_York"},
		"only written":        {clock: zone("Asia/Tokyo"), write: "Asia/Tokyo\n", want: "Asia/Tokyo"},
		"TZ":                  {clock: zone("Asia/Tokyo"), env: ":Asia/Tokyo", link: "/usr/share/zoneinfo/Europe/Berlin", want: "Asia/Tokyo"},
		"written of old":      {clock: zone("Europe/Berlin"), write: "Europe/London", want: "+01:00"},
		"nothing":             {clock: time.FixedZone("", -(3*3600 + 30*60)), want: "-03:30"},
		"nothing at all":      {clock: time.UTC, want: "UTC"},
		"nonsense":            {clock: time.FixedZone("", 3600), env: "../../etc/passwd", link: "/usr/share/zoneinfo/", write: "<b>", want: "+01:00"},
		"as long, in summer":  {clock: time.FixedZone("", 3600), write: "Europe/Berlin", want: "+01:00"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			z := zones{env: c.env, link: filepath.Join(dir, "localtime"), file: filepath.Join(dir, "timezone")}
			if c.link != "" {
				if err := os.Symlink(c.link, z.link); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(z.file, []byte(c.write), 0o644); err != nil {
				t.Fatal(err)
			}
			if got := z.local(time.Date(2026, 11, 26, 12, 0, 0, 0, c.clock)); got != c.want {
				t.Errorf("the zone is %q, want %q", got, c.want)
			}
		})
	}
}
