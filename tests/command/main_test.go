// Package command_test runs the command as its users do: as a process, in a terminal, and below other commands. It is a module of
// its own: users of the library have no terminal and no other commands to download.
package command_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/operator/shop"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashcmd"
)

// placeEnv says to a process of these tests that it is the command, and of which database: the dialect and the DSN, parted by a
// newline.
const placeEnv = "SOFTDELETE_TEST_COMMAND"

func TestMain(m *testing.M) {
	if place := os.Getenv(placeEnv); place != "" {
		trashcmd.Main(func(context.Context) (*gorm.DB, error) { return openPlace(place) }, shop.Models()...)
	}
	code := testdb.Run(m)
	if programsDir != "" {
		_ = os.RemoveAll(programsDir)
	}
	os.Exit(code)
}

func openPlace(place string) (*gorm.DB, error) {
	dialect, dsn, _ := strings.Cut(place, "\n")
	dialector := testdb.SQLite(dsn)
	switch dialect {
	case "postgres":
		dialector = postgres.Open(dsn)
	case "mysql":
		dialector = mysql.Open(dsn)
	}
	// The logger is GORM's own: it writes to stdout, where nothing but the command's output may be.
	db, err := gorm.Open(dialector)
	if err != nil {
		return nil, err
	}
	return db, db.Use(softdelete.New(softdelete.Config{Models: shop.Models()}))
}

// programsDir is where programs are built.
var programsDir string

// programs builds the programs that people would write, once.
var programs = sync.OnceValues(func() (map[string]string, error) {
	const module = "github.com/gorm-softdelete/softdelete"
	var err error
	if programsDir, err = os.MkdirTemp("", "softdelete-command-"); err != nil {
		return nil, err
	}
	built := map[string]string{}
	for name, pkg := range map[string]string{
		"operator":    module + "/examples/operator",
		"undercobra":  module + "/tests/command/undercobra",
		"underurfave": module + "/tests/command/underurfave",
	} {
		built[name] = filepath.Join(programsDir, name)
		if output, err := exec.Command("go", "build", "-o", built[name], pkg).CombinedOutput(); err != nil { //nolint:gosec // packages of these tests
			return nil, fmt.Errorf("building %s: %w\n%s", pkg, err, output)
		}
	}
	return built, nil
})
