package testdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"gorm.io/driver/mysql"
)

// mariadbKind is MariaDB, or MySQL where the environment names one.
var mariadbKind = &kind{
	name:     "mariadb",
	title:    "MariaDB",
	dsnEnv:   mariadbEnv,
	programs: []string{"mariadb-install-db", "mariadbd"},
	accounts: []string{"mysql", "nobody"},

	dirs: func() []string {
		return append(filepath.SplitList(os.Getenv("PATH")), "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/mysql/bin", "/usr/local/mysql/scripts")
	},
	// Debian starts a server as soon as it is installed, unless the policy says no. The policy that was there comes back.
	get: debian("mariadb-server", `set -e
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
[ -e $policy ] && mv $policy $policy.softdelete
restore() { rm -f $policy; [ -e $policy.softdelete ] && mv $policy.softdelete $policy; true; }
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' >$policy
chmod +x $policy
apt-get update
apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300 install mariadb-server
`),

	create: func(s *server) *exec.Cmd {
		return exec.Command(s.found["mariadb-install-db"], "--no-defaults", "--datadir="+s.data(),
			"--tmpdir="+s.dir, "--auth-root-authentication-method=normal", "--skip-name-resolve", "--innodb-log-file-size="+mariadbLogSize)
	},
	serve: func(s *server) *exec.Cmd {
		// A directory for temporary tables of its own: a server that starts removes those that it finds, and one that misses its
		// own crashes.
		return exec.Command(s.found["mariadbd"], "--no-defaults", "--datadir="+s.data(), "--tmpdir="+s.dir,
			"--bind-address=127.0.0.1", "--port="+strconv.Itoa(s.port), "--socket="+filepath.Join(s.dir, "socket"), "--pid-file="+filepath.Join(s.dir, "pid"),
			// What was committed outlives the server, but not the machine.
			"--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--sync-frm=0",
			"--innodb-buffer-pool-size=128M", "--innodb-log-file-size="+mariadbLogSize, "--performance-schema=OFF",
			"--max-connections="+ownConnections, "--skip-name-resolve", "--character-set-server=utf8mb4", "--default-time-zone=+00:00")
	},
	quit:      syscall.SIGKILL,
	portTaken: "Address already in use",

	ownDSN: func(s *server) string {
		return fmt.Sprintf("root@tcp(127.0.0.1:%d)/test?parseTime=true", s.port)
	},
	admin:    mysqlAdmin(mariadbEnv),
	dataPath: "SELECT @@datadir",
}

// mariadbEnv names a database to use in place of a server of our own.
const mariadbEnv = "SOFTDELETE_TEST_MARIADB_DSN"

// mariadbLogSize keeps the files of a server that lives for minutes small.
const mariadbLogSize = "24M"

// MySQLWithoutReturning makes a fresh MariaDB place whose handles never use RETURNING, which MySQL has not. It skips or
// fails the test as [OpenerFor] does.
func MySQLWithoutReturning(tb testing.TB) Opener {
	tb.Helper()
	if !slices.Contains(Names(), mariadbKind.name) {
		tb.Skipf("testdb: %s is left out by %s", mariadbKind.name, databasesEnv)
	}
	return mysqlOpener(mariadbKind.name, mysql.Config{DSN: mysqlDatabase(tb, mariadbKind), DisableWithReturning: true})
}
