package config

import (
	"net/url"
	"os"
	"strconv"
	"strings"
)

func (p *parser) redis(v value, r *Redis) {
	s := v.section()
	at := s.get("url")
	at.redisURL(&r.URL)
	s.get("namespace").word(&r.Namespace, "")
	user := s.get("user")
	user.text(&r.User)
	password := s.get("password_file")
	password.path(&r.PasswordFile)
	if r.URL == embedded {
		for _, v := range []value{user, password} {
			if !v.empty() {
				v.fault("is not for the embedded Redis, which makes its own password: remove it, or write the URL of a Redis in redis.url")
			}
		}
	}
	p.tls(s.get("tls"), r)
	s.done()
}

func (p *parser) tls(v value, r *Redis) {
	s := v.section()
	ca, cert, key, name := s.get("ca"), s.get("cert"), s.get("key"), s.get("server_name")
	ca.path(&r.TLS.CA)
	cert.path(&r.TLS.Cert)
	key.path(&r.TLS.Key)
	if name.text(&r.TLS.ServerName) && !isHost(r.TLS.ServerName) {
		name.fault("is %s: write the host name in Redis's certificate", quote(r.TLS.ServerName))
	}
	if cert.empty() != key.empty() {
		there, missing := cert, "key"
		if cert.empty() {
			there, missing = key, "cert"
		}
		there.fault("is alone: write %s too, or remove this", missing)
	}
	if r.URL != "" && !strings.HasPrefix(r.URL, "rediss://") && !strings.HasPrefix(r.URL, "rediss+sentinel://") {
		for _, v := range []value{ca, cert, key, name} {
			if !v.empty() {
				v.fault("is for TLS, and redis.url does not ask for TLS: write rediss:// there, or remove this")
			}
		}
	}
	s.done()
}

// redisURL reads where Redis is; dst is "" where that is not known. Nothing of a wrong URL is repeated in a fault: it
// may hold a password.
func (v value) redisURL(dst *string) {
	const want = "redis://127.0.0.1:6379/0, rediss://… for TLS, or unix:///run/redis/redis.sock"
	if v.empty() {
		if *dst == "" {
			v.fault("is missing: write the Redis that web and worker share, %s", want)
		}
		return
	}
	var s string
	if !v.text(&s) {
		*dst = ""
		return
	}
	*dst = ""
	if s == embedded {
		if v.p.kind != ForAll {
			v.fault("is embedded, which only livetail, everything in one process, has: write %s", want)
			return
		}
		*dst = s
		return
	}
	if strings.HasPrefix(s, "redis+sentinel://") || strings.HasPrefix(s, "rediss+sentinel://") {
		if _, ok := SentinelOf(s); !ok {
			v.fault("does not say whom to ask for which master: write redis+sentinel://HOST:26379,HOST:26379/NAME/0")
			return
		}
		*dst = s
		return
	}
	u, err := url.Parse(s)
	if err != nil {
		v.fault("is not a URL: write %s", want)
		return
	}
	db := strings.TrimPrefix(u.Path, "/")
	switch {
	case strings.Contains(u.Scheme, "cluster"):
		v.fault("is a cluster, which is not supported: write %s", want)
	case u.User != nil:
		v.fault("has a user or a password in it: write redis.user, and redis.password_file with the password in a file of mode 0600")
	case u.Fragment != "":
		v.fault("has a # in it: write %s", want)
	case u.Scheme == "unix":
		q, err := url.ParseQuery(u.RawQuery)
		db := q.Get("db")
		q.Del("db")
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") || err != nil || len(q) > 0 || !dbFine(db) {
			v.fault("is not the path of a socket: write unix:///run/redis/redis.sock, or unix:///run/redis/redis.sock?db=1")
			return
		}
		*dst = s
	case u.Scheme != "redis" && u.Scheme != "rediss":
		v.fault("is not the URL of a Redis: write %s", want)
	case !isHost(u.Hostname()) || !portFine(u.Port()) || strings.HasSuffix(u.Host, ":"):
		v.fault("has no host and port that could be reached: write %s", want)
	case u.RawQuery != "" || u.ForceQuery:
		v.fault("has a ? in it: livetail sets the options of the connection itself, write %s", want)
	case !dbFine(db):
		v.fault("has the database %s: write a number, as in redis://127.0.0.1:6379/0", quote(db))
	default:
		*dst = s
	}
}

func dbFine(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return s == "" || err == nil && strconv.FormatUint(n, 10) == s
}

func (p *parser) worker(v value, w *Worker) {
	s := v.section()
	host := s.get("host")
	if !host.word(&w.Host, "") && host.empty() && p.kind == ForWorker {
		name, err := os.Hostname()
		if w.Host = escape(name); err != nil || w.Host == "" {
			host.fault("this machine has no name: write one")
		}
	}
	s.get("places").number(&w.Places, 1, 100_000)
	s.get("spool").size(&w.Spool, 1<<20, 1<<50)
	s.get("max_line").size(&w.MaxLine, 64<<10, 16<<20)
	s.get("searches").number(&w.Searches, 1, 1000)
	s.get("searches_per_user").number(&w.SearchesPerUser, 1, 1000)
	s.get("slow_above").number(&w.SlowAbove, 1, 100)
	s.done()
}

// escape makes a word of anything; what is not allowed in one becomes "-".
func escape(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && strings.ContainsRune(wordLetters, r) {
			return r
		}
		return '-'
	}, s), "-")
}
