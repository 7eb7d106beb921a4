package write_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// eachMaker is testdb.Each, and MySQL's way besides, which makes keys and returns no rows.
func eachMaker(t *testing.T, fn func(t *testing.T, open testdb.Opener)) {
	t.Helper()
	testdb.Each(t, fn)
	t.Run("mysql", func(t *testing.T) {
		t.Parallel()
		fn(t, testdb.MySQLWithoutReturning(t))
	})
}

// withPlugin opens a handle that has the plugin, and the tables of the models.
func withPlugin(t *testing.T, open testdb.Opener, config softdelete.Config, models ...any) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, softdelete.AutoMigrate(db, models...))
	return db
}

// column reads one column of some rows, past GORM's models.
func column[T any](t *testing.T, db *gorm.DB, query string, args ...any) []T {
	t.Helper()
	values := []T{}
	require.NoError(t, db.Session(&gorm.Session{NewDB: true}).Raw(query, args...).Scan(&values).Error)
	return values
}

func ptr[T any](v T) *T { return &v }

// splitStatements parts SQL at its semicolons.
func splitStatements(sql string) []string { return strings.Split(sql, "; ") }
