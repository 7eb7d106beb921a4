package schema_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/doctored"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// plannedFrom are databases as they are before a migration: each makes one, on a handle without the plugin.
type plannedFrom struct {
	make   func(t *testing.T, db *gorm.DB)
	on     func(db *gorm.DB) *gorm.DB
	models []any
}

type (
	markerlessMember struct {
		ID     uint
		Tenant string `gorm:"size:40;uniqueIndex:members_login"`
		Login  string `gorm:"size:40;uniqueIndex:members_login"`
		Phone  string `gorm:"size:40;unique"`
	}
	widerNote struct {
		ID        uint
		Email     string `softdelete:"unique"`
		Code      string `gorm:"size:60;not null;default:none"`
		Fresh     int    `gorm:"index"`
		DeletedAt gorm.DeletedAt
	}
)

func (markerlessMember) TableName() string { return "members" }

func planned() map[string]plannedFrom {
	migrated := func(models ...any) func(t *testing.T, db *gorm.DB) {
		return func(t *testing.T, db *gorm.DB) {
			t.Helper()
			require.NoError(t, db.AutoMigrate(models...))
		}
	}
	lists := map[string]plannedFrom{
		"nothing":                            {make: func(*testing.T, *gorm.DB) {}, models: ddlModels()},
		"what GORM makes without the plugin": {make: migrated(ddlModels()...), models: ddlModels()},
		"some of it":                         {make: migrated(&ddlTag{}, &ddlPlain{}), models: ddlModels()},
		"an earlier form": {make: func(t *testing.T, db *gorm.DB) {
			t.Helper()
			migrated(&formerMember{}, &memberPet{})(t, db)
			for i := range 3 {
				text := fmt.Sprint("m", i)
				require.NoError(t, db.Create(&formerMember{Tenant: "a", Login: text, Email: text, Phone: text, Badge: text}).Error)
			}
		}, models: []any{&laterMember{}}},
		"an earlier form without rows": {make: migrated(&formerMember{}, &memberPet{}), models: []any{&laterMember{}}},
		"no marker": {make: func(t *testing.T, db *gorm.DB) {
			t.Helper()
			migrated(&markerlessMember{})(t, db)
			require.NoError(t, db.Create(&[]markerlessMember{{Tenant: "a", Login: "a", Phone: "a"}, {Tenant: "a", Login: "b", Phone: "b"}}).Error)
		}, models: []any{&laterMember{}}},
		"other types": {make: func(t *testing.T, db *gorm.DB) {
			t.Helper()
			keyed := map[string]string{"sqlite": "integer PRIMARY KEY AUTOINCREMENT", "postgres": "bigserial PRIMARY KEY", "mysql": "bigint unsigned AUTO_INCREMENT PRIMARY KEY"}[db.Name()]
			at := map[string]string{"sqlite": "datetime", "postgres": "timestamptz", "mysql": "datetime(3)"}[db.Name()]
			require.NoError(t, db.Exec("CREATE TABLE wider_notes (id "+keyed+", email varchar(40) NOT NULL UNIQUE, code varchar(40), deleted_at "+at+" NULL)").Error)
			require.NoError(t, db.Exec("CREATE INDEX by_hand ON wider_notes (code)").Error)
			require.NoError(t, db.Exec("INSERT INTO wider_notes (email, code) VALUES ('a', 'a'), ('b', 'b')").Error)
		}, models: []any{&widerNote{}}},
		"a named table": {make: func(t *testing.T, db *gorm.DB) {
			t.Helper()
			require.NoError(t, db.Table("orders_01").AutoMigrate(&datedBare{}))
		}, on: func(db *gorm.DB) *gorm.DB { return db.Table("orders_01") }, models: []any{&datedOrder{}}},
		"a named table that is not there": {make: func(*testing.T, *gorm.DB) {}, on: func(db *gorm.DB) *gorm.DB { return db.Table("orders_02") }, models: []any{&datedOrder{}}},
	}
	for name, l := range lists {
		if l.on == nil {
			l.on = func(db *gorm.DB) *gorm.DB { return db }
			lists[name] = l
		}
	}
	return lists
}

