package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// driver is another driver of SQLite's than that of go.mod.
type driver struct {
	source  string   // What takes the place of the file that knows the driver.
	modules []string // What go.mod would need.
}

const (
	usualDriver = "glebarez" // That of go.mod.
	cgoDriver   = "cgo"      // GORM's own.
)

// drivers are the others. Of ncruces's this is the newest that the module proxy has.
var drivers = map[string]driver{
	"ncruces": {"sqlite_ncruces.go", []string{"github.com/ncruces/go-sqlite3/gormlite@v0.24.0"}},
	cgoDriver: {"sqlite_cgo.go", []string{"gorm.io/driver/sqlite@v1.6.0"}},
}

const (
	testdbDir  = "internal/testdb"
	driverFile = "sqlite_driver.go"
	gormModule = "gorm.io/gorm"
)

// modfile returns the flags by which go takes another go.mod than the repository's, for what the version needs besides, and
// another file in the place of the one that knows SQLite's driver. Nothing in the repository changes.
func (o *options) modfile(name, driverName string, r *result) ([]string, error) {
	var flags, modules []string
	if d, ok := drivers[driverName]; ok {
		overlay, err := o.overlay(name, d)
		if err != nil {
			return nil, err
		}
		flags, modules = append(flags, "-overlay="+overlay), append(modules, d.modules...)
	} else if strings.HasPrefix(name, sqlitePrefix) && driverName != usualDriver {
		return nil, fmt.Errorf("no driver %q of SQLite is known", driverName)
	}
	if o.gorm != "" {
		modules = append(modules, gormModule+"@"+o.gorm)
	}
	if len(modules) > 0 {
		mod, err := o.getModules(name, modules)
		if err != nil {
			return nil, err
		}
		flags = append(flags, "-modfile="+mod)
	}
	var err error
	if r.gorm, err = moduleVersion(flags, gormModule); err != nil {
		return nil, err
	}
	if d, ok := drivers[driverName]; ok {
		module, _, _ := strings.Cut(d.modules[0], "@")
		r.driver, err = moduleVersion(flags, module)
	} else if driverName == usualDriver {
		r.driver, err = moduleVersion(flags, "github.com/glebarez/sqlite")
	}
	return flags, err
}

// overlay writes what go reads instead of the file that knows the driver.
func (o *options) overlay(name string, d driver) (string, error) {
	var whole struct{ Replace map[string]string }
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	whole.Replace = map[string]string{
		filepath.Join(root, testdbDir, driverFile): filepath.Join(root, testdbDir, "versions", "testdata", d.source),
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return "", err
	}
	path := filepath.Join(o.logs, name+".overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

// getModules writes a go.mod that has modules besides.
func (o *options) getModules(name string, modules []string) (string, error) {
	mod := filepath.Join(o.logs, name+".mod")
	for from, to := range map[string]string{"go.mod": mod, "go.sum": strings.TrimSuffix(mod, ".mod") + ".sum"} {
		text, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(to, text, 0o600); err != nil { //nolint:gosec // The path is ours.
			return "", err
		}
	}
	output, err := exec.Command("go", append([]string{"get", "-modfile=" + mod}, modules...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go get %s: %w\n%s", strings.Join(modules, " "), err, output)
	}
	return mod, nil
}

// moduleVersion is the version of a module that is built with.
func moduleVersion(flags []string, module string) (string, error) {
	args := []string{"list", "-m"}
	for _, flag := range flags {
		if strings.HasPrefix(flag, "-modfile=") {
			args = append(args, flag)
		}
	}
	output, err := exec.Command("go", append(args, module)...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	return strings.TrimSpace(string(output)), nil
}
