package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// test runs go test in a module, keeps what it says, and counts.
func (o *options) test(r *result, module string, settings, flags []string) error {
	servers, err := filepath.Abs(o.servers)
	if err != nil {
		return err
	}
	path := filepath.Join(o.logs, strings.NewReplacer("/", "-", ".", "").Replace(r.name+"-"+module)+".json")
	log, err := os.Create(path) //nolint:gosec // The path is ours.
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // What is lost of it is not needed.
	// The race detector is for other runs: these are to find out what a version does.
	args := append([]string{"--", "go", "test", "-json", "-count=1", "-timeout", "40m"}, flags...)
	cmd := exec.Command(servers, append(append(args, o.args...), o.packages...)...) //nolint:gosec // It is the caller's.
	cmd.Dir = module
	cmd.Env = append(os.Environ(), settings...)
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	before := len(r.failures)
	count(r, io.TeeReader(output, log))
	// A failure that is told of already is told of once.
	if err := cmd.Wait(); err != nil && len(r.failures) == before {
		return fmt.Errorf("%w: see %s", err, path)
	}
	return nil
}

// event is a line of go test -json.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
}

// count reads what go test says, and tells of failures as they come.
func count(r *result, output io.Reader) {
	said := map[string][]string{} // by the name of the test, the last lines
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			// A message of go's or of withservers's own.
			fmt.Println(lines.Text())
			continue
		}
		if e.ImportPath != "" { // a build
			e.Package, _, _ = strings.Cut(e.ImportPath, " ")
		}
		test := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			said[test] = append(said[test], e.Output)
			if _, version, ok := strings.Cut(e.Output, "version: "); ok && strings.HasPrefix(e.Test, "TestSaysItsVersion") {
				r.version = strings.TrimSpace(version)
			}
		case "pass":
			r.pass(test)
			delete(said, test)
		case "skip":
			r.skip(test, said[test])
			delete(said, test)
		case "fail", "build-fail":
			if r.fail(test) {
				fmt.Printf("--- FAIL %s: %s\n%s", r.name, test, tail(said[test], shownLines))
			}
			delete(said, test)
		}
	}
}

// shownLines are enough to see what failed; all of them are in the log.
const shownLines = 30

func tail(lines []string, n int) string {
	return strings.Join(lines[max(0, len(lines)-n):], "")
}
