package testdb

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnceWorksOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cache", "server")
	var worked atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			err := once(path, func(dir string) error {
				worked.Add(1)
				return os.WriteFile(filepath.Join(dir, "program"), []byte("whole"), 0o600)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, worked.Load())
	text, err := os.ReadFile(filepath.Join(path, "program"))
	require.NoError(t, err)
	require.Equal(t, "whole", string(text))
}

// What failed, or was killed half-way, is begun anew.
func TestOnceTakesNoHalfForTheWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "server")
	broken := errors.New("the disk is full")
	require.ErrorIs(t, once(path, func(dir string) error {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "half"), nil, 0o600))
		return broken
	}), broken)
	require.NoDirExists(t, path)
	require.NoError(t, os.Mkdir(path+".half", 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path+".half", "of a run that was killed"), nil, 0o600))
	require.NoError(t, once(path, func(dir string) error {
		files, err := os.ReadDir(dir)
		require.Empty(t, files)
		return err
	}))
	require.DirExists(t, path)
}

func TestDatabasesThatRunOnlyWhereTheyAreNamed(t *testing.T) {
	t.Setenv(databasesEnv, "")
	require.NotContains(t, Names(), tidbKind.name)
	t.Setenv(databasesEnv, "tidb")
	require.Equal(t, []string{tidbKind.name}, Names())
	t.Run("others", func(t *testing.T) {
		t.Cleanup(func() { require.True(t, t.Skipped(), "it is not what it is called by") })
		Open(t, mariadbKind.name)
	})
}
