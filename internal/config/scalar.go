package config

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// plainScalar is a single value without a tag or a reference.
func (v value) plainScalar() bool {
	return v.node.Kind == yaml.ScalarNode && v.node.Style&yaml.TaggedStyle == 0
}

// text reads v into dst. It is false, and dst is as before, where v is absent, "" or wrong.
func (v value) text(dst *string) bool {
	if v.empty() {
		return false
	}
	if !v.plainScalar() {
		v.wrong("text")
		return false
	}
	s := v.node.Value
	quoted := v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch {
	case v.node.ShortTag() == "!!null":
		v.wrong("a value, or remove the line")
		return false
	case v.node.ShortTag() != "!!str":
		v.wrong(`it in quotes: "` + v.shown(s) + `"`)
		return false
	case !quoted && truthy(s):
		// YAML 1.1 reads these as true and false, YAML 1.2 as text; people expect either.
		v.fault("may be read as true or false: write it in quotes: %q", s)
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			v.fault("has a control character or a line break: write it in one line")
			return false
		}
	}
	*dst = s
	return true
}

// shown is a value as faults may show it: a hash, or a password that stands in its place, is not for logs.
func (v value) shown(s string) string {
	if strings.HasSuffix(v.key, ".hash") || len(s) > 40 {
		return "…"
	}
	return s
}

func truthy(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "no", "on", "off":
		return true
	}
	return false
}

// texts reads a list of texts. Each item that is right comes with its place, for checks that follow.
func (v value) texts(want string) (texts []string, places []value) {
	for _, item := range v.list(want) {
		var s string
		if item.text(&s) {
			texts, places = append(texts, s), append(places, item)
		} else if item.empty() {
			item.fault("is empty: write a value, or remove it")
		}
	}
	return texts, places
}

// number reads a whole number from low to high.
func (v value) number(dst *int, low, high int) {
	if v.node == nil {
		return
	}
	s := v.node.Value
	digits := strings.TrimPrefix(s, "-")
	allDigits := digits != "" && strings.Trim(digits, "0123456789") == ""
	tag := v.node.ShortTag()
	if !v.plainScalar() || tag != "!!int" && !(tag == "!!float" && allDigits) { // beyond 64 bits it is a float to YAML
		v.wrong("a whole number without quotes, such as " + strconv.Itoa(*dst))
		return
	}
	// Only the plain form: 010 would be 8, and 1_000 is not a number to everybody.
	if !allDigits || len(digits) > 1 && digits[0] == '0' {
		v.fault("is %s: write the number in plain decimal digits, such as %d", quote(s), *dst)
		return
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		v.fault("is %s: write a number from %d to %d", v.shown(s), low, high)
		return
	}
	*dst = n
}

// boolean reads true or false.
func (v value) boolean(dst *bool) {
	switch {
	case v.node == nil:
	case v.plainScalar() && v.node.ShortTag() == "!!bool":
		*dst = strings.EqualFold(v.node.Value, "true")
	case v.plainScalar() && truthy(v.node.Value):
		v.fault("is %s: write true or false", v.node.Value)
	default:
		v.wrong("true or false, without quotes")
	}
}

// duration reads whole days, hours, minutes and seconds: 12h, 1h30m, 7d.
func (v value) duration(dst *time.Duration, low, high time.Duration) {
	if v.node == nil {
		return
	}
	if !v.plainScalar() || v.node.ShortTag() == "!!null" {
		v.wrong("a time with its unit, such as 12h or 7d")
		return
	}
	d, ok := parseDuration(v.node.Value)
	if !ok {
		v.fault("is %s: write a time with its unit, such as 90s, 30m, 12h or 7d", quote(v.node.Value))
		return
	}
	if d < low || d > high {
		v.fault("is %s: write a time from %s to %s", v.shown(v.node.Value), showDuration(low), showDuration(high))
		return
	}
	*dst = d
}

// parseDuration is time.ParseDuration with days and without fractions, because nobody means a session of 168h.
func parseDuration(s string) (time.Duration, bool) {
	units := map[byte]time.Duration{'d': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}
	var sum time.Duration
	for rest := s; rest != ""; {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 || i > 9 { // nine digits of days stay within an int64 of seconds, not of nanoseconds
			return 0, false
		}
		n, err := strconv.Atoi(rest[:i])
		unit := units[rest[i]]
		const most = 100 * 365 * 24 * time.Hour
		if err != nil || unit == 0 || time.Duration(n) > most/unit || sum > most {
			return 0, false
		}
		sum += time.Duration(n) * unit
		rest = rest[i+1:]
	}
	return sum, s != ""
}

func showDuration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// size reads a whole number of bytes with its unit: 500 MiB, 2GiB.
func (v value) size(dst *int64, low, high int64) {
	if v.node == nil {
		return
	}
	if !v.plainScalar() || v.node.ShortTag() != "!!str" {
		v.wrong("a size with its unit, such as 500MiB or 2GiB")
		return
	}
	for _, unit := range sizeUnits {
		digits, ok := strings.CutSuffix(v.node.Value, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 32)
		if err != nil {
			break
		}
		if size := int64(n) * unit.bytes; n > uint64(high/unit.bytes) || size < low {
			v.fault("is %s: write a size from %s to %s", v.shown(v.node.Value), showSize(low), showSize(high))
		} else {
			*dst = size
		}
		return
	}
	v.fault("is %s: write a size with its unit, such as 500MiB or 2GiB", v.shown(v.node.Value))
}

func showSize(n int64) string {
	for _, unit := range sizeUnits {
		if n >= unit.bytes && n%unit.bytes == 0 {
			return strconv.FormatInt(n/unit.bytes, 10) + " " + unit.name
		}
	}
	return strconv.FormatInt(n, 10)
}

const stateDirPrefix = "${state_dir}/"

// path reads an absolute path, or one below the state directory.
func (v value) path(dst *string) bool {
	var s string
	if !v.text(&s) {
		return false
	}
	if rest, ok := strings.CutPrefix(s, stateDirPrefix); ok && v.schema != "state_dir" {
		if v.p.kind != ForAll {
			v.fault("%s is for livetail, everything in one process: write the absolute path", strings.TrimSuffix(stateDirPrefix, "/"))
			return false
		}
		*dst = filepath.Join(v.p.stateDir, rest)
		return true
	}
	switch {
	case strings.HasPrefix(s, "$"):
		v.fault("is %s: variables are not expanded, only %s at the start of the path of a log or secret_file: write the absolute path", quote(s), stateDirPrefix)
	case strings.HasPrefix(s, "~"):
		v.fault("is %s: ~ is not expanded: write the absolute path, such as /home/you/%s", quote(s), strings.TrimLeft(s, "~/"))
	case !filepath.IsAbs(s):
		dir := "/etc/livetail"
		if strings.HasPrefix(v.schema, "logs") {
			dir = defaultLogs
		}
		v.fault("is relative: write the absolute path instead of %s, such as %s", quote(s), filepath.Join(dir, filepath.Clean("/"+s)))
	default:
		*dst = filepath.Clean(s)
		return true
	}
	return false
}
