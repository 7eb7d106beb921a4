package testdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type note struct {
	ID   uint
	Text string `gorm:"unique"`
}

func TestEachOpensHandlesOnOnePlace(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		first, second := open(t), open(t)
		require.NoError(t, first.AutoMigrate(&note{}))
		require.NoError(t, first.Create(&note{Text: "seen by both"}).Error)
		var found note
		require.NoError(t, second.First(&found).Error)
		require.Equal(t, "seen by both", found.Text)
	})
}

func TestOpenIsolatesPlaces(t *testing.T) {
	t.Parallel()
	for _, name := range testdb.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := testdb.Open(t, name), testdb.Open(t, name)
			require.NoError(t, first.AutoMigrate(&note{}))
			require.True(t, first.Migrator().HasTable(&note{}))
			require.False(t, second.Migrator().HasTable(&note{}))
			require.NoError(t, second.AutoMigrate(&note{}))
			require.NoError(t, first.Create(&note{Text: "first"}).Error)
			require.ErrorIs(t, second.First(&note{}).Error, gorm.ErrRecordNotFound)
		})
	}
}

func TestOpenerTakesTheConfigGiven(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		config := &gorm.Config{TranslateError: true}
		db := open(t, config)
		require.Nil(t, config.Logger, "the caller's config stays as it was")
		require.Equal(t, logger.Discard, db.Logger)
		require.NoError(t, db.AutoMigrate(&note{}))
		require.NoError(t, db.Create(&note{Text: "once"}).Error)
		require.ErrorIs(t, db.Create(&note{Text: "once"}).Error, gorm.ErrDuplicatedKey)
		require.False(t, errors.Is(open(t).Create(&note{Text: "once"}).Error, gorm.ErrDuplicatedKey))
	})
}

func TestSQLiteEnforcesForeignKeys(t *testing.T) {
	t.Parallel()
	var enforced bool
	require.NoError(t, testdb.Open(t, "sqlite").Raw("PRAGMA foreign_keys").Scan(&enforced).Error)
	require.True(t, enforced)
}

// TestMariaDBKeepsItsTemporaryTables says that servers of several test processes keep out of each other's temporary tables:
// a MariaDB that starts removes those in its directory, and crashed another one that used it too.
func TestMariaDBKeepsItsTemporaryTables(t *testing.T) {
	t.Parallel()
	var data, temporary string
	require.NoError(t, testdb.Open(t, "mariadb").Raw("SELECT @@datadir, @@tmpdir").Row().Scan(&data, &temporary))
	if !strings.HasPrefix(filepath.Base(filepath.Dir(filepath.Clean(data))), "softdelete-mariadb-") {
		t.Skip("the server is another's")
	}
	require.Equal(t, filepath.Dir(filepath.Clean(data)), filepath.Clean(temporary))
}

func TestWithoutReturning(t *testing.T) {
	t.Parallel()
	db := testdb.WithoutReturning(t)(t)
	require.NoError(t, db.AutoMigrate(&note{}))
	insert := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Create(&note{Text: "quiet"}) })
	require.NotContains(t, insert, "RETURNING")
}

// TestSaysItsVersion says what the tests run on, for those who read its output.
func TestSaysItsVersion(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		if db.Name() != "sqlite" {
			var version string
			require.NoError(t, db.Raw("SELECT version()").Row().Scan(&version))
			require.NotEmpty(t, version)
			t.Log("version:", version)
			return
		}
		var version string
		require.NoError(t, db.Raw("SELECT sqlite_version()").Row().Scan(&version))
		require.NotEmpty(t, version)
		t.Log("version: SQLite", version)
	})
}

func BenchmarkOpen(b *testing.B) {
	for _, name := range testdb.Names() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				testdb.Open(b, name)
			}
		})
	}
}
