package auth

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Rule lets users, and members of groups, see logs. Logs are patterns over "host/id": * stands for any characters but a
// slash, ** for any characters, **/ also for nothing ("web-01/**/error.log" is also "web-01/error.log"); everything else
// stands for itself.
type Rule struct{ Users, Groups, Logs []string }

type rule struct {
	users, groups []string
	logs          []*regexp.Regexp
}

// May says whether u may see that log. Administrators may see all, others what a rule gives them.
// It asks nobody, so it can be called before anything about the log is looked up.
func (a *Auth) May(u User, host, id string) bool {
	if u.Admin {
		return true
	}
	// A host with a slash would let "a/b" + "c" pass for "a" + "b/c".
	if host == "" || id == "" || strings.Contains(host, "/") {
		return false
	}
	return slices.ContainsFunc(a.rules, func(r rule) bool {
		return r.names(u) && slices.ContainsFunc(r.logs, func(p *regexp.Regexp) bool { return p.MatchString(host + "/" + id) })
	})
}

func (r rule) names(u User) bool {
	return slices.Contains(r.users, u.Name) ||
		slices.ContainsFunc(u.Groups, func(g string) bool { return slices.Contains(r.groups, g) })
}

func compileRule(r Rule) (rule, error) {
	var faults []error
	if len(r.Users)+len(r.Groups) == 0 {
		faults = append(faults, errors.New("it names no users and no groups"))
	}
	if len(r.Logs) == 0 {
		faults = append(faults, errors.New("it names no logs"))
	}
	compiled := rule{users: r.Users, groups: r.Groups}
	for _, pattern := range r.Logs {
		p, err := compilePattern(pattern)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		compiled.logs = append(compiled.logs, p)
	}
	return compiled, errors.Join(faults...)
}

// compilePattern makes a regular expression, because those are matched in linear time whatever the pattern.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	if !strings.Contains(pattern, "/") && !strings.Contains(pattern, "**") {
		return nil, fmt.Errorf("pattern %q matches no log: write host/log, for example web-01/** or */syslog", pattern)
	}
	if strings.HasPrefix(pattern, "/") || strings.HasSuffix(pattern, "/") {
		return nil, fmt.Errorf("pattern %q matches no log: host and id have no slash at their ends", pattern)
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for rest := pattern; rest != ""; {
		atSegment := len(rest) == len(pattern) || pattern[len(pattern)-len(rest)-1] == '/'
		switch {
		case atSegment && strings.HasPrefix(rest, "**/"):
			b.WriteString(`(?:.*/)?`)
			rest = rest[3:]
		case strings.HasPrefix(rest, "**"):
			b.WriteString(`.*`)
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString(`[^/]*`)
			rest = rest[1:]
		default:
			literal := rest
			if i := strings.IndexByte(rest, '*'); i >= 0 {
				literal = rest[:i]
			}
			b.WriteString(regexp.QuoteMeta(literal))
			rest = rest[len(literal):]
		}
	}
	b.WriteString(`\z`)
	p, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return p, nil
}
