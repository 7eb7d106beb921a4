package testdb

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const (
	// postgresEnv names a database to use in place of a server of our own.
	postgresEnv = "SOFTDELETE_TEST_POSTGRES_DSN"

	// dropLockTimeout bounds the wait for locks of a transaction that a test left open.
	dropLockTimeout = 10 * time.Second
)

// postgresKind is PostgreSQL.
var postgresKind = &kind{
	name:     "postgres",
	title:    "PostgreSQL",
	dsnEnv:   postgresEnv,
	programs: []string{"initdb", "postgres"},
	accounts: []string{"postgres", "nobody"},

	dirs: postgresDirs,
	// Without the cluster that Debian would make and start.
	get: debian("postgresql", `set -e
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
export DEBIAN_FRONTEND=noninteractive
apt="apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300"
apt-get update
$apt install postgresql-common
sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
$apt install postgresql
`),

	create: func(s *server) *exec.Cmd {
		return exec.Command(s.found["initdb"], "--pgdata="+s.data(), "--username=softdelete",
			"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	},
	serve: func(s *server) *exec.Cmd {
		args := []string{"-D", s.data()}
		commit := "off"
		if s.keeps {
			commit = "on" // Otherwise the last commits may be written up to a second later.
		}
		for _, setting := range []string{
			"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=" + s.dir,
			"fsync=off", "synchronous_commit=" + commit, "full_page_writes=off", "max_connections=" + ownConnections,
			"timezone=UTC", "log_timezone=UTC",
		} {
			args = append(args, "-c", setting)
		}
		return exec.Command(s.found["postgres"], args...)
	},
	quit:      syscall.SIGQUIT,
	portTaken: "Address already in use",

	ownDSN: func(s *server) string {
		return fmt.Sprintf("host=127.0.0.1 port=%d user=softdelete dbname=postgres sslmode=disable", s.port)
	},
	admin:    postgresAdmin,
	dataPath: "SHOW data_directory",
}

// postgresDirs returns the directories in which PostgreSQL's programs may be, best first.
func postgresDirs() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	versioned, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	dirs = append(dirs, newestFirst(versioned)...)
	dirs = append(dirs, "/usr/local/pgsql/bin")
	if output, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(output)))
	}
	return dirs
}

// WithoutReturning makes a fresh PostgreSQL place whose handles never use RETURNING, as on a database that has none. It
// skips or fails the test as [OpenerFor] does.
func WithoutReturning(tb testing.TB) Opener {
	tb.Helper()
	if !slices.Contains(Names(), "postgres") {
		tb.Skipf("testdb: postgres is left out by %s", databasesEnv)
	}
	return postgresOpener(postgresSchema(tb), true)
}

// postgresPlace makes a schema of its own.
func postgresPlace(tb testing.TB) Opener {
	tb.Helper()
	return postgresOpener(postgresSchema(tb), false)
}

func postgresOpener(dsn string, withoutReturning bool) Opener {
	return func(tb testing.TB, config ...*gorm.Config) *gorm.DB {
		tb.Helper()
		pool, err := recordedPool(postgresKind.name, "pgx", dsn)
		if err != nil {
			tb.Fatalf("testdb: opening postgres: %v", err)
		}
		dialector := postgres.New(postgres.Config{Conn: pool, DSN: dsn, WithoutReturning: withoutReturning}).(*postgres.Dialector)
		db := openHandle(tb, dialector, config)
		dialector.Conn = nil // who opens another handle by it gets a pool of its own
		if err := limitPool(db); err != nil {
			tb.Fatalf("testdb: opening postgres: %v", err)
		}
		return db
	}
}

// postgresSchema creates a schema, sees to its removal, and returns a DSN whose search path is that schema alone.
func postgresSchema(tb testing.TB) string {
	tb.Helper()
	admin, dsn := shared(tb, postgresKind)
	schema := "t_" + strings.ToLower(rand.Text())
	if err := admin.Exec("CREATE SCHEMA " + schema).Error; err != nil {
		tb.Fatalf("testdb: creating a schema: %v", err)
	}
	tb.Cleanup(func() {
		if err := admin.Exec("DROP SCHEMA " + schema + " CASCADE").Error; err != nil {
			tb.Errorf("testdb: dropping the test's schema: is a transaction still open? %v", err)
		}
	})
	dsn, err := withSetting(dsn, "search_path", schema)
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	return dsn
}

// postgresAdmin opens the handle that creates and drops schemas.
func postgresAdmin(dsn string) (*gorm.DB, error) {
	dsn, err := withSetting(dsn, "lock_timeout", strconv.FormatInt(dropLockTimeout.Milliseconds(), 10))
	if err != nil {
		return nil, err
	}
	pool, err := waitingPool("pgx", dsn)
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool, DSN: dsn}), Config())
	if err != nil {
		return nil, err
	}
	return db, limitPool(db)
}

// withSetting adds a run-time setting to a DSN of either form, URL or keywords.
func withSetting(dsn, name, value string) (string, error) {
	if !strings.HasPrefix(dsn, "postgres://") && !strings.HasPrefix(dsn, "postgresql://") {
		return dsn + " " + name + "=" + value, nil
	}
	address, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("%s is not a URL that can be read", postgresEnv) // The parser's error would print the password.
	}
	query := address.Query()
	query.Set(name, value)
	address.RawQuery = query.Encode()
	return address.String(), nil
}
