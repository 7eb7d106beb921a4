package trashcmd

import (
	"syscall"
	"unsafe"
)

var screenBufferInfo = syscall.NewLazyDLL("kernel32.dll").NewProc("GetConsoleScreenBufferInfo")

// terminalSize asks the system for a console's size, which nothing else has.
func terminalSize(fd uintptr) (width int, is bool) {
	var mode uint32
	if syscall.GetConsoleMode(syscall.Handle(fd), &mode) != nil {
		return 0, false
	}
	var info struct {
		size, cursor             [2]int16
		attributes               uint16
		left, top, right, bottom int16
		most                     [2]int16
	}
	if ok, _, _ := screenBufferInfo.Call(fd, uintptr(unsafe.Pointer(&info))); ok == 0 {
		return 0, true
	}
	return int(info.right - info.left + 1), true
}

// coloursAt tells if a console takes escape sequences.
func coloursAt(fd uintptr) bool {
	const virtualTerminalProcessing = 4
	var mode uint32
	return syscall.GetConsoleMode(syscall.Handle(fd), &mode) == nil && mode&virtualTerminalProcessing != 0
}
