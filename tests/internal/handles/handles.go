// Package handles opens handles that have the plugin, and has scopes and clauses for them.
package handles

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Generic turns what GORM's generic API returns into what the other one does.
func Generic(db *gorm.DB, rows int, err error) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true})
	tx.RowsAffected = int64(rows)
	_ = tx.AddError(err)
	return tx
}

// OnConflict is an upsert by some columns, of all columns.
func OnConflict(columns ...string) clause.OnConflict {
	conflict := clause.OnConflict{UpdateAll: true}
	for _, name := range columns {
		conflict.Columns = append(conflict.Columns, clause.Column{Name: name})
	}
	return conflict
}

// Assigning is an upsert that gives some columns what was to be inserted.
func Assigning(conflict clause.OnConflict, columns ...string) clause.OnConflict {
	conflict.UpdateAll = false
	conflict.DoUpdates = clause.AssignmentColumns(columns)
	return conflict
}

// EachPath is testdb.Each, and a database that has no RETURNING besides.
func EachPath(t *testing.T, fn func(t *testing.T, open testdb.Opener)) {
	t.Helper()
	testdb.Each(t, fn)
	t.Run("without returning", func(t *testing.T) {
		t.Parallel()
		fn(t, testdb.WithoutReturning(t))
	})
}

// WithPlugin opens a handle that has the plugin, and the tables of the models.
func WithPlugin(t *testing.T, open testdb.Opener, config softdelete.Config, models ...any) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(config)))
	require.NoError(t, db.AutoMigrate(models...))
	return db
}
