//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package trashcmd

import (
	"syscall"
	"unsafe"
)

// terminalSize asks the system for a terminal's size, which nothing else has.
func terminalSize(fd uintptr) (width int, is bool) {
	var size struct{ rows, columns, x, y uint16 }
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // it is how this call takes it
	return int(size.columns), failed == 0
}

func coloursAt(uintptr) bool { return true }
