package testdb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewestFirst(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"/pg/15/bin", "/pg/10/bin", "/pg/9.6/bin"},
		newestFirst([]string{"/pg/10/bin", "/pg/15/bin", "/pg/9.6/bin"}))
}

func TestWithSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dsn, want string }{
		{"host=h user=u", "host=h user=u search_path=t_1"},
		{"postgres://u:p@h/d", "postgres://u:p@h/d?search_path=t_1"},
		{"postgresql://h/d?sslmode=disable", "postgresql://h/d?search_path=t_1&sslmode=disable"},
	} {
		got, err := withSetting(test.dsn, "search_path", "t_1")
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
}

// A machine without PostgreSQL is told what to set or install. It isn't parallel: it replaces a variable and the environment.
func TestFindOrInstallWithoutPrograms(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv(installEnv, "")
	found := programDirs
	t.Cleanup(func() { programDirs = found })
	programDirs = func() []string { return []string{t.TempDir(), "relative"} }

	_, err := findOrInstall()
	require.ErrorIs(t, err, errNoPostgres)
	for _, name := range []string{dsnEnv, installEnv, databasesEnv, "apt-get install postgresql"} {
		require.ErrorContains(t, err, name)
	}
}
