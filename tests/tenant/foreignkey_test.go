package tenant_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// shelf, and what hangs on it by foreign keys that the database looks after.
type shelf struct {
	ID     uint
	Tenant Tenant
	softdelete.Tracked
	Books  []book  `gorm:"constraint:OnDelete:CASCADE"`
	Plants []plant `gorm:"constraint:OnDelete:RESTRICT" softdelete:"cascade"`
	Dusts  []dust  `gorm:"constraint:OnDelete:SET NULL"`
}

type book struct {
	ID      uint
	ShelfID uint
	Tenant  Tenant
	softdelete.Tracked
}

type plant struct {
	ID      uint
	ShelfID uint
	Tenant  Tenant
	softdelete.Tracked
}

type dust struct {
	ID      uint
	ShelfID *uint
	Tenant  Tenant
}

// What the database would do to rows of another tenant fails the operation, and nothing changes.
func TestForeignKeysReachNobodyElsesRows(t *testing.T) {
	t.Parallel()
	one := uint(1)
	hidden := map[string]struct {
		row        func() any
		restricted bool // told before the database is asked
	}{
		"ON DELETE CASCADE":  {func() any { return &book{ShelfID: 1, Tenant: "b"} }, true},
		"ON DELETE RESTRICT": {func() any { return &plant{ShelfID: 1, Tenant: "b"} }, false},
		"ON DELETE SET NULL": {func() any { return &dust{ShelfID: &one, Tenant: "b"} }, true},
	}
	for name, hidden := range hidden {
		for _, way := range some {
			t.Run(name+" "+string(way), func(t *testing.T) {
				t.Parallel()
				testdb.Each(t, func(t *testing.T, open testdb.Opener) {
					db := open(t)
					require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&shelf{}, &book{}, &plant{}}})))
					narrow(t, db)
					require.NoError(t, softdelete.AutoMigrate(db, &shelf{}, &book{}, &plant{}, &dust{}))
					require.NoError(t, db.Create(&shelf{ID: 1, Tenant: "a", Books: []book{{Tenant: "a"}}}).Error)
					require.NoError(t, db.Create(&shelf{ID: 2, Tenant: "a", Books: []book{{Tenant: "a"}}}).Error)
					require.NoError(t, db.Create(hidden.row()).Error)
					require.NoError(t, db.Where("1 = 1").Delete(&shelf{}).Error)
					a := as(db, way, "a")
					count := func() (n int64) {
						for _, table := range []string{"shelves", "books", "plants", "dusts"} {
							var of int64
							require.NoError(t, db.Raw("SELECT count(*) FROM "+table).Scan(&of).Error)
							n += of
						}
						return n
					}
					before := count()
					for verb, run := range map[string]func() error{
						"Purge":       func() error { return softdelete.Purge(a, &shelf{ID: 1}).Error },
						"ForceDelete": func() error { return softdelete.ForceDelete(a, &[]shelf{{ID: 1}, {ID: 2}}).Error },
					} {
						err := run()
						require.Error(t, err, verb)
						if hidden.restricted {
							var restricted *softdelete.RestrictError
							require.ErrorAs(t, err, &restricted, verb)
							require.Equal(t, "shelf", restricted.Model)
							require.EqualValues(t, 1, restricted.Count)
						}
						require.Equal(t, before, count(), verb)
					}
					trash, err := softdelete.OpenTrash(a, &shelf{})
					require.NoError(t, err)
					report, err := trash.Empty(ctxOf(a), softdelete.EmptyOptions{All: true})
					require.NoError(t, err)
					require.Len(t, report.Failed, 1)
					require.Equal(t, map[string]int64{"shelves": 1, "books": 1}, report.Rows)
					require.Equal(t, before-2, count())
				})
			})
		}
	}
}

// A callback that joins cannot be held to by a cascade, and is no reason to pass it by.
func TestCallbacksThatJoinAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open, byCallback, softdelete.Config{})
		before := w.rows(t)
		require.NoError(t, w.db.Callback().Query().Before("gorm:query").Register("test:joins", func(db *gorm.DB) {
			if db.Statement.Schema != nil && db.Statement.Schema.Table == "notes" {
				db.Joins("JOIN papers ON papers.id = notes.paper_id")
			}
		}))
		err := w.a.Delete(&folder{ID: 1}).Error
		require.ErrorIs(t, err, gorm.ErrInvalidData)
		require.ErrorContains(t, err, "note")
		require.Equal(t, before, w.rows(t))
	})
}
