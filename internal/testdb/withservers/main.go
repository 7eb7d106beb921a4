// Withservers runs a command beside one server of each database that tests need, so that all packages of a run share them:
//
//	withservers -- go test ./...
//
// It starts what SOFTDELETE_TEST_DATABASES asks for and no SOFTDELETE_TEST_…_DSN names, hands the DSNs to the command, and
// exits with the command's code when the servers and their data are gone. SIGINT and SIGTERM are passed on to the command.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

const (
	codeFailed     = 1
	codeUsage      = 2
	codeNotStarted = 127 // As shells say it.

	// killAfter bounds the wait for a command that was told to end.
	killAfter = 10 * time.Second
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) < 2 || args[0] != "--" {
		fmt.Fprintln(os.Stderr, "usage: withservers -- command [argument …]")
		return codeUsage
	}
	// From here on a signal ends the command, not us: the servers are still to be stopped.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer testdb.Stop()

	settings, missing, err := testdb.Serve()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return codeFailed
	}
	if missing != nil {
		fmt.Fprintln(os.Stderr, missing)
	}
	select {
	case received := <-signals:
		return signalCode(received)
	default:
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Env = append(os.Environ(), settings...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		return codeNotStarted
	}
	return wait(cmd, signals)
}

// wait waits for the command, and tells it of signals. At the terminal's Ctrl-C it has had the signal already; twice does
// no harm.
func wait(cmd *exec.Cmd, signals <-chan os.Signal) int {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var overdue <-chan time.Time
	for {
		select {
		case err := <-ended:
			return exitCode(err)
		case received := <-signals:
			_ = cmd.Process.Signal(received)
			if overdue == nil {
				overdue = time.After(killAfter)
			}
		case <-overdue:
			_ = cmd.Process.Kill()
		}
	}
}

// exitCode returns the command's code, as a shell does for one that a signal ended.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		fmt.Fprintln(os.Stderr, "withservers:", err)
		return codeFailed
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return signalCode(status.Signal())
	}
	return exit.ExitCode()
}

func signalCode(received os.Signal) int {
	if number, ok := received.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return codeFailed
}
