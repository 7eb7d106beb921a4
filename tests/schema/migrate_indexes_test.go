package schema_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type indexedOnly struct {
	ID        uint
	Email     string `softdelete:"unique"`
	Team      string `softdelete:"index"`
	Fresh     string `gorm:"-:migration"`
	DeletedAt gorm.DeletedAt
}

// TestMigrateIndexesChangesNothingElse says so of columns that GORM's migrator would make others.
func TestMigrateIndexesChangesNothingElse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		keyed := map[string]string{"sqlite": "integer PRIMARY KEY", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
		at := map[string]string{"sqlite": "datetime", "postgres": "timestamptz", "mysql": "datetime(3)"}[db.Name()]
		require.ErrorContains(t, softdelete.MigrateIndexes(db, &indexedOnly{}), "there is no table indexed_onlies")
		require.NoError(t, db.Exec("CREATE TABLE indexed_onlies (id "+keyed+", email varchar(40) NOT NULL DEFAULT 'nobody', deleted_at "+at+" NULL)").Error)
		before := tables.Catalogue(t, db)
		require.ErrorContains(t, softdelete.MigrateIndexes(db, &indexedOnly{}), "model indexedOnly: the table indexed_onlies has no column team")
		require.Equal(t, before, tables.Catalogue(t, db))
		require.NoError(t, db.Exec("ALTER TABLE indexed_onlies ADD COLUMN team varchar(40) NOT NULL DEFAULT 'none'").Error)

		before = tables.Catalogue(t, db)
		require.NoError(t, softdelete.MigrateIndexes(db, &indexedOnly{}))
		require.Subset(t, tables.Catalogue(t, db), before)
		for _, line := range tables.Catalogue(t, db) {
			isIndex := strings.Contains(line, "idx_indexed_onlies_") || strings.Contains(line, "softdelete_live")
			require.True(t, slices.Contains(before, line) || isIndex, line)
		}
		require.NotContains(t, strings.Join(doctored.CodesOf(doctored.Doctored(t, db, &indexedOnly{})), " "), softdelete.SeverityError)
		require.Empty(t, record.WritesOf(t, db, func(db *gorm.DB) error { return softdelete.MigrateIndexes(db, &indexedOnly{}) }))
		require.Error(t, db.Exec(database.Quoted(db, `INSERT INTO indexed_onlies (email) VALUES ('a'), ('a')`)).Error)
	})
}

// TestMigrateIndexesOfSomeModels says that what those refer to is left alone, and that a table may be named.
func TestMigrateIndexesOfSomeModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: ddlModels()})
		require.NoError(t, db.AutoMigrate(ddlModels()...))
		teams := tables.PlainIndexes(t, db, "ddl_teams")
		require.NoError(t, softdelete.MigrateIndexes(db, &ddlUser{}))
		require.Equal(t, teams, tables.PlainIndexes(t, db, "ddl_teams"))
		require.Contains(t, tables.PlainIndexes(t, db, "ddl_users"), "ddl_login")
		require.Contains(t, tables.PlainIndexes(t, db, "ddl_user_tags"), "idx_ddl_user_tags_deletion_id")

		require.NoError(t, db.Table("orders_01").AutoMigrate(&datedBare{}))
		require.NoError(t, softdelete.MigrateIndexes(db.Table("orders_01"), &datedOrder{}))
		require.Equal(t, datedIndexes(db, "orders_01"), tables.PlainIndexes(t, db, "orders_01"))
		require.NoError(t, softdelete.MigrateIndexes(db), "those of Config.Models")
	})
}
