package migrations_test

import (
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// severalAtOnce is a handle of the same database whose driver takes several statements in one.
func severalAtOnce(t *testing.T, db *gorm.DB) *gorm.DB {
	t.Helper()
	dsn, err := driver.ParseDSN(db.Dialector.(*mysql.Dialector).DSN)
	require.NoError(t, err)
	dsn.MultiStatements = true
	several, err := gorm.Open(mysql.Open(dsn.FormatDSN()), testdb.Config())
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool(t, several).Close() })
	return several
}
