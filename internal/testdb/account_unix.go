//go:build unix

package testdb

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// account is the user that a server runs as when the tests run as root, whom servers refuse to serve.
type account struct{ uid, gid int }

// serverAccount returns the first of the named accounts that there is, to become it, or nil to stay who we are: where that is
// not root, or none is named.
func serverAccount(names []string) (*account, error) {
	if os.Getuid() != 0 || len(names) == 0 {
		return nil, nil
	}
	for _, name := range names {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(found.Uid)
		gid, gidErr := strconv.Atoi(found.Gid)
		if uidErr == nil && gidErr == nil {
			return &account{uid: uid, gid: gid}, nil
		}
	}
	return nil, fmt.Errorf("there is no user %s to run it as", strings.Join(names, " or "))
}

func (a *account) become(attr *syscall.SysProcAttr) {
	attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}
