package neighbours_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/plugin/optimisticlock"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// versioned has a version beside its marker, before it or after it.
type versioned struct {
	ID      uint
	Name    string
	Version optimisticlock.Version
	softdelete.Tracked
	Parts []versionedPart `gorm:"foreignKey:OwnerID" softdelete:"cascade"`
}

type versionedPart struct {
	ID      uint
	OwnerID uint
	softdelete.Tracked
	Version optimisticlock.Version
}

// versions are those of all rows, which a delete, a restore and a purge leave as they are.
func versions(t *testing.T, db *gorm.DB) (all []int64) {
	t.Helper()
	require.NoError(t, db.Raw("SELECT version FROM versioneds UNION ALL SELECT version FROM versioned_parts").Scan(&all).Error)
	return all
}

// No verb minds a version, in whatever form it is called: it neither checks it nor raises it.
func TestVersionsBesideAMarker(t *testing.T) {
	t.Parallel()
	stale := func(id uint) versioned {
		return versioned{ID: id, Version: optimisticlock.Version{Int64: 77, Valid: true}}
	}
	forms := map[string]func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB{
		"a pointer": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			return verb(db, &versioned{ID: 1})
		},
		"a stale value": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			value := stale(1)
			return verb(db, &value)
		},
		"a slice": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			values := []versioned{stale(1)}
			return verb(db, &values)
		},
		"pointers": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			value := stale(1)
			return verb(db, []*versioned{&value})
		},
		"a key": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			return verb(db, &versioned{}, 1)
		},
		"conditions": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			return verb(db.Where("name = ?", "x").Or("name = ?", "y"), &versioned{})
		},
		"a limit": func(db *gorm.DB, verb func(*gorm.DB, any, ...any) *gorm.DB) *gorm.DB {
			return verb(db.Where("name = ?", "x").Limit(1), &versioned{})
		},
	}
	del := func(db *gorm.DB, value any, conds ...any) *gorm.DB { return db.Delete(value, conds...) }
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&versioned{}, &versionedPart{}}})))
				require.NoError(t, softdelete.AutoMigrate(db, &versioned{}, &versionedPart{}))
				require.NoError(t, db.Create(&versioned{ID: 1, Name: "x", Parts: []versionedPart{{ID: 1}, {ID: 2}}}).Error)
				before := versions(t, db)
				require.Equal(t, []int64{1, 1, 1}, before)
				for _, verb := range []struct {
					name string
					run  func(*gorm.DB, any, ...any) *gorm.DB
					rows int64
				}{
					{"delete", del, 1}, {"restore", softdelete.Restore, 1}, {"delete again", del, 1},
				} {
					tx := form(db, verb.run)
					require.NoError(t, tx.Error, verb.name)
					require.Equal(t, verb.rows, tx.RowsAffected, verb.name)
					require.Equal(t, before, versions(t, db), verb.name)
				}
				for _, op := range []softdelete.Operation{softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete} {
					tx := form(db, func(db *gorm.DB, value any, conds ...any) *gorm.DB {
						plan, err := softdelete.Preview(db, op, value, conds...)
						require.NoError(t, err)
						require.Equal(t, map[string]int64{"versioneds": 1, "versioned_parts": 2}, plan.Rows)
						return db
					})
					require.NotNil(t, tx)
				}
				tx := form(db, softdelete.Purge)
				require.NoError(t, tx.Error)
				require.EqualValues(t, 1, tx.RowsAffected)
				require.Empty(t, versions(t, db))

				require.NoError(t, db.Create(&versioned{ID: 1, Name: "x", Parts: []versionedPart{{ID: 1}, {ID: 2}}}).Error)
				tx = form(db, softdelete.ForceDelete)
				require.NoError(t, tx.Error)
				require.EqualValues(t, 1, tx.RowsAffected)
				require.Empty(t, versions(t, db))
			})
		})
	}
}

// What has a version goes on counting after a restore, and in the trash.
func TestVersionsInTheTrash(t *testing.T) {
	t.Parallel()
	for _, session := range []*gorm.Session{{}, {PrepareStmt: true}, {SkipDefaultTransaction: true}} {
		t.Run(fmt.Sprintf("prepared %v, without a transaction %v", session.PrepareStmt, session.SkipDefaultTransaction), func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&versioned{}, &versionedPart{}}})))
				require.NoError(t, softdelete.AutoMigrate(db, &versioned{}, &versionedPart{}))
				db = db.Session(session)
				ctx := context.Background()
				value := versioned{ID: 1, Name: "x", Parts: []versionedPart{{ID: 1}}}
				require.NoError(t, db.Create(&value).Error)
				var of softdelete.Deletion
				require.NoError(t, db.Scopes(softdelete.Into(&of)).Delete(&value).Error)
				_, err := softdelete.Undo(db, of.ID)
				require.NoError(t, err)
				value.DeletedAt = gorm.DeletedAt{}
				require.NoError(t, db.Model(&value).Updates(map[string]any{"name": "y"}).Error)
				require.NoError(t, db.First(&value, 1).Error)
				require.EqualValues(t, 2, value.Version.Int64)

				require.NoError(t, db.Delete(&versioned{}, 1).Error)
				bin := softdelete.Of[versioned](db)
				n, err := bin.RestoreAll(ctx)
				require.NoError(t, err)
				require.EqualValues(t, 1, n)
				updated, err := gorm.G[versioned](db).Where("id = ?", 1).Update(ctx, "name", "z")
				require.NoError(t, err)
				require.Equal(t, 1, updated)
				require.NoError(t, db.First(&value, 1).Error)
				require.EqualValues(t, 3, value.Version.Int64)

				// The row in the trash keeps its key.
				require.NoError(t, db.Delete(&versioned{}, 1).Error)
				stale := versioned{ID: 1, Name: "stale", Version: optimisticlock.Version{Int64: 3, Valid: true}}
				require.Error(t, db.Omit(clause.Associations).Create(&stale).Error)
				trash, err := softdelete.OpenTrash(db)
				require.NoError(t, err)
				report, err := trash.Empty(ctx, softdelete.EmptyOptions{All: true})
				require.NoError(t, err)
				require.Empty(t, report.Failed)
				require.Equal(t, map[string]int64{"versioneds": 1, "versioned_parts": 1}, report.Rows)
			})
		})
	}
}
