package testdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoServer reports a machine without the programs of a server, and without leave to get them.
var ErrNoServer = errors.New("no such server on this machine")

// Ready sees to it that a server can be started, and gets its programs where that is allowed. The name is one of the databases,
// or `postgres-16` and the like for another version than the machine's. The settings (NAME=VALUE) make tests run on it.
func Ready(name string) (settings []string, err error) {
	var k *kind
	binEnv := ""
	if version, ok := strings.CutPrefix(name, postgresKind.name+"-"); ok {
		k, binEnv = postgresOf(version), binEnvOf(postgresKind.name)
	} else if s := servers[name]; s != nil {
		k = s.kind
	} else if slices.Contains(usualNames, name) {
		return []string{databasesEnv + "=" + name}, nil
	} else {
		return nil, fmt.Errorf("testdb: no database %q", name)
	}
	settings = []string{databasesEnv + "=" + k.name}
	if binEnv == "" && os.Getenv(k.dsnEnv) != "" {
		return settings, nil
	}
	found, err := k.findOrInstall()
	if err != nil {
		return nil, err
	}
	if binEnv != "" {
		settings = append(settings, k.dsnEnv+"=", binEnv+"="+filepath.Dir(found[k.programs[0]]))
	}
	return settings, nil
}

// binEnvOf names a directory that alone has the programs of a server.
func binEnvOf(name string) string {
	return "SOFTDELETE_TEST_" + strings.ToUpper(name) + "_BIN"
}
