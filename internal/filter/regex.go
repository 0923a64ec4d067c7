package filter

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// mostNeedles is how many alternatives are searched for one by one before it is cheaper to run the pattern.
const mostNeedles = 8

// mostSteps bounds a compiled pattern: a line costs as much as its length times this, at worst.
const mostSteps = 2000

// pattern is a compiled Term: a line has it only if it has one of the needles, and then if re says so.
type pattern struct {
	needles []needle
	re      *regexp.Regexp // nil: having one of the needles is enough
	table   *table         // says the same of most lines, faster; nil: of none
}

func compile(t Term) (*pattern, error) {
	text := t.Text
	if !t.Regex {
		if t.Case || ascii(text) {
			return &pattern{needles: []needle{newNeedle(text, !t.Case)}}, nil
		}
		text = regexp.QuoteMeta(text)
	}
	flags := syntax.Perl
	if !t.Case {
		flags |= syntax.FoldCase
	}
	tree, err := syntax.Parse(text, flags)
	if err != nil {
		return nil, err
	}
	tree = tree.Simplify()
	steps, err := syntax.Compile(tree)
	if err != nil {
		return nil, err
	}
	if len(steps.Inst) > mostSteps {
		return nil, &syntax.Error{Code: syntax.ErrLarge, Expr: t.Text}
	}
	if !t.Case {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	p := &pattern{re: re}
	found, whole := required(tree)
	for _, lit := range found {
		p.needles = append(p.needles, newNeedle(lit.text, lit.fold))
	}
	if whole {
		p.re = nil
	} else {
		p.table = newTable(steps)
	}
	return p, nil
}

// match says whether the line has the pattern.
func (p *pattern) match(line []byte) bool {
	if !p.likely(line) {
		return false
	}
	if p.re == nil {
		return true
	}
	if p.table != nil {
		if has, sure := p.table.match(line); sure {
			return has
		}
	}
	return p.re.Match(line)
}

func (p *pattern) likely(line []byte) bool {
	for i := range p.needles {
		if p.needles[i].index(line) >= 0 {
			return true
		}
	}
	return len(p.needles) == 0
}

type literal struct {
	text string
	fold bool
}

// required finds texts of which every match has at least one; whole: having one is a match. Letters of a folded one are
// ASCII, and so is what they match: the Kelvin sign is no k here.
func required(re *syntax.Regexp) (found []literal, whole bool) {
	switch re.Op {
	case syntax.OpLiteral:
		lit := literal{string(re.Rune), re.Flags&syntax.FoldCase != 0}
		for _, r := range re.Rune {
			if r == utf8.RuneError || lit.fold && r >= utf8.RuneSelf {
				return nil, false
			}
		}
		return []literal{lit}, true
	case syntax.OpCapture:
		return required(re.Sub[0])
	case syntax.OpPlus:
		return required(re.Sub[0]) // one is enough, as there are no anchors in a whole
	case syntax.OpRepeat:
		if re.Min > 0 {
			found, _ = required(re.Sub[0])
		}
		return found, false
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if lits, _ := required(sub); rarer(lits, found) {
				found = lits
			}
		}
		return found, len(re.Sub) == 1 && found != nil
	case syntax.OpAlternate:
		whole = true
		for _, sub := range re.Sub {
			lits, all := required(sub)
			if len(lits) == 0 || len(found)+len(lits) > mostNeedles {
				return nil, false
			}
			found, whole = append(found, lits...), whole && all
		}
		return found, whole
	}
	return nil, false
}

// rarer says whether looking for a finds less than looking for b does.
func rarer(a, b []literal) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) > 0
	}
	return weight(a) > weight(b)
}

// weight is how telling the least telling of the literals is.
func weight(all []literal) int {
	least := 1 << 30
	for _, lit := range all {
		least = min(least, 4*len(lit.text)+rarity(lit.text)-len(all))
	}
	return least
}

// best is the pattern whose needles are likely to be found least often.
func best(all []*pattern) (found *pattern) {
	most := 0
	for _, p := range all {
		if len(p.needles) == 0 {
			continue
		}
		var lits []literal
		for _, n := range p.needles {
			lits = append(lits, literal{string(n.text), n.fold})
		}
		if w := weight(lits); found == nil || w > most {
			found, most = p, w
		}
	}
	return found
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
