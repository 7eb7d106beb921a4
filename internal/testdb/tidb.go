package testdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// tidbKind is TiDB, a server that speaks MySQL's protocol, with its store within the process.
var tidbKind = &kind{
	name:     "tidb",
	title:    "TiDB",
	dsnEnv:   "SOFTDELETE_TEST_TIDB_DSN",
	programs: []string{tidbProgram},

	dirs: func() []string { return append(filepath.SplitList(os.Getenv("PATH")), tidbDir()) },
	get:  tidbBuild,

	serve: func(s *server) *exec.Cmd {
		// It offers nothing but its one port: several may run beside each other.
		return exec.Command(s.found[tidbProgram], "-store", "unistore", "-path", s.data(), "-host", "127.0.0.1", "-P", strconv.Itoa(s.port),
			"-socket", filepath.Join(s.dir, "socket"), "-temp-dir", filepath.Join(s.dir, "tmp"), "-report-status=false",
			"-log-slow-query", filepath.Join(s.dir, "slow.log"), "-L", "error")
	},
	quit:      syscall.SIGKILL,
	portTaken: "address already in use",

	ownDSN: func(s *server) string {
		return fmt.Sprintf("root@tcp(127.0.0.1:%d)/test?parseTime=true", s.port)
	},
	admin:    mysqlAdmin("SOFTDELETE_TEST_TIDB_DSN"),
	dataPath: "SELECT @@datadir",
}
