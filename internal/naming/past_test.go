package naming

import "testing"

func TestPastOf(t *testing.T) {
	names := map[string]bool{"x": true, "app.log": true}
	for name, want := range map[string]string{
		"x.1": "x", "x.2.gz": "x", "x-20261121": "x", "x-20261121.gz": "x", "x.2026-11-21": "x", "x.old": "x", "x.3.xz": "x", "x.4.zst": "x",
		"x.5.bz2": "x", "x.gz": "x", "x-2026112104": "x", "x-1669000000.gz": "x", "app.log.1": "app.log", "app-20261121.log": "app.log",
		"app-2026-11-21T04-00-00.000.log": "app.log", "app-2026-11-21T04-00-00.000.log.gz": "app.log", "app.log-20261121.1.gz": "app.log", "x-20261121-13": "x",
		// Not the past of anything that is there:
		"x": "", "app.log": "", "y.1": "", "y-20261121.log": "", "app.1.log": "", "x1": "", "xx.1": "", "x.conf": "", "x-99999999": "", "x.log": "", ".1": "", ".gz": "",
		"x.1.bak": "", "x-app.log": "",
	} {
		if got, ok := PastOf(name, func(n string) bool { return names[n] }); got != want || ok != (want != "") {
			t.Errorf("PastOf(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
}
