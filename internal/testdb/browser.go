package testdb

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// browser is a program that tests need and that is no server: found by a variable, or by one of its names on the PATH.
type browser struct {
	title string
	env   string   // The variable that names the program to use.
	names []string // Best first.
	get   getter
}

// chromiumEnv names the browser to use.
const chromiumEnv = "SOFTDELETE_TEST_CHROMIUM"

var chromium = &browser{
	title: "Chromium",
	env:   chromiumEnv,
	names: []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"},
	get: debian("chromium", `set -e
command -v chromium >/dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300 install chromium fonts-dejavu-core
`),
}

// Chromium returns the path of the browser: what SOFTDELETE_TEST_CHROMIUM names, else a Chromium or Chrome on the PATH, else
// Debian's package, which is installed where SOFTDELETE_TEST_INSTALL allows it. It skips the test on a machine that has none,
// or fails it when CI=true.
func Chromium(tb testing.TB) string {
	tb.Helper()
	path, err := chromium.find()
	if err == nil {
		return path
	}
	if !mustHave() {
		tb.Skipf("testdb: %v", err)
	}
	tb.Fatalf("testdb: %v", err)
	return ""
}

// find returns where the program is, and gets it where that is allowed.
func (b *browser) find() (string, error) {
	if named := os.Getenv(b.env); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s=%s is no program: %w", b.env, named, err)
		}
		return path, nil
	}
	if path, ok := b.onPath(); ok {
		return path, nil
	}
	if b.get.may() {
		if err := b.get.get(); err != nil {
			return "", fmt.Errorf("getting %s: %w", b.title, err)
		}
		if path, ok := b.onPath(); ok {
			return path, nil
		}
	}
	return "", fmt.Errorf("no %s found: set %s to one, or get it (%s)", b.title, b.env, b.get.how)
}

func (b *browser) onPath() (string, bool) {
	for _, name := range b.names {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}
