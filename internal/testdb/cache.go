package testdb

import (
	"fmt"
	"os"
	"path/filepath"
)

// cacheDir is where server programs that take long to get are kept from one run to the next, outside of the repository. Root's
// own cache is closed to the accounts that servers run as.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if os.Getuid() == 0 && (err != nil || !reachable(filepath.Dir(dir))) {
		dir, err = "/var/cache", nil
	}
	if err != nil {
		return "", fmt.Errorf("there is no directory to keep servers in: %w", err)
	}
	return filepath.Join(dir, "softdelete"), nil
}

// once makes what is to be at path, unless it is there. The work is done in a directory beside it, which is moved there when
// all is done: half of it is never taken for the whole. Of several processes one works, and the others wait for it.
func once(path string, work func(dir string) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // Servers run as another account.
		return err
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	// What a run that was killed has left is not gone on with.
	half := path + ".half"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	if err := os.Mkdir(half, 0o755); err != nil { //nolint:gosec // As above.
		return err
	}
	if err := work(half); err != nil {
		_ = os.RemoveAll(half)
		return err
	}
	return os.Rename(half, path)
}
