package testdb

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
)

// postgresReleases are the packages of npm's that have the server of a version of PostgreSQL: of each the newest.
var postgresReleases = map[string]string{
	"13": "13.23.0-beta.16",
	"14": "14.23.0-beta.17",
	"15": "15.18.0-beta.17",
	"16": "16.14.0-beta.17",
	"17": "17.10.0-beta.17",
	"18": "18.4.0-beta.17",
}

// postgresOf is PostgreSQL of a version: one of postgresReleases, or a release by its full name.
func postgresOf(version string) *kind {
	release := postgresReleases[version]
	if release == "" {
		release = version
	}
	name := "@embedded-postgres/" + npmPlatform()
	var at string
	if cache, err := cacheDir(); err == nil {
		at = filepath.Join(cache, "postgres-"+release)
	}
	k := *postgresKind
	k.title = "PostgreSQL " + version
	k.dirs = func() []string {
		return []string{filepath.Join(at, "node_modules", filepath.FromSlash(name), "native", "bin")}
	}
	k.get = getter{
		how: "npm install " + name + "@" + release + "; " + installEnv + "=cache lets the tests do that, outside of the repository",
		may: func() bool {
			_, err := exec.LookPath("npm")
			return err == nil && mayCache()
		},
		get: func() error {
			return once(at, func(dir string) error { return npmInstall(dir, name, release) })
		},
	}
	return &k
}

// npmInstall gets a package into dir. Its links are made by a script of its own, which npm may be set not to run.
func npmInstall(dir, name, release string) error {
	for _, words := range [][]string{
		{"npm", "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--prefix", dir, name + "@" + release},
		{"node", filepath.Join("scripts", "hydrate-symlinks.js")},
	} {
		cmd := exec.Command(words[0], words[1:]...) //nolint:gosec // The words are ours.
		if cmd.Dir = dir; words[0] == "node" {
			cmd.Dir = filepath.Join(dir, "node_modules", filepath.FromSlash(name))
		}
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", cmd, err, output[max(0, len(output)-logTail):])
		}
	}
	return nil
}

// npmPlatform is this machine as npm's packages are named by.
func npmPlatform() string {
	architecture := runtime.GOARCH
	if architecture == "amd64" {
		architecture = "x64"
	}
	return runtime.GOOS + "-" + architecture
}
