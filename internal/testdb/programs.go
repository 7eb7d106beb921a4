package testdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// installEnv allows the tests to install servers, as CI=true does.
const installEnv = "SOFTDELETE_TEST_INSTALL"

// errNoServer reports a machine without the programs of a server.
var errNoServer = errors.New("no such server on this machine")

// errMissing says what a machine without the programs needs.
func (k *kind) errMissing() error {
	without := slices.DeleteFunc(slices.Clone(allNames), func(name string) bool { return name == k.name })
	return fmt.Errorf("no %s found: %w: set %s to a database in which the tests may create places of their own, "+
		"or install the server programs %s (Debian and Ubuntu: apt-get install %s; as root, %s=1 lets the tests do that), "+
		"or set %s=%s to do without", k.title, errNoServer, k.dsnEnv, strings.Join(k.programs, " and "), k.pkg, installEnv,
		databasesEnv, strings.Join(without, ","))
}

// findOrInstall returns where the server's programs are, and installs them where that is allowed.
func (k *kind) findOrInstall() (map[string]string, error) {
	if found, ok := k.find(); ok {
		return found, nil
	}
	if !mayInstall() {
		return nil, k.errMissing()
	}
	// The lock keeps the test processes of several packages from running apt at once; who comes second finds the work done.
	output, err := exec.Command("flock", "/var/lib/dpkg", "sh", "-c", k.install).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("installing %s: %w\n%s", k.title, err, output[max(0, len(output)-logTail):])
	}
	found, ok := k.find()
	if !ok {
		return nil, k.errMissing()
	}
	return found, nil
}

// find returns the path of each program.
func (k *kind) find() (map[string]string, bool) {
	dirs := k.dirs()
	found := map[string]string{}
	for _, program := range k.programs {
		at := slices.IndexFunc(dirs, func(dir string) bool { return filepath.IsAbs(dir) && hasProgram(dir, program) })
		if at < 0 {
			return nil, false
		}
		found[program] = filepath.Join(dirs[at], program)
	}
	return found, true
}

func hasProgram(dir, name string) bool {
	_, err := exec.LookPath(filepath.Join(dir, name))
	return err == nil
}

// newestFirst sorts directories named …/VERSION/bin.
func newestFirst(dirs []string) []string {
	version := func(dir string) float64 {
		number, _ := strconv.ParseFloat(filepath.Base(filepath.Dir(dir)), 64)
		return number
	}
	slices.SortFunc(dirs, func(a, b string) int {
		switch {
		case version(a) > version(b):
			return -1
		case version(a) < version(b):
			return 1
		}
		return 0
	})
	return dirs
}

// mayInstall reports whether this is a machine to change: root's, with apt, and told so.
func mayInstall() bool {
	if os.Getuid() != 0 || os.Getenv("CI") != "true" && os.Getenv(installEnv) != "1" {
		return false
	}
	_, err := exec.LookPath("apt-get")
	return err == nil
}
