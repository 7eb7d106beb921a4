package testdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// TiDB has no package that installs it. Its server is Go, and is built from modules that the proxy has: this commit is of v8.4.0.
const (
	tidbProgram = "tidb-server"
	tidbCommit  = "20241125141335-ec8b81b98edc"
	tidbModule  = "github.com/pingcap/tidb@v1.1.0-beta.0." + tidbCommit
	tidbParser  = "github.com/pingcap/tidb/pkg/parser@v0.0.0-" + tidbCommit
)

// tidbBuild builds the server, once for a machine.
var tidbBuild = getter{
	how: "TiDB's releases have them; " + installEnv + "=cache lets the tests build " + tidbModule + ", outside of the repository, which takes some minutes",
	may: mayCache,
	get: func() error {
		dir := tidbDir()
		if dir == "" {
			_, err := cacheDir()
			return err
		}
		fmt.Fprintln(os.Stderr, "testdb: building "+tidbProgram+" into "+dir+", once; this takes some minutes")
		return once(dir, buildTiDB)
	},
}

// tidbDir is where the server is kept, or "" where there is no such place.
func tidbDir() string {
	cache, err := cacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "tidb-"+tidbCommit)
}

// buildTiDB builds the server into dir. Its module refers to its parser's by a folder, which modules have not: they are laid
// together again.
func buildTiDB(dir string) error {
	source, err := os.MkdirTemp("", "softdelete-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(source) //nolint:errcheck // A temporary directory.
	parser := filepath.Join(source, "pkg", "parser")
	for _, part := range []struct{ module, to string }{{tidbModule, source}, {tidbParser, parser}} {
		if err := copyModule(part.module, part.to); err != nil {
			return err
		}
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, tidbProgram), "./cmd/"+tidbProgram)
	build.Dir = source
	build.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off", "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", build, err, output[max(0, len(output)-logTail):])
	}
	return nil
}

// copyModule writes a module's files into a directory, over what is there.
func copyModule(module, to string) error {
	download := exec.Command("go", "mod", "download", "-json", module)
	download.Dir = os.TempDir() // No go.mod of ours has a say.
	output, failure := download.Output()
	var told struct{ Dir, Error string }
	if err := json.Unmarshal(output, &told); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", download, err), failure)
	}
	if told.Error != "" {
		return errors.New(told.Error)
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	// What is copied may be written to, unlike what the module cache has.
	return os.CopyFS(to, os.DirFS(told.Dir))
}
