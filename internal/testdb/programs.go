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

// installEnv allows the tests to install PostgreSQL, as CI=true does.
const installEnv = "SOFTDELETE_TEST_INSTALL"

// errNoPostgres reports a machine without PostgreSQL.
var errNoPostgres = errors.New("no PostgreSQL found: set " + dsnEnv + " to a database in which the tests may create schemas, " +
	"or install the server programs initdb and postgres (Debian and Ubuntu: apt-get install postgresql; " +
	"as root, " + installEnv + "=1 lets the tests do that), " +
	"or set " + databasesEnv + "=sqlite to do without")

// programDirs returns the directories in which server programs may be, best first. Tests replace it.
var programDirs = func() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	versioned, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	dirs = append(dirs, newestFirst(versioned)...)
	dirs = append(dirs, "/usr/local/pgsql/bin")
	if output, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(output)))
	}
	return dirs
}

// findOrInstall returns the directory of the server programs, and installs them where that is allowed.
func findOrInstall() (string, error) {
	if bin, ok := findPrograms(); ok {
		return bin, nil
	}
	if !mayInstall() {
		return "", errNoPostgres
	}
	if err := install(); err != nil {
		return "", err
	}
	bin, ok := findPrograms()
	if !ok {
		return "", errNoPostgres
	}
	return bin, nil
}

func findPrograms() (string, bool) {
	for _, dir := range programDirs() {
		if filepath.IsAbs(dir) && hasProgram(dir, "initdb") && hasProgram(dir, "postgres") {
			return dir, true
		}
	}
	return "", false
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

// installScript installs the server without the cluster that Debian would make and start. The lock keeps the test processes
// of several packages from running apt at once; who comes second finds the work done.
const installScript = `set -e
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
export DEBIAN_FRONTEND=noninteractive
apt="apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300"
apt-get update
$apt install postgresql-common
sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
$apt install postgresql
`

func install() error {
	output, err := exec.Command("flock", "/var/lib/dpkg", "sh", "-c", installScript).CombinedOutput()
	if err != nil {
		return fmt.Errorf("installing PostgreSQL: %w\n%s", err, output[max(0, len(output)-logTail):])
	}
	return nil
}
