package config

import (
	"strings"
)

func (p *parser) users(v value) []User {
	var users []User
	lines := make(map[string]int)
	for _, s := range v.sections("each - with name: and hash:") {
		var u User
		name := s.get("name")
		if name.word(&u.Name, "@+") {
			if before := lines[u.Name]; before > 0 {
				name.fault("is the name of the user in line %d too: write another", before)
			} else {
				lines[u.Name] = name.at.Line
			}
		} else if name.empty() {
			name.fault("is missing: write the name to sign in with")
		}
		hash := s.get("hash")
		if hash.text(&u.Hash) {
			if wrong := hashFault(u.Hash); wrong != "" {
				hash.fault("%s", wrong)
			}
		} else if hash.empty() {
			hash.fault("is missing: %s", makeHash)
		}
		for _, g := range s.get("groups").list("such as [ops]") {
			var group string
			if g.word(&group, "") {
				u.Groups = append(u.Groups, group)
			} else if g.empty() {
				g.fault("is empty: write the name of a group, or remove it")
			}
		}
		s.get("admin").boolean(&u.Admin)
		s.done()
		users = append(users, u)
	}
	if len(users) == 0 && p.kind == ForWeb && (v.none() || v.node.Content == nil) {
		v.fault("is empty, so nobody can sign in: write for example - {name: sre, hash: '…', admin: true}; %s", makeHash)
	}
	return users
}

func (p *parser) access(v value, users []User) []Rule {
	var names, groups []string
	for _, u := range users {
		names, groups = append(names, u.Name), append(groups, u.Groups...)
	}
	// A worker's config on another host has no users, and does not decide who sees what.
	check := p.kind != ForWorker || len(users) > 0
	var rules []Rule
	for _, s := range v.sections("each - with users: or groups:, and logs:") {
		who, which, logs := s.get("users"), s.get("groups"), s.get("logs")
		r := Rule{Users: who.known("user", names, check), Groups: which.known("group", groups, check), Logs: logs.patterns()}
		if who.listless() && which.listless() {
			s.fault("gives logs to nobody: write users: [name] or groups: [name]")
		}
		if logs.listless() {
			s.fault(`gives no logs: write logs: ["*/nginx/**"], patterns over host/id`)
		}
		s.done()
		rules = append(rules, r)
	}
	return rules
}

// listless is true where a list is not there or has nothing in it.
func (v value) listless() bool {
	return v.none() || v.plainScalar() && v.empty() || v.node.Value == "" && len(v.node.Content) == 0
}

// known reads names that must be among those the file has.
func (v value) known(what string, known []string, check bool) []string {
	there := make(map[string]bool, len(known))
	for _, k := range known {
		there[k] = true
	}
	texts, places := v.texts("such as [name]")
	for i, s := range texts {
		if there[s] || !check {
			continue
		}
		if near := suggest(s, known); near != "" {
			places[i].fault("is %s, and there is no such %s: did you mean %s?", quote(s), what, printable(near))
		} else {
			places[i].fault("is %s, and there is no such %s: write one that users has", quote(s), what)
		}
	}
	return texts
}

// patterns reads patterns over host/id.
func (v value) patterns() []string {
	texts, places := v.texts(`such as ["*/nginx/**"]`)
	for i, s := range texts {
		v := places[i]
		odd := strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/*")
		switch {
		case odd != "": // no id has it, so the rule would silently fit nothing
			v.fault("is not a pattern: write it with A-Z a-z 0-9 . _ - / and *; ** crosses slashes")
		case strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") || strings.Contains(s, "//"):
			v.fault("is %s: write host/id without / at either end and without //, such as */nginx/**", quote(s))
		case !strings.Contains(s, "/") && s != "**":
			v.fault("is %s, which has no host and so fits no log: write */%s, or ** for all logs", quote(s), s)
		}
	}
	return texts
}
