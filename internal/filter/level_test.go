package filter

import (
	"encoding/json"
	"os"
	"testing"
)

// TestLevels has its examples in a file of their own, which the page's JavaScript is held to as well.
func TestLevels(t *testing.T) {
	b, err := os.ReadFile("testdata/levels.json")
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct{ Level, Line string }
	if err := json.Unmarshal(b, &examples); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, e := range examples {
		for _, end := range []string{"", "\n", "\r\n"} {
			if got := LevelOf([]byte(e.Line + end)); got.String() != e.Level {
				t.Errorf("%q is %s, want %s", e.Line+end, got, e.Level)
			}
		}
		seen[e.Level]++
	}
	if len(seen) != levelCount {
		t.Errorf("examples of %v only", seen)
	}
	var all [][]byte
	for _, e := range examples {
		all = append(all, []byte(e.Line))
	}
	if n := testing.AllocsPerRun(10, func() {
		for _, line := range all {
			LevelOf(line)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFields(t *testing.T) {
	for _, c := range []struct {
		name, value, line string
		want              bool
	}{
		{"status", "500", `{"a":1,"status":500}`, true},
		{"status", "500", `{"a":{"status":500}}`, false},
		{"a.status", "500", `{"b":[1,{"c":"}"}],"a":{"x":{},"status":"500"}}`, true},
		{"a.status", "500", `{"a.status":500}`, true},
		{"a.b.c", "x", `{"a":{"b.c":"x"}}`, true},
		{"a.b.c", "x", `{"a.b":{"c":"x"}}`, true},
		{"ok", "true", `{"ok": true}`, true},
		{"ok", "", `{"ok": ""}`, true},
		{"ok", "", `{"no": ""}`, false},
		{"msg", `say "hi"`, `{"msg":"say \"hi\""}`, true},
		{"msg", "é", `{"msg":"\u00e9"}`, true},
		{"mßg", "x", `{"m\u00dfg":"x"}`, true},
		{"status", "500", `Nov 26 app[1]: {"status":500}`, true},
		{"status", "500", `Nov 26 status=500 body={"x":1}`, true},
		{"status", "500", `{"status":500`, false},
		{"status", "500", `{"status"500}`, false},
		{"status", "500", `{"msg":"status=500"}`, false},
		{"status", "500", `level=info status=500`, true},
		{"status", "500", `status="500" x`, true},
		{"msg", "a b", `msg="a b" x`, true},
		{"msg", `a "b`, `msg="a \"b" x`, true},
		{"msg", "a", `msg="a b"`, false},
		{"status", "500", `xstatus=500 status=501`, false},
		{"status", "500", `status=500.1`, false},
		{"status", "500", `status`, false},
		{"status", "500", ``, false},
		{"a", "}", `}`, false},
	} {
		f := field{Field: Field{Name: c.name, Value: c.value}, name: []byte(c.name), value: []byte(c.value)}
		if got := f.holds([]byte(c.line)); got != c.want {
			t.Errorf("%s=%s in %s: %v", c.name, c.value, c.line, got)
		}
		if f.Not = true; f.holds([]byte(c.line)) == c.want {
			t.Errorf("not %s=%s in %s: %v", c.name, c.value, c.line, c.want)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add(`{"a":{"b":"\"c"},"level":"error"} [x] "GET / HTTP/1.1" 500 1`, "a.b")
	f.Add("\x1b[31mERROR\x1b", "x")
	f.Add(`{"a":[`, "a")
	f.Fuzz(func(t *testing.T, line, name string) {
		if LevelOf([]byte(line)) > LevelError {
			t.Fatal("no level")
		}
		if name == "" {
			return // Parse refuses it
		}
		want := field{name: []byte(name), value: []byte("")}
		want.holds([]byte(line))
		kindOf([]byte(line))
	})
}
