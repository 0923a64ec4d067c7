package testredis

import (
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// Embedded is the Redis of the all-in-one program: miniredis on a free loopback port, with keys that really expire.
// It is closed when the test ends.
func Embedded(t testing.TB) *miniredis.Miniredis {
	t.Helper()
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true)
	if err := m.Start(); err != nil {
		t.Fatalf("testredis: start miniredis: %v", err)
	}
	t.Cleanup(m.Close)
	return m
}

// Each runs f twice, as the subtests "redis-server" and "miniredis", each with an empty server at addr.
func Each(t *testing.T, f func(t *testing.T, addr string)) {
	t.Helper()
	t.Run("redis-server", func(t *testing.T) { f(t, Start(t).Addr) })
	t.Run("miniredis", func(t *testing.T) { f(t, Embedded(t).Addr()) })
}
