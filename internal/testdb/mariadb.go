package testdb

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
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
	pkg: "mariadb-server",
	// Debian starts a server as soon as it is installed, unless the policy says no. The policy that was there comes back.
	install: `set -e
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
`,

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
	admin:    mariadbAdmin,
	dataPath: "SELECT @@datadir",
}

// The driver tells of each connection that breaks, those of a server that is still starting too: the errors say as much.
var _ = driver.SetLogger(&driver.NopLogger{})

// mariadbEnv names a database to use in place of a server of our own.
const mariadbEnv = "SOFTDELETE_TEST_MARIADB_DSN"

// mariadbLogSize keeps the files of a server that lives for minutes small.
const mariadbLogSize = "24M"

// mariadbMode is what MySQL 8 and MariaDB are strict about by default, either of them, but for times that are zero: fields of
// tests are.
const mariadbMode = "'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

// mariadbPlace makes a database of its own.
func mariadbPlace(tb testing.TB) Opener {
	tb.Helper()
	return mariadbOpener(mariadbDatabase(tb))
}

// MySQLWithoutReturning makes a fresh MariaDB place whose handles never use RETURNING, which MySQL has not. It skips or
// fails the test as [OpenerFor] does.
func MySQLWithoutReturning(tb testing.TB) Opener {
	tb.Helper()
	if !slices.Contains(Names(), mariadbKind.name) {
		tb.Skipf("testdb: %s is left out by %s", mariadbKind.name, databasesEnv)
	}
	return mysqlOpener(mysql.Config{DSN: mariadbDatabase(tb), DisableWithReturning: true})
}

func mariadbOpener(dsn string) Opener { return mysqlOpener(mysql.Config{DSN: dsn}) }

func mysqlOpener(settings mysql.Config) Opener {
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		pool, err := waitingPool("mysql", settings.DSN)
		if err != nil {
			tb.Fatalf("testdb: opening mariadb: %v", err)
		}
		own := settings
		own.Conn = pool
		dialector := mysql.New(own).(*mysql.Dialector)
		db := openHandle(tb, dialector, config)
		dialector.Conn = nil // who opens another handle by it gets a pool of its own
		if err := limitPool(db); err != nil {
			tb.Fatalf("testdb: opening mariadb: %v", err)
		}
		return db
	}
}

// mariadbDatabase creates a database, sees to its removal, and returns a DSN that names it.
func mariadbDatabase(tb testing.TB) string {
	tb.Helper()
	admin, dsn := shared(tb, mariadbKind)
	name := "t_" + strings.ToLower(rand.Text())
	if err := admin.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4").Error; err != nil {
		tb.Fatalf("testdb: creating a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := admin.Exec("DROP DATABASE " + name).Error; err != nil {
			tb.Errorf("testdb: dropping the test's database: is a transaction still open? %v", err)
		}
	})
	dsn, err := changed(dsn, func(config *driver.Config) {
		config.DBName = name
		setParam(config, "sql_mode", mariadbMode)
	})
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	return dsn
}

// mariadbAdmin opens the handle that creates and drops databases.
func mariadbAdmin(dsn string) (*gorm.DB, error) {
	dsn, err := changed(dsn, func(config *driver.Config) {
		setParam(config, "lock_wait_timeout", strconv.Itoa(int(dropLockTimeout.Seconds())))
	})
	if err != nil {
		return nil, err
	}
	pool, err := waitingPool("mysql", dsn)
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(mysql.New(mysql.Config{Conn: pool, DSN: dsn}), Config())
	if err != nil {
		return nil, err
	}
	return db, limitPool(db)
}

// changed returns dsn with a change made. Times are always parsed: nothing that GORM reads would work otherwise.
func changed(dsn string, change func(config *driver.Config)) (string, error) {
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		return "", fmt.Errorf("%s can't be read: it is like user:password@tcp(host:3306)/name", mariadbEnv) // The parser's error may print the password.
	}
	config.ParseTime = true
	change(config)
	return config.FormatDSN(), nil
}

// setParam sets a variable of the sessions that a config opens.
func setParam(config *driver.Config, name, value string) {
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	config.Params[name] = value
}
