package testdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// installEnv allows the tests to get servers, as CI=true does: with 1 onto the machine, with cache only into a directory that
// can be removed again.
const installEnv = "SOFTDELETE_TEST_INSTALL"

// getter gets the programs of a server onto a machine.
type getter struct {
	how string       // What people do, in an error.
	may func() bool  // Whether the tests may do it.
	get func() error // Does it. Of several processes at once the second finds the work done.
}

// errMissing says what a machine without the programs needs.
func (k *kind) errMissing() error {
	instead := slices.DeleteFunc(Names(), func(name string) bool { return name == k.name })
	if len(instead) == 0 {
		instead = slices.DeleteFunc(slices.Clone(usualNames), func(name string) bool { return name == k.name })
	}
	return fmt.Errorf("no %s found: %w: set %s to a database in which the tests may create places of their own, "+
		"or get the server programs %s (%s), or set %s=%s to do without", k.title, ErrNoServer, k.dsnEnv,
		strings.Join(k.programs, " and "), k.get.how, databasesEnv, strings.Join(instead, ","))
}

// findOrInstall returns where the server's programs are, and gets them where that is allowed.
func (k *kind) findOrInstall() (map[string]string, error) {
	if found, ok := k.find(); ok {
		return found, nil
	}
	if !k.get.may() {
		return nil, k.errMissing()
	}
	if err := k.get.get(); err != nil {
		return nil, fmt.Errorf("getting %s: %w", k.title, err)
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
	if dir := os.Getenv(binEnvOf(k.name)); dir != "" {
		dirs = []string{dir}
	}
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

// mayInstall reports whether the tests may change this machine, mayCache whether they may fill a directory of their own.
func mayInstall() bool { return os.Getenv("CI") == "true" || os.Getenv(installEnv) == "1" }

func mayCache() bool { return mayInstall() || os.Getenv(installEnv) == "cache" }

// debian gets a package of Debian's by a script that installs it without starting anything.
func debian(pkg, script string) getter {
	return getter{
		how: "Debian and Ubuntu: apt-get install " + pkg + "; as root, " + installEnv + "=1 lets the tests do that",
		may: func() bool {
			_, err := exec.LookPath("apt-get")
			return err == nil && mayInstall() && os.Getuid() == 0
		},
		get: func() error {
			// The lock keeps the test processes of several packages from running apt at once; who comes second finds the work done.
			output, err := exec.Command("flock", "/var/lib/dpkg", "sh", "-c", script).CombinedOutput()
			if err != nil {
				return fmt.Errorf("%w\n%s", err, output[max(0, len(output)-logTail):])
			}
			return nil
		},
	}
}
