package testdb

import (
	"errors"
	"slices"
	"testing"
)

// Outage is a PostgreSQL server that a test has for itself, to stop and start again while handles on it are open.
type Outage struct {
	tb  testing.TB
	bin string
	s   server
}

// NewOutage starts the server, which goes away when tb ends. It skips the test on a machine that has no PostgreSQL to start,
// and where SOFTDELETE_TEST_DATABASES leaves PostgreSQL out.
func NewOutage(tb testing.TB) *Outage {
	tb.Helper()
	if !slices.Contains(Names(), "postgres") {
		tb.Skipf("testdb: postgres is left out by %s", databasesEnv)
	}
	bin, err := findOrInstall()
	if errors.Is(err, errNoPostgres) {
		tb.Skipf("testdb: %v", err)
	}
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	o := &Outage{tb: tb, bin: bin}
	tb.Cleanup(o.s.stop)
	if err := o.s.start(bin); err != nil {
		tb.Fatalf("testdb: starting the PostgreSQL of %s: %v%s", bin, err, o.s.logTail())
	}
	return o
}

// Opener opens handles on the server's one place.
func (o *Outage) Opener() Opener { return postgresOpener(o.s.dsn, false) }

// Stop ends the server at once, as a crash does.
func (o *Outage) Stop() {
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	o.s.kill()
}

// Start starts the server again, on the same port and with the data that was committed.
func (o *Outage) Start() {
	o.tb.Helper()
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	if pool, err := o.s.admin.DB(); err == nil {
		_ = pool.Close()
	}
	account, err := serverAccount()
	if err == nil {
		err = o.s.serve(o.bin, account)
	}
	if err != nil {
		o.tb.Fatalf("testdb: starting PostgreSQL again: %v%s", err, o.s.logTail())
	}
}
