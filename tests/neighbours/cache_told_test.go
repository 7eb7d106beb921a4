package neighbours_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// toldParent cascades to children that keep the operation's id.
type toldParent struct {
	ID       uint
	Name     string      `gorm:"size:100" softdelete:"unique"`
	Children []toldChild `gorm:"foreignKey:ParentID" softdelete:"cascade"`
	Tags     []toldTag   `gorm:"many2many:told_links;joinForeignKey:ParentID;joinReferences:TagID"`
	softdelete.Tracked
}

type toldChild struct {
	ID       uint
	Name     string
	ParentID uint
	softdelete.Tracked
}

type toldTag struct{ ID uint }

type toldLink struct {
	ParentID uint `gorm:"primaryKey"`
	TagID    uint `gorm:"primaryKey"`
	softdelete.Timestamp
}

// seen is what a handle reads of the tables, all of it by GORM's own queries, and so from a cache if it has one.
func seen(t *testing.T, db *gorm.DB) string {
	t.Helper()
	var text string
	for _, show := range []func(*gorm.DB) *gorm.DB{softdelete.WithoutTrashed, softdelete.OnlyTrashed} {
		var parents []toldParent
		require.NoError(t, db.Scopes(show).Order("id").Find(&parents).Error)
		var children []toldChild
		require.NoError(t, db.Scopes(show).Order("id").Find(&children).Error)
		var links int64
		require.NoError(t, db.Model(&toldLink{}).Scopes(show).Count(&links).Error)
		text += fmt.Sprint("|", links)
		for _, p := range parents {
			text += fmt.Sprint(" p", p.ID, p.Name)
		}
		for _, c := range children {
			text += fmt.Sprint(" c", c.ID, c.Name)
		}
	}
	return text
}

// toldWrite is a write of which a cache is to be told.
type toldWrite struct {
	name string
	run  func(t *testing.T, db *gorm.DB) error
}

