package logs

import (
	"os"
	"path/filepath"
	"testing"
)

func TestJournal(t *testing.T) {
	dir := t.TempDir()
	s, err := New(Options{Host: "h", Specs: []Spec{
		{ID: "all", Journal: &Journal{Directory: dir}},
		{ID: "nginx", Name: "nginx", Group: "units", Lines: 7, Journal: &Journal{Directory: dir, Unit: "nginx.service"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if e := s.Look().Entries[0]; e.State != Missing || e.Why == "" {
		t.Errorf("without a journal: %+v", e)
	}
	machine := filepath.Join(dir, "0123")
	if err := os.Mkdir(machine, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(machine, "system.journal"), make([]byte, 100), 0o644); err != nil {
		t.Fatal(err)
	}
	s.scan(false)
	all, unit := s.Look().Entries[0], s.Look().Entries[1]
	if all.State != OK || all.Size != 100 || all.Age < 0 || all.Name != "all" {
		t.Errorf("the whole journal: %+v", all)
	}
	if unit.State != OK || unit.Size != 0 || unit.Age >= 0 || unit.Group != "units" || unit.Lines != 7 {
		t.Errorf("a unit's part: %+v", unit)
	}
	if src, ok := s.Find("nginx"); !ok || src.Journal == nil || src.Journal.Unit != "nginx.service" || src.Path != "" {
		t.Errorf("found %+v, %v", src, ok)
	}
}

func TestJournalRefusesAPathBesideIt(t *testing.T) {
	if _, err := New(Options{Host: "h", Specs: []Spec{{ID: "x", File: "/x", Journal: &Journal{}}}}); err == nil {
		t.Error("it passed")
	}
}
