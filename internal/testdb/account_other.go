//go:build !unix

package testdb

import "syscall"

// account is never used here: there is no root to step down from.
type account struct{ uid, gid int }

func serverAccount([]string) (*account, error) { return nil, nil }

func (*account) become(*syscall.SysProcAttr) {}
