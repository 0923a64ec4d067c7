package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"livetail/auth"
	"livetail/internal/config"
)

// admin is the administrator of a livetail that has no configured user. Its file holds no password, only the hash.
type admin struct {
	Name string `json:"name"`
	Hash string `json:"hash"`

	password string // only if it was made just now: nobody has been told it yet
}

// loadAdmin reads the administrator, or makes one, which keep saves.
func loadAdmin(s *stateDir) (*admin, error) {
	data, err := os.ReadFile(s.file("admin.json"))
	if errors.Is(err, fs.ErrNotExist) {
		a := &admin{Name: "admin", password: readablePassword()}
		a.Hash, err = auth.HashPassword([]byte(a.password))
		return a, err
	}
	a := new(admin)
	if err == nil {
		if err = json.Unmarshal(data, a); err == nil {
			err = auth.CheckHash(a.Hash)
		}
	}
	if err == nil && a.Name == "" {
		err = errors.New("there is no name in it")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the administrator: %w; remove %s to get a new one", err, s.file("admin.json"))
	}
	return a, nil
}

// keep saves the administrator if it is new. It comes after the password was shown, so that none is kept that nobody saw.
func (a *admin) keep(s *stateDir) error {
	if a.password == "" {
		return nil
	}
	data, err := json.Marshal(a)
	if err == nil {
		err = writeFile(s.file("admin.json"), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keeping the administrator: %w", err)
	}
	return nil
}

func (a *admin) user() config.User { return config.User{Name: a.Name, Hash: a.Hash, Admin: true} }

// firstSignIn is the name of the file that says how to sign in where there is no terminal to say it on.
const firstSignIn = "first-sign-in.txt"

const passwordLine = "password: "

// leave writes how to sign in to a file for the owner alone. A password that is in the file of an earlier start stays in
// it: nobody else knows it.
func (a *admin) leave(s *stateDir, link string, now time.Time) (path string, err error) {
	path = s.file(firstSignIn)
	password := a.password
	if password == "" {
		password = a.left(path)
	}
	var b strings.Builder
	b.WriteString("How to sign in to livetail. This file is for you alone: remove it once you have signed in.\n\n")
	fmt.Fprintf(&b, "name:     %s\n", a.Name)
	if password != "" {
		fmt.Fprintf(&b, "%s%s\n", passwordLine, password)
	}
	fmt.Fprintf(&b, "\nWithout a password, once, until %s:\n%s\n", now.Add(10*time.Minute).Format("15:04 on 2 January 2006"), link)
	if err := writeFile(path, []byte(b.String())); err != nil {
		return "", fmt.Errorf("writing how to sign in: %w", err)
	}
	return path, nil
}

// left is the password in the file of an earlier start, if it is still the administrator's.
func (a *admin) left(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		word, found := strings.CutPrefix(strings.TrimSpace(line), passwordLine)
		if found && auth.Verify(a.Hash, []byte(word)) {
			return word
		}
	}
	return ""
}

// readablePassword can be read out and typed: 60 random bits as ten syllables.
func readablePassword() string {
	const consonants, vowels = "bdfghjkmnprstvwz", "aeio"
	random := make([]byte, 10)
	rand.Read(random)
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%2 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(consonants[r%16])
		b.WriteByte(vowels[r/16%4])
	}
	return b.String()
}
