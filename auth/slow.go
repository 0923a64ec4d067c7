package auth

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/redis/go-redis/v9"
)

// SlowError says that there were too many failed sign-ins, and when to try again.
type SlowError struct{ After time.Duration }

func (e *SlowError) Error() string {
	seconds := (e.After + time.Second - 1).Truncate(time.Second)
	return fmt.Sprintf("too many failed sign-ins: try again in %v", seconds)
}

// How failed sign-ins are slowed. The counters live in Redis, so all web processes share them; where Redis takes no more
// data no password is tried at all, as no session could be begun either.
const (
	pairFree    = 3               // failures of one name from one address before there is a wait, of 1 s, then 2, 4…
	addressFree = 20              // the same for one address, whatever the names: offices share one
	nameFree    = 50              // failures of one name from anywhere, after which an address that is new must knock
	knock       = 4 * time.Second // it waits this once, whoever else is waiting: nobody can be locked out from elsewhere
	longest     = 5 * time.Minute
	forget      = time.Hour // after the last failure
)

type slow struct {
	redis          redis.UniversalClient
	namespace      string
	key            []byte
	begin, forgive *redis.Script
}

func newSlow(client redis.UniversalClient, namespace string, key []byte) *slow {
	return &slow{client, namespace, key, redis.NewScript(beginScript), redis.NewScript(forgiveScript)}
}

// attempt is one try at one name from one address. keys: pair's count and gate, address' count and gate, name's count.
// A gate is a key that is there as long as the wait.
type attempt struct {
	slow *slow
	keys []string
}

func (s *slow) attempt(name, addr string) attempt {
	place := placeOf(addr)
	key := func(kind string, parts ...string) string { // what a stranger typed is not kept, and is as long as everything else
		return s.namespace + ":slow:" + kind + ":" + sign(s.key, append([]string{kind}, parts...)...)[:32]
	}
	pair, address := key("pair", place, name), key("address", place)
	return attempt{s, []string{pair, pair + ":wait", address, address + ":wait", key("name", name)}}
}

const beginScript = `
local forget, longest, knock = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local pair_free, address_free, name_free = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local wait = math.max(redis.call('PTTL', KEYS[2]), redis.call('PTTL', KEYS[4]))
if wait > 0 then return wait end
if redis.call('EXISTS', KEYS[1]) == 0 and tonumber(redis.call('GET', KEYS[5]) or '0') >= name_free then
  redis.call('SET', KEYS[1], pair_free, 'PX', forget)
  redis.call('SET', KEYS[2], 1, 'PX', knock)
  return knock
end
local function count(key, gate, free)
  local n = redis.call('INCR', key)
  redis.call('PEXPIRE', key, forget)
  if gate and n > free then
    redis.call('SET', gate, 1, 'PX', math.min(longest, 1000 * 2 ^ math.min(n - free - 1, 20)))
  end
end
count(KEYS[1], KEYS[2], pair_free)
count(KEYS[3], KEYS[4], address_free)
count(KEYS[5])
return 0`

// A right password clears its pair, but takes only itself off the others: an attacker with an account is not forgiven.
const forgiveScript = `
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
for _, key in ipairs({KEYS[3], KEYS[5]}) do
  if redis.call('EXISTS', key) == 1 and redis.call('DECR', key) <= 0 then redis.call('DEL', key) end
end
return 0`

// begin counts the attempt as failed, unless it must wait, which is a *SlowError and not counted.
func (t attempt) begin(ctx context.Context) error {
	wait, err := t.slow.begin.Run(ctx, t.slow.redis, t.keys, forget.Milliseconds(), longest.Milliseconds(), knock.Milliseconds(),
		pairFree, addressFree, nameFree).Int64()
	if err != nil {
		return unavailable(err)
	}
	if wait > 0 {
		return &SlowError{After: time.Duration(wait) * time.Millisecond}
	}
	return nil
}

// forgive takes back what begin counted.
func (t attempt) forgive(ctx context.Context) error {
	return t.slow.forgive.Run(ctx, t.slow.redis, t.keys).Err()
}

// placeOf is what one attacker can hardly have many of: an IPv4 address, or an IPv6 network of 64 bits.
func placeOf(addr string) string {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		withPort, err := netip.ParseAddrPort(addr)
		if err != nil {
			return addr
		}
		ip = withPort.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}
