package testdb

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"
)

const (
	startTimeout = time.Minute
	startTries   = 5
	stopTimeout  = 10 * time.Second
	logTail      = 4000
)

// kind is what one make of server has that another has not: its names, its programs, and how they are called.
type kind struct {
	name     string   // As in [Names].
	title    string   // As people write it.
	dsnEnv   string   // The variable that names a database to use in place of a server of our own.
	programs []string // What a server of our own is made of, each found by itself.
	accounts []string // The accounts to run as where the tests run as root, whom the server refuses to serve. None where it does not.

	dirs func() []string // The directories in which the programs may be, best first.
	get  getter          // How the programs get there.

	create    func(s *server) *exec.Cmd // Makes the data of a new server. Nil where it does that itself.
	serve     func(s *server) *exec.Cmd // Runs the server until it is told to end.
	quit      syscall.Signal            // Ends the server at once, as a crash does.
	portTaken string                    // What the server's log says of a port that another process has.

	ownDSN   func(s *server) string             // The DSN of a server of our own.
	admin    func(dsn string) (*gorm.DB, error) // Opens the handle that creates and drops places.
	dataPath string                             // The query for the directory that a server has its data in.
}

// server is a server that tests use: one that the environment names, or one that it starts and stops itself.
type server struct {
	*kind

	mu     sync.Mutex
	ready  bool // use has done its work: handle and dsn or err are final.
	handle *gorm.DB
	dsn    string
	err    error
	found  map[string]string // Where the programs are.
	keeps  bool              // What was committed outlives a crash of the server, which takes time.
	dir    string            // The temporary directory of a server of our own.
	port   int               // What the server listens on, once it has been started.
	cmd    *exec.Cmd
	exited chan struct{} // Closed when cmd has ended.
}

// servers are the ones that all tests of a process share, by the names of their databases.
var servers = map[string]*server{
	postgresKind.name: {kind: postgresKind},
	mariadbKind.name:  {kind: mariadbKind},
	tidbKind.name:     {kind: tidbKind},
}

// mustHave reports whether a test fails for the want of a server, where it would be skipped elsewhere.
func mustHave() bool { return os.Getenv("CI") == "true" }

// stopServers stops those that were started.
func stopServers() {
	for _, s := range servers {
		s.stop()
	}
}

// shared returns a handle to create places with and the DSN to build others from. It skips the test on a machine that has
// no such server, or fails it when CI=true.
func shared(tb testing.TB, k *kind) (*gorm.DB, string) {
	tb.Helper()
	admin, dsn, err := servers[k.name].use()
	if errors.Is(err, ErrNoServer) && !mustHave() {
		tb.Skipf("testdb: %v", err)
	}
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	return admin, dsn
}

// use returns a handle to create places with and the DSN to build others from. The first call starts what has to be
// started; all others return its result.
func (s *server) use() (*gorm.DB, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ready {
		s.ready = true
		s.err = s.open()
	}
	return s.handle, s.dsn, s.err
}

func (s *server) open() error {
	if dsn := os.Getenv(s.dsnEnv); dsn != "" {
		admin, err := s.admin(dsn)
		if err != nil {
			return fmt.Errorf("connecting to the database of %s: %w", s.dsnEnv, err)
		}
		s.handle, s.dsn = admin, dsn
		return nil
	}
	found, err := s.findOrInstall()
	if err != nil {
		return err
	}
	s.found = found
	if err := s.start(); err != nil {
		return fmt.Errorf("starting %s with %s: %w%s", s.title, strings.Join(slices.Sorted(maps.Values(found)), " and "), err, s.logTail())
	}
	return nil
}

// stop ends a server of our own and removes its data. No test can use the server afterwards.
func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handle != nil {
		if pool, err := s.handle.DB(); err == nil {
			_ = pool.Close()
		}
	}
	s.kill()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
	s.ready, s.handle, s.err = true, nil, fmt.Errorf("%s was stopped", s.title)
}

// kill ends the process the quickest way there is: nobody needs its data.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(s.quit)
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
	s.cmd = nil
}

// start makes a server's data in a temporary directory and runs it on a free port.
func (s *server) start() error {
	account, err := serverAccount(s.accounts)
	if err != nil {
		return fmt.Errorf("%s does not run as root: %w", s.title, err)
	}
	if s.dir, err = makeDir("softdelete-"+s.name+"-", account); err != nil {
		return err
	}
	if s.create != nil {
		create := s.create(s)
		s.prepare(create, account)
		if output, err := create.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", create.Path, err, output)
		}
	}
	for range startTries {
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.run(account); !errors.Is(err, errPortTaken) {
			return err
		}
	}
	return err
}

// errPortTaken reports that another process took the port between our choice and the server's start.
var errPortTaken = errors.New("the port was taken")

// run runs the server once and waits until it answers.
func (s *server) run(account *account) error {
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // The server writes it, not we.
	cmd := s.serve(s)
	cmd.Stdout, cmd.Stderr = log, log
	s.prepare(cmd, account)
	dieWithParent(cmd.SysProcAttr, s.quit)
	if err := s.launch(cmd); err != nil {
		return err
	}
	s.dsn = s.ownDSN(s)
	return s.await()
}

// launch starts cmd from a thread that lives as long as cmd does: Linux sends the parent's death signal when the starting
// thread ends, not the process.
func (s *server) launch(cmd *exec.Cmd) error {
	started, exited := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(exited)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.cmd, s.exited = cmd, exited
	return nil
}

// await connects until the server answers, ends, or takes too long.
func (s *server) await() error {
	deadline := time.After(startTimeout)
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		err := s.connect()
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			s.cmd = nil
			if strings.Contains(s.logTail(), s.portTaken) {
				return errPortTaken
			}
			return errors.New("the server ended while it started")
		case <-deadline:
			s.kill()
			return fmt.Errorf("no answer in %s: %w", startTimeout, err)
		case <-retry.C:
		}
	}
}

// connect opens the admin handle, and makes sure that it is our own server that answers on the port.
func (s *server) connect() error {
	admin, err := s.admin(s.dsn)
	if err != nil {
		return err
	}
	var data string
	err = admin.Raw(s.dataPath).Scan(&data).Error
	if err == nil && filepath.Clean(data) == s.data() {
		s.handle = admin
		return nil
	}
	if pool, err := admin.DB(); err == nil {
		_ = pool.Close()
	}
	return errors.Join(err, fmt.Errorf("the server on the port has its data in %q", data))
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) log() string { return filepath.Join(s.dir, "server.log") }

// logTail returns the end of the server's log, or nothing when there is none.
func (s *server) logTail() string {
	text, err := os.ReadFile(s.log())
	if err != nil || len(text) == 0 {
		return ""
	}
	return "\nthe server's log ends with:\n" + string(text[max(0, len(text)-logTail):])
}

// prepare makes cmd run as account, in a directory that the account may enter.
func (s *server) prepare(cmd *exec.Cmd, account *account) {
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if account != nil {
		account.become(cmd.SysProcAttr)
	}
}

// makeDir makes the server's directory where account can reach it, and removes what runs that were killed left long ago.
func makeDir(prefix string, account *account) (string, error) {
	parent := os.TempDir()
	if account != nil && !reachable(parent) {
		parent = "/tmp"
	}
	old, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return "", err
	}
	if account != nil {
		err = os.Chown(dir, account.uid, account.gid)
	}
	return dir, err
}

// reachable reports whether any user may enter dir.
func reachable(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// freePort returns a port that was free a moment ago.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}
