package templates

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
)

// ringOf is a ring as the API has it: the levels of the last slots, everything before them unknown.
func ringOf(levels ...byte) string {
	ring := make([]byte, 60)
	for i := range ring {
		ring[i] = 255
	}
	copy(ring[60-min(len(levels), 60):], levels)
	return base64.StdEncoding.EncodeToString(ring)
}

// wave is a ring of a log that is busy now and then.
func wave(seed, slots int) string {
	levels := make([]byte, slots)
	for i := range levels {
		if x := math.Sin(float64(i+seed)/4) + math.Sin(float64(i*seed)/3); x > -0.6 {
			levels[i] = byte(100 + 10*x)
		}
	}
	return ringOf(levels...)
}

var someLogs = `{"hosts":[
 {"host":"db-01","state":"away","away_ms":5400000,"notes":[],"binary":0},
 {"host":"web-01","state":"here","away_ms":0,"notes":["4 logs cannot be read by sre: usermod -aG adm sre, then sign in to the machine again"],"binary":12,"not_text":["wtmp","shot.png","core\u202e.db"]}],
"logs":[
 {"host":"web-01","id":"nginx/access.log","name":"access.log","group":"nginx","size":48318382,"age_ms":800,"rate":51200,"state":"ok","tails":2,"line_rate":420,"error_rate":0.4,"ring":"` + wave(3, 60) + `"},
 {"host":"web-01","id":"nginx/error.log","name":"error.log","group":"nginx","size":18382,"age_ms":42000,"rate":0,"state":"ok","tails":0,"ring":"` + ringOf(append(make([]byte, 50), 60, 0, 70, 0, 0)...) + `"},
 {"host":"web-01","id":"app/orders.log","name":"orders.log","group":"app","size":918382,"age_ms":3000,"rate":512.5,"state":"ok","tails":0,"disk_free":2254857830,"disk_size":75161927680,"ring":"` + wave(5, 20) + `"},
 {"host":"web-01","id":"app/payments-of-the-third-quarter-with-a-rather-long-name.log","name":"payments-of-the-third-quarter-with-a-rather-long-name.log","group":"app","size":0,"age_ms":-1,"rate":0,"state":"ok","tails":0},
 {"host":"web-01","id":"app/nightly.log","name":"nightly.log","group":"app","size":73213,"age_ms":51000000,"rate":0,"usual":2100,"state":"ok","tails":0,"ring":"` + ringOf(make([]byte, 60)...) + `"},
 {"host":"web-01","id":"app/next.log","name":"next.log","group":"app","size":0,"age_ms":-1,"rate":0,"state":"missing","tails":1},
 {"host":"web-01","id":"auth.log","name":"auth.log","group":"","size":0,"age_ms":-1,"rate":0,"state":"unreadable","why":"permission denied: only root and group adm may read it","tails":0},
 {"host":"web-01","id":"shadow.log","name":"shadow.log","group":"","size":0,"age_ms":-1,"rate":0,"state":"refused","why":"a link to /etc/shadow, out of its folder","tails":0},
 {"host":"db-01","id":"postgres/slow.log","name":"slow.log","group":"postgres","size":3318382,"age_ms":5400000,"rate":0,"state":"ok","tails":0,"ring":"` + ringOf(make([]byte, 60)...) + `"}]}`

// manyUnread is a host where much is no text, with names as they come.
func manyUnread() string {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf(`"%sorders-%d.db"`, strings.Repeat("backup-of-the-old-machine/", i%4), i))
	}
	return strings.Replace(someLogs, `"binary":12,"not_text":["wtmp","shot.png","core\u202e.db"]`, `"binary":1312,"not_text":[`+strings.Join(names, ",")+`]`, 1)
}

func fewLogs() string {
	var logs []string
	for i, name := range []string{"access.log", "error.log", "orders.log"} {
		logs = append(logs, fmt.Sprintf(`{"host":"web-01","id":%q,"name":%[1]q,"group":"","size":%d,"age_ms":%d,"rate":%d,"state":"ok","tails":%d,"ring":%q}`,
			name, 4831838*(i+1), i*i*400_000, (2-i)*900, i%2, wave(i+2, 60)))
	}
	return `{"hosts":[{"host":"web-01","state":"here","away_ms":0,"notes":[],"binary":0}],"logs":[` + strings.Join(logs, ",") + `]}`
}

func manyLogs() string {
	var logs, hosts []string
	for i := range 3000 {
		logs = append(logs, fmt.Sprintf(`{"host":"web-%02d","id":"g%d/app-%d.log","name":"app-%d.log","group":"g%d","size":%d,"age_ms":%d,"rate":%d,"state":"ok","tails":0,"ring":%q}`,
			i/300, i/50%6, i, i, i/50%6, i*7919, i*1000, i%7*100, wave(i%50, 60-i%30)))
	}
	for i := range 10 {
		hosts = append(hosts, fmt.Sprintf(`{"host":"web-%02d","state":"here","away_ms":0,"notes":[],"binary":0}`, i))
	}
	return `{"hosts":[` + strings.Join(hosts, ",") + `],"logs":[` + strings.Join(logs, ",") + `]}`
}
