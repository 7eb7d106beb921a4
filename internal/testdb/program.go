package testdb

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
)

// Program calls fn with a [testing.TB] that works outside tests, for programs that want the same databases: it has Helper,
// Cleanup, TempDir, and the methods that fail or skip, and no others. When fn has returned or failed, what was opened with
// it is closed and removed. The error is what fn failed, or was skipped, with. Call [Stop] when the last one has returned;
// SIGINT and SIGTERM do that too.
func Program(fn func(tb testing.TB)) error {
	stopOnSignal()
	p := &program{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		fn(p)
	}()
	<-ended
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
	return errors.Join(p.errs...)
}

// Stop ends the servers that were started and removes their data, as [Run] does for tests.
func Stop() { stopServers() }

// program stands in for a test. The interface that it embeds is nil: a method that it lacks panics.
type program struct {
	testing.TB

	cleanups []func()
	errs     []error
}

func (p *program) Helper() {}

func (p *program) Cleanup(fn func()) { p.cleanups = append(p.cleanups, fn) }

func (p *program) Errorf(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

func (p *program) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	runtime.Goexit()
}

func (p *program) Skipf(format string, args ...any) { p.Fatalf(format, args...) }

func (p *program) TempDir() string {
	dir, err := os.MkdirTemp("", "softdelete-")
	if err != nil {
		p.Fatalf("testdb: %v", err)
	}
	p.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			p.Errorf("testdb: %v", err)
		}
	})
	return dir
}
