package config

import (
	"reflect"
	"testing"
)

func TestSentinelOf(t *testing.T) {
	for url, want := range map[string]Sentinel{
		"redis+sentinel://a:1,b:2,[::1]:3/main/4": {Addrs: []string{"a:1", "b:2", "[::1]:3"}, Master: "main", DB: "4"},
		"rediss+sentinel://a/main":                {Addrs: []string{"a:26379"}, Master: "main", Secure: true},
	} {
		if got, ok := SentinelOf(url); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %t", url, got, ok)
		}
	}
	for _, url := range []string{"redis://a/main", "redis+sentinel://a", "redis+sentinel:///main", "redis+sentinel://a,/main", "redis+sentinel://a/main/x",
		"redis+sentinel://a:0/main", "redis+sentinel://u:p@a:1/main", "redis+sentinel://a/main/0/1", "redis+sentinel://a/ma in"} {
		if got, ok := SentinelOf(url); ok {
			t.Errorf("%s: %+v", url, got)
		}
	}
}
