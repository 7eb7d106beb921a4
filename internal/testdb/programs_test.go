package testdb

import (
	"testing"

	driver "github.com/go-sql-driver/mysql"
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

func TestChanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ dsn, want string }{
		{"root@tcp(h:1)/d", "root@tcp(h:1)/t_1?parseTime=true"},
		{"u:p@unix(/run/s)/?clientFoundRows=true&lock_wait_timeout=3", "u:p@unix(/run/s)/t_1?clientFoundRows=true&parseTime=true&lock_wait_timeout=3"},
	} {
		got, err := changed(mariadbEnv, test.dsn, func(config *driver.Config) { config.DBName = "t_1" })
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
	_, err := changed(mariadbEnv, "u:secret@h/d", func(*driver.Config) {})
	require.ErrorContains(t, err, mariadbKind.dsnEnv)
	require.NotContains(t, err.Error(), "secret")
}

// A machine without a server is told what to set or install. It isn't parallel: it replaces variables and the environment.
func TestFindOrInstallWithoutPrograms(t *testing.T) {
	t.Setenv("CI", "")
	t.Setenv(installEnv, "")
	for name, s := range servers {
		t.Setenv(binEnvOf(name), "")
		without := *s.kind
		without.dirs = func() []string { return []string{t.TempDir(), "relative"} }
		_, err := without.findOrInstall()
		require.ErrorIs(t, err, ErrNoServer)
		for _, word := range []string{without.title, without.dsnEnv, installEnv, databasesEnv, without.get.how} {
			require.ErrorContains(t, err, word, name)
		}
	}
}
