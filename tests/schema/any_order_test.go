package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestMigrationsInAnyOrder says that both AutoMigrates lose nothing of what softdelete's has made, repeated, in any order, also
// as the first statement of a process.
func TestMigrationsInAnyOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		models := ddlModels()
		config := softdelete.Config{Models: models}
		db := handles.WithPlugin(t, open, config)
		require.NoError(t, softdelete.AutoMigrate(db))
		want := tables.Catalogue(t, db)
		gorms := func(db *gorm.DB) error { return db.AutoMigrate(models...) }
		ours := func(db *gorm.DB) error { return softdelete.AutoMigrate(db) }
		indexes := func(db *gorm.DB) error { return softdelete.MigrateIndexes(db) }
		byOne := func(db *gorm.DB) error {
			for _, model := range models {
				if err := softdelete.AutoMigrate(db, model); err != nil {
					return err
				}
			}
			return nil
		}
		for i, order := range [][]func(*gorm.DB) error{{gorms, ours, gorms}, {ours, ours, gorms, gorms}, {indexes, gorms, indexes, ours}, {byOne, gorms, byOne}} {
			fresh := open(t)
			require.NoError(t, fresh.Use(softdelete.New(config)))
			for _, migrate := range order {
				require.NoError(t, migrate(fresh))
				if i < 3 {
					require.Equal(t, want, tables.Catalogue(t, db), fmt.Sprint("order ", i))
				}
				// For a model alone GORM makes the foreign keys of its join table, which it does not where that is among the models.
				require.Subset(t, tables.Catalogue(t, db), want, fmt.Sprint("order ", i))
			}
		}
	})
}

// TestPlanOnAnyHandle says that a plan is the same whatever the handle, and that nothing runs by it.
func TestPlanOnAnyHandle(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: ddlModels()})
		require.NoError(t, db.AutoMigrate(&ddlUser{}))
		before := tables.Catalogue(t, db)
		want, err := softdelete.PlanMigration(db)
		require.NoError(t, err)
		for name, session := range map[string]*gorm.Session{
			"plain": {}, "dry": {DryRun: true}, "prepared": {PrepareStmt: true}, "no default transaction": {SkipDefaultTransaction: true}, "no hooks": {SkipHooks: true},
		} {
			list, err := softdelete.PlanMigration(db.Session(session))
			require.NoError(t, err, name)
			require.Equal(t, ups(want), ups(list), name)
			require.Equal(t, before, tables.Catalogue(t, db), name)
		}
		if db.Name() != "sqlite" { // one writer
			require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
				list, err := softdelete.PlanMigration(tx)
				require.NoError(t, err)
				require.Equal(t, ups(want), ups(list))
				return nil
			}))
		}
		require.Equal(t, before, tables.Catalogue(t, db))
		prepared := open(t, &gorm.Config{PrepareStmt: true, TranslateError: true})
		require.NoError(t, prepared.Use(softdelete.New(softdelete.Config{Models: ddlModels()})))
		list, err := softdelete.PlanMigration(prepared)
		require.NoError(t, err)
		require.Equal(t, ups(want), ups(list))
		require.Equal(t, before, tables.Catalogue(t, db))
	})
}

func ups(list []softdelete.Statement) string {
	var all []string
	for _, s := range list {
		all = append(all, s.Up)
	}
	return strings.Join(all, ";\n")
}
