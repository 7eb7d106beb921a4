package foreignkeys_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// ofTenant has another plugin's callbacks narrow down each statement on a model that has a tenant to one of them.
func ofTenant(t *testing.T, db *gorm.DB, tenant int64) {
	t.Helper()
	narrow := func(tx *gorm.DB) {
		if s := tx.Statement.Schema; s != nil && s.LookUpField("Tenant") != nil {
			tx.Statement.AddClause(clause.Where{Exprs: []clause.Expression{
				clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: "tenant"}, Value: tenant},
			}})
		}
	}
	callback := db.Callback()
	require.NoError(t, callback.Query().Before("gorm:query").Register("tenant:query", narrow))
	require.NoError(t, callback.Row().Before("gorm:row").Register("tenant:row", narrow))
	require.NoError(t, callback.Update().Before("gorm:update").Register("tenant:update", narrow))
	require.NoError(t, callback.Delete().Before("gorm:delete").Register("tenant:delete", narrow))
}

// TestBesideOtherPlugins says that what goes along is told where other plugins have callbacks, and that a row which they hide
// does not go by the database's own cascade either, whatever hangs between it and the row that is removed.
func TestBesideOtherPlugins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		build(t, open)
		for way, remove := range removals {
			db := use(t, open, softdelete.Config{})
			ofTenant(t, db, 1)
			tx := db.Begin()
			rows, err := remove(tx)
			require.NoError(t, err, way)
			if rows != nil {
				require.Equal(t, along, rows, way)
			}
			require.Equal(t, []int64{2}, ids(t, tx, "boxes"), way)
			require.NoError(t, tx.Rollback().Error)

			run(t, open(t), "INSERT INTO folders (id, parent_id, tenant, code, deleted_at) VALUES (13, 11, 2, 'theirs', '2024-01-02 03:04:05')")
			before := contents(t, open(t))
			_, err = remove(db)
			require.ErrorIs(t, err, softdelete.ErrRestricted, way)
			require.Equal(t, before, contents(t, open(t)), way)
			run(t, open(t), "DELETE FROM folders WHERE id = 13")
		}
		db := use(t, open, softdelete.Config{})
		ofTenant(t, db, 1)
		run(t, open(t), "INSERT INTO folders (id, parent_id, tenant, code) VALUES (13, 12, 2, 'theirs')")
		require.ErrorIs(t, softdelete.ForceDelete(db, &Folder{ID: 2}).Error, softdelete.ErrRestricted)
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		report, err := trash.Empty(context.Background(), softdelete.EmptyOptions{All: true})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.Equal(t, map[string]int64{"folders": 2, "papers": 1, "boxes": 1, "sheets": 1, "drawers": 1, "notes": 1, "cards": 1, "lones": 1}, report.Rows)
	})
}
