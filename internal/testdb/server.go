package testdb

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"gorm.io/gorm"
)

const (
	dsnEnv = "SOFTDELETE_TEST_POSTGRES_DSN"

	dirPrefix    = "softdelete-postgres-"
	startTimeout = time.Minute
	startTries   = 5
	stopTimeout  = 10 * time.Second
	logTail      = 4000
)

// shared is the one PostgreSQL that all tests of a process use.
var shared server

// server is the PostgreSQL that tests use: one that the environment names, or one that it starts and stops itself.
type server struct {
	mu     sync.Mutex
	ready  bool // use has done its work: admin and dsn or err are final.
	admin  *gorm.DB
	dsn    string
	err    error
	dir    string // The temporary directory of a server of our own.
	port   int    // What the server listens on, once it has been started.
	cmd    *exec.Cmd
	exited chan struct{} // Closed when cmd has ended.
}

// use returns a handle to manage schemas with and the DSN to build others from. The first call starts what has to be
// started; all others return its result.
func (s *server) use() (*gorm.DB, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ready {
		s.ready = true
		s.err = s.open()
	}
	return s.admin, s.dsn, s.err
}

func (s *server) open() error {
	if dsn := os.Getenv(dsnEnv); dsn != "" {
		admin, err := openAdmin(dsn)
		if err != nil {
			return fmt.Errorf("connecting to the database of %s: %w", dsnEnv, err)
		}
		s.admin, s.dsn = admin, dsn
		return nil
	}
	bin, err := findOrInstall()
	if err != nil {
		return err
	}
	if err := s.start(bin); err != nil {
		return fmt.Errorf("starting the PostgreSQL of %s: %w%s", bin, err, s.logTail())
	}
	return nil
}

// stop ends a server of our own and removes its data. No test can use the server afterwards.
func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin != nil {
		if pool, err := s.admin.DB(); err == nil {
			_ = pool.Close()
		}
	}
	s.kill()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
	s.ready, s.admin, s.err = true, nil, errors.New("PostgreSQL was stopped")
}

// kill ends the process the quickest way there is: nobody needs its data.
func (s *server) kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
	s.cmd = nil
}

// start makes a cluster in a temporary directory and runs it on a free port.
func (s *server) start(bin string) error {
	account, err := serverAccount()
	if err != nil {
		return err
	}
	if s.dir, err = makeDir(account); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata="+s.data(), "--username=softdelete",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	s.prepare(initdb, account)
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	for range startTries {
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.serve(bin, account); !errors.Is(err, errPortTaken) {
			return err
		}
	}
	return err
}

// errPortTaken reports that another process took the port between our choice and the server's start.
var errPortTaken = errors.New("the port was taken")

// serve runs the server once and waits until it answers.
func (s *server) serve(bin string, account *account) error {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=" + s.dir,
		"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300",
		"timezone=UTC", "log_timezone=UTC",
	}
	args := []string{"-D", s.data()}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // The server writes it, not we.
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	s.prepare(cmd, account)
	dieWithParent(cmd.SysProcAttr)
	if err := s.launch(cmd); err != nil {
		return err
	}
	s.dsn = fmt.Sprintf("host=127.0.0.1 port=%d user=softdelete dbname=postgres sslmode=disable", s.port)
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
			if strings.Contains(s.logTail(), "Address already in use") {
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
	admin, err := openAdmin(s.dsn)
	if err != nil {
		return err
	}
	var data string
	err = admin.Raw("SHOW data_directory").Scan(&data).Error
	if err == nil && data == s.data() {
		s.admin = admin
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
func makeDir(account *account) (string, error) {
	parent := os.TempDir()
	if account != nil && !reachable(parent) {
		parent = "/tmp"
	}
	old, _ := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(parent, dirPrefix)
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
