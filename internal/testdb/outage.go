package testdb

import (
	"errors"
	"testing"
)

// Outage is a server that a test has for itself, to stop and start again while handles on it are open.
type Outage struct {
	tb     testing.TB
	s      server
	opener func(dsn string) Opener
}

// outages are the databases that can be stopped, with the openers of their one place.
var outages = map[string]func(dsn string) Opener{
	postgresKind.name: func(dsn string) Opener { return postgresOpener(dsn, false) },
	mariadbKind.name:  mysqlOpenerOf(mariadbKind.name),
	tidbKind.name:     mysqlOpenerOf(tidbKind.name),
}

// EachOutage runs fn once for each of [Names] that is a server of its own, as [Each] does.
func EachOutage(t *testing.T, fn func(t *testing.T, outage *Outage)) {
	t.Helper()
	for _, name := range Names() {
		if _, ok := outages[name]; ok {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				fn(t, newOutage(t, name))
			})
		}
	}
}

// newOutage starts the server, which goes away when tb ends. It skips the test on a machine that has none to start, or fails
// it when CI=true.
func newOutage(tb testing.TB, name string) *Outage {
	tb.Helper()
	o := &Outage{tb: tb, opener: outages[name]}
	o.s.kind, o.s.keeps = servers[name].kind, true
	found, err := o.s.findOrInstall()
	if errors.Is(err, ErrNoServer) && !mustHave() {
		tb.Skipf("testdb: %v", err)
	}
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	o.s.found = found
	tb.Cleanup(o.s.stop)
	if err := o.s.start(); err != nil {
		tb.Fatalf("testdb: starting %s: %v%s", o.s.title, err, o.s.logTail())
	}
	return o
}

// Opener opens handles on the server's one place.
func (o *Outage) Opener() Opener { return o.opener(o.s.dsn) }

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
	if pool, err := o.s.handle.DB(); err == nil {
		_ = pool.Close()
	}
	account, err := serverAccount(o.s.accounts)
	if err == nil {
		err = o.s.run(account)
	}
	if err != nil {
		o.tb.Fatalf("testdb: starting %s again: %v%s", o.s.title, err, o.s.logTail())
	}
}
