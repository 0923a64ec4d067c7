package filter

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// explain says what is wrong with a pattern, and where.
func explain(pattern string, err error) (at int, words string) {
	var bad *syntax.Error
	if !errors.As(err, &bad) {
		return -1, "the pattern is not understood"
	}
	at = strings.Index(pattern, bad.Expr)
	switch bad.Code {
	case syntax.ErrMissingParen:
		at, words = unpaired(pattern, '('), "has an unclosed ("
		if at < 0 { // it ends in the middle of (?…
			at = strings.LastIndex(pattern, "(")
		}
	case syntax.ErrUnexpectedParen:
		at, words = unpaired(pattern, ')'), "has a ) that nothing opened"
	case syntax.ErrMissingBracket:
		at, words = len(pattern)-len(bad.Expr), "has an unclosed ["
	case syntax.ErrInvalidCharRange, syntax.ErrInvalidCharClass:
		words = fmt.Sprintf("has %s, which is no range or set of characters,", bad.Expr)
	case syntax.ErrMissingRepeatArgument:
		at, words = idle(pattern, bad.Expr), fmt.Sprintf("has a %s with nothing before it to repeat", bad.Expr)
	case syntax.ErrInvalidRepeatOp:
		words = fmt.Sprintf("has %s, which cannot follow each other,", bad.Expr)
	case syntax.ErrInvalidRepeatSize:
		words = fmt.Sprintf("has %s, which with all around it is more repeating than the 1000 that are allowed,", bad.Expr)
	case syntax.ErrTrailingBackslash:
		at, words = len(pattern)-1, `ends in a \ with nothing behind it`
	case syntax.ErrInvalidEscape:
		words = fmt.Sprintf("has %s, which means nothing,", bad.Expr)
	case syntax.ErrInvalidNamedCapture:
		words = fmt.Sprintf("has %s, which is no name for a group,", bad.Expr)
	case syntax.ErrInvalidPerlOp:
		words = fmt.Sprintf("has %s, which RE2 does not know (it looks neither ahead nor behind),", bad.Expr)
	case syntax.ErrInvalidUTF8:
		at, words = -1, "has bytes that are no UTF-8"
	case syntax.ErrLarge, syntax.ErrNestingDepth:
		at, words = -1, "is too large once it is spelled out"
	default:
		at, words = -1, "is not understood"
	}
	if at < 0 {
		return -1, "the pattern " + words
	}
	return at, fmt.Sprintf("the pattern %s at character %d", words, utf8.RuneCountInString(pattern[:at])+1)
}

// unpaired finds the last ( that is never closed, or the first ) that was never opened.
func unpaired(pattern string, which byte) int {
	var open []int
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			if strings.HasPrefix(pattern[i:], `\Q`) {
				end := strings.Index(pattern[i:], `\E`)
				if end < 0 {
					end = len(pattern) - i
				}
				i += end
			}
			i++
		case '[':
			i = classEnd(pattern, i)
		case '(':
			open = append(open, i)
		case ')':
			if len(open) == 0 {
				if which == ')' {
					return i
				}
				continue
			}
			open = open[:len(open)-1]
		}
	}
	if which == '(' && len(open) > 0 {
		return open[len(open)-1]
	}
	return -1
}

// classEnd is where the [ at i is closed: a ] in the first place is one of its characters.
func classEnd(pattern string, i int) int {
	j := i + 1
	if j < len(pattern) && pattern[j] == '^' {
		j++
	}
	for first := j; j < len(pattern); j++ {
		switch {
		case pattern[j] == '\\':
			j++
		case strings.HasPrefix(pattern[j:], "[:"):
			if end := strings.Index(pattern[j:], ":]"); end > 0 {
				j += end + 1
			}
		case pattern[j] == ']' && j > first:
			return j
		}
	}
	return j
}

// idle finds the repeat op that has nothing to repeat: at the beginning, or behind ( or |.
func idle(pattern, op string) int {
	for at := 0; ; at++ {
		next := strings.Index(pattern[at:], op)
		if next < 0 {
			return strings.Index(pattern, op)
		}
		at += next
		if before := pattern[:at]; before == "" || strings.HasSuffix(before, "(") || strings.HasSuffix(before, "|") ||
			strings.HasSuffix(before, "^") || strings.HasSuffix(before, ")") && strings.Contains(before, "(?") {
			if !strings.HasSuffix(before, `\(`) && !strings.HasSuffix(before, `\|`) {
				return at
			}
		}
	}
}
