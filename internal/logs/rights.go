package logs

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// rights gathers what the worker may not read, and says which right is missing.
type rights struct {
	user   string
	root   bool
	member func(gid uint32) bool   // of the group, by the system's lists, whatever this process has
	group  func(gid uint32) string // its name
	owner  func(uid uint32) string

	byGroup, byOwner lacking
	members          map[uint32]bool // what member said, for a while: it may ask a directory service
}

// lacking counts what one remedy would help.
type lacking struct {
	logs, folders int
	who           []string
	in            bool // the account already is in all of who, and the process is older than that
}

func newRights(name string) rights {
	r := rights{user: name, root: os.Geteuid() == 0}
	groups := map[uint32]string{}
	r.group = func(gid uint32) string {
		if _, ok := groups[gid]; !ok {
			groups[gid] = strconv.Itoa(int(gid))
			if g, err := user.LookupGroupId(groups[gid]); err == nil {
				groups[gid] = g.Name
			}
		}
		return groups[gid]
	}
	owners := map[uint32]string{}
	r.owner = func(uid uint32) string {
		if _, ok := owners[uid]; !ok {
			owners[uid] = strconv.Itoa(int(uid))
			if u, err := user.LookupId(owners[uid]); err == nil {
				owners[uid] = u.Username
			}
		}
		return owners[uid]
	}
	r.member = func(gid uint32) bool {
		u, err := user.Lookup(name)
		if err != nil {
			return false
		}
		ids, err := u.GroupIds()
		return err == nil && slices.Contains(ids, strconv.Itoa(int(gid)))
	}
	return r
}

// reset begins a new count; anew also forgets who is in which group.
func (r *rights) reset(anew bool) {
	r.byGroup, r.byOwner = lacking{in: true}, lacking{}
	if anew {
		r.members = map[uint32]bool{}
	}
}

// folder takes in a folder that cannot be listed.
func (r *rights) folder(info fs.FileInfo) { r.add(info, 0o050).folders++ }

// file takes in a log that cannot be read, because of itself or because of its folder dir.
func (r *rights) file(v verdict, dir string) {
	info, need := v.info, fs.FileMode(0o040)
	if info == nil {
		if info, _ = os.Stat(dir); info == nil {
			r.byOwner.logs++
			return
		}
		need = 0o010
	}
	r.add(info, need).logs++
}

// add finds the remedy for what info describes.
func (r *rights) add(info fs.FileInfo, need fs.FileMode) *lacking {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return &r.byOwner
	}
	// The group root gives more than a reader of logs should have.
	if info.Mode()&need == need && st.Gid != 0 && !r.root && !has(st.Gid) {
		if name := r.group(st.Gid); !slices.Contains(r.byGroup.who, name) {
			r.byGroup.who = append(r.byGroup.who, name)
			in, known := r.members[st.Gid]
			if !known {
				in = r.member(st.Gid)
				r.members[st.Gid] = in
			}
			r.byGroup.in = r.byGroup.in && in
		}
		return &r.byGroup
	}
	if name := r.owner(st.Uid); !slices.Contains(r.byOwner.who, name) {
		r.byOwner.who = append(r.byOwner.who, name)
	}
	return &r.byOwner
}

// has says whether this process is in a group.
func has(gid uint32) bool {
	groups, _ := os.Getgroups()
	return os.Getegid() == int(gid) || slices.Contains(groups, int(gid))
}

// words are one note for each remedy.
func (r *rights) words() (notes []string) {
	if l := r.byGroup; l.logs+l.folders > 0 {
		slices.Sort(l.who)
		if l.in {
			notes = append(notes, fmt.Sprintf("%s cannot be read by %s, who became a member of %s after signing in: sign in to the machine again",
				l.count(), r.user, strings.Join(l.who, ", ")))
		} else {
			notes = append(notes, fmt.Sprintf("%s cannot be read by %s: usermod -aG %s %s, then sign in to the machine again",
				l.count(), r.user, strings.Join(l.who, ","), r.user))
		}
	}
	if l := r.byOwner; l.logs+l.folders > 0 {
		slices.Sort(l.who)
		ask := "ask the owner"
		if len(l.who) > 1 {
			ask += "s"
		}
		notes = append(notes, fmt.Sprintf("%s cannot be read by %s, and no group would give the right: %s %s", l.count(), r.user, ask, strings.Join(l.who, ", ")))
	}
	return notes
}

func (l lacking) count() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{l.logs, "log"}, {l.folders, "folder"}} {
		if p.n == 1 {
			parts = append(parts, "1 "+p.word)
		} else if p.n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.word))
		}
	}
	return strings.Join(parts, " and ")
}