// TestPlanMigrationIsWhatAutoMigrateDoes says that the plan changes nothing, that running it leaves what AutoMigrate
// leaves, and that there is nothing left to do then.
func TestPlanMigrationIsWhatAutoMigrateDoes(t *testing.T) {
	t.Parallel()
	for name, from := range planned() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				config := softdelete.Config{Models: append(ddlModels(), &laterMember{}, &widerNote{}, &datedOrder{})}
				start := func(open testdb.Opener) *gorm.DB {
					db := open(t)
					from.make(t, db)
					other := open(t)
					require.NoError(t, other.Use(softdelete.New(config)))
					if pool, err := other.DB(); err == nil {
						pool.SetMaxOpenConns(1) // a PRAGMA is of its connection
					}
					return other
				}
				whole := start(open)
				require.NoError(t, softdelete.AutoMigrate(from.on(whole), from.models...))

				db := start(testdb.OpenerFor(t, testdbName(whole)))
				before := tables.Catalogue(t, db)
				log := record.Record(t, db)
				plan := func() []softdelete.Statement {
					list, err := softdelete.PlanMigration(from.on(db), from.models...)
					require.NoError(t, err)
					for _, sql := range log.Take() {
						require.Regexp(t, `(?i)^\s*(SELECT|PRAGMA foreign_keys$)`, sql)
					}
					return list
				}
				list := plan()
				require.NotEmpty(t, list)
				require.Equal(t, before, tables.Catalogue(t, db))
				for _, s := range list {
					require.NotEmpty(t, s.Table, s.Up)
					require.NotEmpty(t, s.Why, s.Up)
					require.NoError(t, db.Exec(s.Up).Error, s.Up)
				}
				require.Equal(t, tables.Catalogue(t, whole), tables.Catalogue(t, db), "%v", list)
				log.Take()
				require.Empty(t, plan())
				if name == "nothing" {
					require.Empty(t, doctored.CodesOf(doctored.Doctored(t, db, from.models...)))
				}
			})
		})
	}
}

// TestPlanMigrationWay back says that the way back leads to where it began, where it can.
func TestPlanMigrationBack(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{Models: ddlModels()})
		before := tables.Catalogue(t, db)
		list, err := softdelete.PlanMigration(db)
		require.NoError(t, err)
		for _, s := range list {
			require.NoError(t, db.Exec(s.Up).Error, s.Up)
		}
		for i := range list {
			s := list[len(list)-1-i]
			require.NotEmpty(t, s.Down, s.Up)
			require.NoError(t, db.Exec(s.Down).Error, s.Down)
		}
		require.Equal(t, before, tables.Catalogue(t, db))
	})
}

// TestPlanMigrationFindsDuplicates says that live rows which agree are told of, with a marker and without.
func TestPlanMigrationFindsDuplicates(t *testing.T) {
	t.Parallel()
	type plain struct {
		ID    uint
		Email string `gorm:"size:40"`
	}
	type note struct {
		ID        uint
		Email     string `gorm:"size:40" softdelete:"unique"`
		DeletedAt gorm.DeletedAt
	}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{})
		require.NoError(t, db.Table("notes").AutoMigrate(&plain{}))
		require.NoError(t, db.Table("notes").Create(&[]plain{{Email: "a"}, {Email: "a"}, {Email: "b"}}).Error)
		for range 2 {
			before := tables.Catalogue(t, db)
			_, err := softdelete.PlanMigration(db, &note{})
			var found *softdelete.DuplicateError
			require.ErrorAs(t, err, &found)
			require.Equal(t, [][]any{{uint(1)}, {uint(2)}}, found.Keys)
			require.Equal(t, before, tables.Catalogue(t, db))
			_ = softdelete.AutoMigrate(db, &note{}) // which GORM has made the marker of by then
		}
		require.NoError(t, db.Delete(&note{}, 1).Error)
		_, err := softdelete.PlanMigration(db, &note{})
		require.NoError(t, err)
	})
}
