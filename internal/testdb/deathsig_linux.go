package testdb

import "syscall"

// dieWithParent has the kernel shut the server down at once when the test process dies, however it dies.
func dieWithParent(attr *syscall.SysProcAttr, quit syscall.Signal) {
	attr.Pdeathsig = quit
}
