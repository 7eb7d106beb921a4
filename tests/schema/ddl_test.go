package schema_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

var update = flag.Bool("update", false, "write the golden files anew")

// ddlScripts are lists of models, each migrated to a database of its own.
func ddlScripts() map[string][]any {
	scripts := map[string][]any{
		"all":                             ddlModels(),
		"one that has all":                {&ddlTeam{}}, // GORM makes its users along
		"a join table that GORM makes up": {&ddlUserTag{}, &ddlUser{}, &ddlTag{}},
	}
	for _, model := range ddlModels() {
		scripts[fmt.Sprintf("%T", model)] = []any{model}
	}
	return scripts
}

// TestDDLIsWhatAutoMigrateAdds says that GORM's AutoMigrate and then DDL leave what AutoMigrate leaves, that Doctor finds
// nothing there, and that the way back leads to what GORM had made.
func TestDDLIsWhatAutoMigrateAdds(t *testing.T) {
	t.Parallel()
	for name, models := range ddlScripts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				config := softdelete.Config{Models: ddlModels()}
				whole := handles.WithPlugin(t, open, config)
				require.NoError(t, softdelete.AutoMigrate(whole, models...))
				want := tables.Catalogue(t, whole)
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, whole, models...)))

				db := handles.WithPlugin(t, testdb.OpenerFor(t, testdbName(whole)), config)
				require.NoError(t, db.AutoMigrate(models...))
				gorms := tables.Catalogue(t, db)
				list, err := softdelete.DDL(db, models...)
				require.NoError(t, err)
				for _, s := range list {
					require.NotEmpty(t, s.Table)
					require.NotEmpty(t, s.Why)
					require.False(t, s.NoTransaction)
					require.NoError(t, db.Exec(s.Up).Error, s.Up)
				}
				require.Equal(t, want, tables.Catalogue(t, db))
				require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, models...)))
				for _, s := range slices.Backward(list) {
					require.NoError(t, db.Exec(s.Down).Error, s.Down)
				}
				require.Equal(t, gorms, tables.Catalogue(t, db))
			})
		})
	}
}

// TestDDLOfUnregisteredModels says so of models that GORM's AutoMigrate sees before the plugin does.
func TestDDLOfUnregisteredModels(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		whole := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, softdelete.AutoMigrate(whole, ddlModels()...))
		for _, known := range []bool{false, true} {
			db := handles.WithPlugin(t, testdb.OpenerFor(t, testdbName(whole)), softdelete.Config{})
			if pool, err := db.DB(); err == nil {
				pool.SetMaxOpenConns(1) // a PRAGMA is of its connection
			}
			if known {
				_, err := softdelete.DDL(db, ddlModels()...)
				require.NoError(t, err)
			}
			require.NoError(t, db.AutoMigrate(ddlModels()...))
			before := tables.Catalogue(t, db)
			list, err := softdelete.DDL(db, ddlModels()...)
			require.NoError(t, err)
			if db.Name() == "sqlite" { // in a database that is in use, too, nothing is lost
				require.NoError(t, db.Create(&ddlTeam{Name: "a", Slug: "a", Users: []ddlUser{{Login: "a"}}}).Error)
			}
			for _, s := range list {
				if database.IsMySQL(db) && known && strings.Contains(s.Up, "/*!80000") {
					continue
				}
				require.NoError(t, db.Exec(s.Up).Error, s.Up)
			}
			require.Equal(t, tables.Catalogue(t, whole), tables.Catalogue(t, db))
			if db.Name() == "sqlite" {
				require.Equal(t, []int{1}, tables.Column[int](t, db, "SELECT ddl_team_id FROM ddl_users"))
				require.Empty(t, tables.Column[string](t, db, "SELECT parent FROM pragma_foreign_key_check"))
			}
			if known {
				continue // the way back leads to what GORM makes of a model that it does not know
			}
			for _, s := range slices.Backward(list) {
				require.NoError(t, db.Exec(s.Down).Error, s.Down)
			}
			require.Equal(t, before, tables.Catalogue(t, db))
		}
	})
}

func testdbName(db *gorm.DB) string {
	if database.IsTiDB(db) {
		return "tidb"
	}
	return database.Kin(db.Name())
}

// TestDDLGolden keeps the statements as they are, and the same each time.
func TestDDLGolden(t *testing.T) {
	t.Parallel()
	for name, db := range withoutServers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: ddlModels()})))
			list, err := softdelete.DDL(db)
			require.NoError(t, err)
			var text strings.Builder
			for _, s := range list {
				fmt.Fprintf(&text, "-- %s: %s\n%s;\n-- down: %s;\n\n", s.Table, s.Why, s.Up, s.Down)
			}
			file := filepath.Join("testdata", "ddl."+name+".sql")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), text.String())
			for range 5 {
				again, err := softdelete.DDL(db)
				require.NoError(t, err)
				require.Equal(t, list, again)
			}
		})
	}
}

// TestDDLOfQualifiedTables says so of tables with their schema in front, of named ones, and that both fit what AutoMigrate makes.
func TestDDLOfQualifiedTables(t *testing.T) {
	t.Parallel()
	db := handles.WithPlugin(t, testdb.OpenerFor(t, "postgres"), softdelete.Config{})
	other := tables.Column[string](t, db, "SELECT current_schema()")[0] + "_other"
	require.NoError(t, db.Exec("CREATE SCHEMA "+other).Error)
	t.Cleanup(func() { _ = db.Exec("DROP SCHEMA " + other + " CASCADE").Error })
	table := func() *gorm.DB { return db.Table(other + ".orders_01") }
	list, err := softdelete.DDL(table(), &datedOrder{})
	require.NoError(t, err)
	require.NoError(t, table().AutoMigrate(&datedBare{}))
	before := tables.PlainIndexes(t, db, other+".orders_01")
	for _, s := range list {
		require.Equal(t, other+".orders_01", s.Table)
		require.NoError(t, db.Exec(s.Up).Error, s.Up)
	}
	require.Equal(t, datedIndexes(db, "orders_01"), tables.PlainIndexes(t, db, other+".orders_01"))
	require.Empty(t, record.DDLOf(t, db, func(*gorm.DB) error { return softdelete.AutoMigrate(table(), &datedOrder{}) }))
	for _, s := range slices.Backward(list) {
		require.NoError(t, db.Exec(s.Down).Error, s.Down)
	}
	require.Equal(t, before, tables.PlainIndexes(t, db, other+".orders_01"))
}

// TestDDLForbids says that what AutoMigrate refuses is refused.
func TestDDLForbids(t *testing.T) {
	t.Parallel()
	type odd struct {
		ID        uint
		Phone     string `gorm:"size:40;uniqueIndex:idx_odds_phone,sort:desc" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		database.Needs(t, database.SchemaOf(db).NoDescending)
		_, err := softdelete.DDL(db, &odd{})
		require.ErrorContains(t, err, "is more than a list of columns")
		require.EqualError(t, softdelete.AutoMigrate(db, &odd{}), err.Error())
	})
}
