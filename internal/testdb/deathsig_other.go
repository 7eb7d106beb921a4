//go:build !linux

package testdb

import "syscall"

// dieWithParent does nothing: this system has no signal at a parent's death, so a killed test process leaves its server.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}