// toldWrites are one run's writes, in their order: what one of them learns is for those behind it.
func toldWrites() []toldWrite {
	ctx := context.Background()
	var d softdelete.Deletion
	trashOf := func(t *testing.T, db *gorm.DB) *softdelete.Trash {
		t.Helper()
		bin, err := softdelete.OpenTrash(db, &toldParent{}, &toldChild{})
		require.NoError(t, err)
		return bin
	}
	return []toldWrite{
		{"Create", func(_ *testing.T, db *gorm.DB) error {
			return db.Create(&toldParent{ID: 1, Name: "a", Children: []toldChild{{ID: 1, Name: "x"}, {ID: 2, Name: "y"}}, Tags: []toldTag{{ID: 1}}}).Error
		}},
		{"unlinking", func(_ *testing.T, db *gorm.DB) error {
			return db.Model(&toldParent{ID: 1}).Association("Tags").Delete(&toldTag{ID: 1})
		}},
		{"linking again", func(_ *testing.T, db *gorm.DB) error {
			return db.Model(&toldParent{ID: 1}).Association("Tags").Append(&toldTag{ID: 1})
		}},
		{"a cascade", func(_ *testing.T, db *gorm.DB) error { return db.Delete(&toldParent{}, 1).Error }},
		{"a restore of it", func(_ *testing.T, db *gorm.DB) error {
			return softdelete.Restore(db, &toldParent{ID: 1}).Error
		}},
		{"Update", func(_ *testing.T, db *gorm.DB) error {
			return db.Model(&toldChild{}).Where("id = 1").Update("name", "z").Error
		}},
		{"Save", func(_ *testing.T, db *gorm.DB) error {
			return db.Save(&toldChild{ID: 2, Name: "w", ParentID: 1}).Error
		}},
		{"an upsert", func(_ *testing.T, db *gorm.DB) error {
			return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&toldChild{ID: 2, Name: "v", ParentID: 1}).Error
		}},
		{"Delete of a child", func(_ *testing.T, db *gorm.DB) error { return db.Delete(&toldChild{ID: 1}).Error }},
		{"Revive", func(_ *testing.T, db *gorm.DB) error {
			return db.Scopes(softdelete.Revive).Create(&toldChild{ID: 1, Name: "revived", ParentID: 1}).Error
		}},
		{"generic Delete", func(_ *testing.T, db *gorm.DB) error {
			_, err := gorm.G[toldChild](db).Where("id = 1").Delete(ctx)
			return err
		}},
		{"Of.Restore", func(_ *testing.T, db *gorm.DB) error {
			_, err := softdelete.Of[toldChild](db).Restore(ctx, 1)
			return err
		}},
		{"Delete of what is undone", func(_ *testing.T, db *gorm.DB) error {
			return db.Scopes(softdelete.Into(&d)).Delete(&toldParent{}, 1).Error
		}},
		{"Undo", func(_ *testing.T, db *gorm.DB) error {
			_, err := softdelete.Undo(db, d.ID)
			return err
		}},
		{"Delete again", func(_ *testing.T, db *gorm.DB) error { return db.Delete(&toldParent{}, 1).Error }},
		{"RestoreAll", func(t *testing.T, db *gorm.DB) error {
			t.Helper()
			_, err := trashOf(t, db).RestoreAll(ctx)
			return err
		}},
		{"Delete for good of a child", func(_ *testing.T, db *gorm.DB) error {
			return db.Unscoped().Delete(&toldChild{ID: 2}).Error
		}},
		{"Delete once more", func(_ *testing.T, db *gorm.DB) error { return db.Delete(&toldChild{}, 1).Error }},
		{"Purge", func(_ *testing.T, db *gorm.DB) error { return softdelete.Purge(db, &toldChild{ID: 1}).Error }},
		{"more rows", func(_ *testing.T, db *gorm.DB) error {
			return db.Create(&[]toldChild{{ID: 5, ParentID: 1}, {ID: 6, ParentID: 1}}).Error
		}},
		{"trashed", func(_ *testing.T, db *gorm.DB) error {
			return db.Delete(&toldChild{}, "parent_id = 1").Error
		}},
		{"Empty", func(t *testing.T, db *gorm.DB) error {
			t.Helper()
			report, err := trashOf(t, db).Empty(ctx, softdelete.EmptyOptions{All: true})
			require.EqualValues(t, 2, report.Rows["told_children"])
			return err
		}},
		{"ForceDelete", func(_ *testing.T, db *gorm.DB) error {
			if err := db.Unscoped().Where("1 = 1").Delete(&toldLink{}).Error; err != nil {
				return err
			}
			return softdelete.ForceDelete(db, &toldParent{ID: 1}).Error
		}},
	}
}

// A cache that forgets what it has when it is told of a write is told of each: after it, reads by the cache's handle are those
// of the database.
func TestCacheIsToldOfWrites(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"used before": false, "used after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				models := []any{&toldTag{}, &toldParent{}, &toldChild{}, &toldLink{}}
				handle := func(m *memory) *gorm.DB {
					db := open(t)
					require.NoError(t, db.SetupJoinTable(&toldParent{}, "Tags", &toldLink{}))
					if m != nil && !after {
						useCache(t, db, m)
					}
					require.NoError(t, db.Use(softdelete.New()))
					if m != nil && after {
						useCache(t, db, m)
					}
					return db
				}
				beside := handle(nil)
				require.NoError(t, beside.AutoMigrate(models...))
				m := &memory{}
				cached := handle(m)
				before := seen(t, cached)
				for _, write := range toldWrites() {
					require.NoError(t, write.run(t, cached), write.name)
					now := seen(t, beside)
					require.Equal(t, now, seen(t, cached), write.name)
					require.Equal(t, now, seen(t, cached), write.name)
					if write.name != "Save" {
						require.NotEqual(t, before, now, "%s has changed something", write.name)
					}
					before = now
				}
				hits, told := m.counts()
				require.Positive(t, told)
				require.Positive(t, hits)
			})
		})
	}
}
