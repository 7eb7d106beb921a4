package testdb

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A machine without a browser is told what to set or install; one that is named is used, and no other in its place. It isn't
// parallel: it replaces the environment.
func TestBrowser(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv(installEnv, "")
	t.Setenv("PATH", t.TempDir())
	t.Setenv(chromiumEnv, "")
	_, err := chromium.find()
	for _, word := range []string{chromium.title, chromiumEnv, installEnv, "apt-get install chromium"} {
		require.ErrorContains(t, err, word)
	}

	dir := t.TempDir()
	own := filepath.Join(dir, "own")
	require.NoError(t, os.WriteFile(own, []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // a program
	t.Setenv(chromiumEnv, own)
	path, err := chromium.find()
	require.NoError(t, err)
	require.Equal(t, own, path)
	t.Setenv(chromiumEnv, filepath.Join(dir, "missing"))
	t.Setenv("CI", "true")
	_, err = chromium.find()
	require.ErrorContains(t, err, chromiumEnv)

	t.Setenv("CI", "")
	t.Setenv(chromiumEnv, "")
	t.Setenv("PATH", dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "google-chrome"), []byte("#!/bin/sh\n"), 0o700)) //nolint:gosec // a program
	path, err = chromium.find()
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "google-chrome"), path)
}
