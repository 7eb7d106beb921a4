package testdb_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestProgram(t *testing.T) {
	t.Parallel()
	var dir string
	require.NoError(t, testdb.Program(func(tb testing.TB) {
		tb.Helper()
		dir = tb.TempDir()
		require.NoError(t, testdb.Open(tb, testdb.Names()[0]).AutoMigrate(&note{}))
	}))
	require.NotEmpty(t, dir)
	_, err := os.Stat(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestProgramReturnsWhatItFailedWith(t *testing.T) {
	t.Parallel()
	closed := false
	err := testdb.Program(func(tb testing.TB) {
		tb.Helper()
		tb.Cleanup(func() { closed = true })
		testdb.Open(tb, "no such database")
		t.Error("it went on after it had failed")
	})
	require.ErrorContains(t, err, `no database "no such database"`)
	require.True(t, closed)
}
