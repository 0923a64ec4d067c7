package main

import "testing"

func TestApply(t *testing.T) {
	all, err := parse("# words\n\na/b.go: it breaks\n@ ./a ./b\n- x := 1\n+ x := 2\n\nc.go: that goes\n@ ./c\n- y()\n")
	if err != nil || len(all) != 2 || all[0].file != "a/b.go" || len(all[0].packages) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	if got, ok := all[0].apply([]byte("{\n\tx := 1\n}\n")); !ok || string(got) != "{\nx := 2\n}\n" {
		t.Errorf("%q, %t", got, ok)
	}
	if got, ok := all[1].apply([]byte("y()\nz()")); !ok || string(got) != "\nz()" {
		t.Errorf("%q, %t", got, ok)
	}
	for _, text := range []string{"", "x := 1\nx := 1\n"} {
		if _, ok := all[0].apply([]byte(text)); ok {
			t.Errorf("applied to %q", text)
		}
	}
	if _, err := parse("a.go: no old line\n@ ./a\n"); err == nil {
		t.Error("half a block is taken")
	}
}

func TestRed(t *testing.T) {
	for out, want := range map[string]string{
		"ok\n--- FAIL: TestOne (0.01s)\n--- FAIL: TestTwo (0.01s)\nFAIL\n":                      "a TestOne",
		"panic: test timed out after 10m0s\n\trunning tests:\n\t\tTestOne (9m58s)\n\ngoroutine": "a TestOne, which never ended",
		"signal: killed\n": "a",
	} {
		if got := red("./a", []byte(out)); got != want {
			t.Errorf("%q of %q", got, out)
		}
	}
}
