package boot

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Version is set when a release is built: -ldflags "-X livetail/cmd/internal/boot.Version=…". Read it with Release.
var Version string

// Release is the version of this program: as built, else the commit it was built from, else "devel".
func Release() string {
	if Version != "" {
		return Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	var commit, modified string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if commit == "" {
		return "devel"
	}
	return commit + modified
}

// VersionLine is what -version prints.
func VersionLine(name string) string {
	return fmt.Sprintf("%s %s (%s %s/%s)", name, Release(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
