package conditions_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// verb is a statement on tags. It says which tags it has seen, how many rows it
// says to have touched, and its error.
type verb struct {
	name  string
	trash bool // it is about trashed tags
	frees bool // it may write to trashed tags
	run   func(tx *gorm.DB) (seen []uint, n int64, err error)
}

func ids(tags []Tag) []uint {
	list := make([]uint, len(tags))
	for i, tag := range tags {
		list[i] = tag.ID
	}
	return list
}

// writes is a verb that has seen nothing.
func writes(run func(tx *gorm.DB) *gorm.DB) func(*gorm.DB) ([]uint, int64, error) {
	return func(tx *gorm.DB) ([]uint, int64, error) {
		tx = run(tx)
		return nil, tx.RowsAffected, tx.Error
	}
}

var verbs = []verb{
	{name: "Find", run: func(tx *gorm.DB) ([]uint, int64, error) {
		var tags []Tag
		err := tx.Find(&tags).Error
		return ids(tags), 0, err
	}},
	{name: "Find OnlyTrashed", trash: true, run: func(tx *gorm.DB) ([]uint, int64, error) {
		var tags []Tag
		err := softdelete.OnlyTrashed(tx).Find(&tags).Error
		return ids(tags), 0, err
	}},
	{name: "Last", run: func(tx *gorm.DB) ([]uint, int64, error) {
		var tag Tag
		if err := tx.Last(&tag).Error; err != nil {
			return nil, 0, err
		}
		return []uint{tag.ID}, 0, nil
	}},
	{name: "Count", run: func(tx *gorm.DB) ([]uint, int64, error) {
		var n int64
		err := tx.Model(&Tag{}).Count(&n).Error
		return nil, n, err
	}},
	{name: "Pluck", run: func(tx *gorm.DB) (list []uint, _ int64, _ error) {
		err := tx.Model(&Tag{}).Pluck("tags.id", &list).Error
		return list, 0, err
	}},
	{name: "Rows", run: func(tx *gorm.DB) (list []uint, _ int64, _ error) {
		rows, err := tx.Model(&Tag{}).Select("tags.id").Rows()
		if err != nil {
			return nil, 0, err
		}
		defer rows.Close() //nolint:errcheck // the test reads its error
		for rows.Next() {
			var id uint
			if err := rows.Scan(&id); err != nil {
				return nil, 0, err
			}
			list = append(list, id)
		}
		return list, 0, rows.Err()
	}},
	{name: "subquery", run: func(tx *gorm.DB) (list []uint, _ int64, _ error) {
		db := tx.Session(&gorm.Session{NewDB: true})
		err := db.Table("notes").Where("tag_id IN (?)", tx.Model(&Tag{}).Select("tags.id")).Pluck("tag_id", &list).Error
		return list, 0, err
	}},
	{name: "subquery in a condition", run: func(tx *gorm.DB) (list []uint, _ int64, _ error) {
		db := tx.Session(&gorm.Session{NewDB: true})
		err := db.Model(&Tag{}).Where("id IN (?)", tx.Model(&Tag{}).Select("tags.id")).Pluck("id", &list).Error
		return list, 0, err
	}},
	{name: "Update", run: writes(func(tx *gorm.DB) *gorm.DB { return tx.Model(&Tag{}).Update("rank", 9) })},
	{name: "Update OnlyTrashed", trash: true, frees: true, run: writes(func(tx *gorm.DB) *gorm.DB {
		return softdelete.OnlyTrashed(tx).Model(&Tag{}).Update("rank", 9)
	})},
	{name: "Delete", run: writes(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&Tag{}) })},
	{name: "Restore", trash: true, frees: true, run: writes(func(tx *gorm.DB) *gorm.DB { return softdelete.Restore(tx, &Tag{}) })},
	{name: "Purge", trash: true, frees: true, run: writes(func(tx *gorm.DB) *gorm.DB { return softdelete.Purge(tx, &Tag{}) })},
	{name: "ForceDelete OnlyTrashed", trash: true, frees: true, run: writes(func(tx *gorm.DB) *gorm.DB {
		return softdelete.ForceDelete(softdelete.OnlyTrashed(tx), &Tag{})
	})},
	{name: "Unscoped Delete OnlyTrashed", trash: true, frees: true, run: writes(func(tx *gorm.DB) *gorm.DB {
		return softdelete.OnlyTrashed(tx).Unscoped().Delete(&Tag{})
	})},
	{name: "Preview of a delete", run: func(tx *gorm.DB) ([]uint, int64, error) {
		plan, err := softdelete.Preview(tx, softdelete.OpSoftDelete, &Tag{})
		return nil, plan.Rows["tags"], err
	}},
	{name: "Preview of a purge", trash: true, run: func(tx *gorm.DB) ([]uint, int64, error) {
		plan, err := softdelete.Preview(tx, softdelete.OpPurge, &Tag{})
		return nil, plan.Rows["tags"], err
	}},
}

// conditional are verbs that take the condition itself.
var conditional = []struct {
	name         string
	trash, frees bool
	run          func(db *gorm.DB, raw string) ([]uint, int64, error)
}{
	{name: "inline", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		var tags []Tag
		err := db.Find(&tags, raw).Error
		return ids(tags), 0, err
	}},
	{name: "inline First", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		var tag Tag
		if err := db.Order("tags.id DESC").First(&tag, raw).Error; err != nil {
			return nil, 0, err
		}
		return []uint{tag.ID}, 0, nil
	}},
	{name: "inline Delete", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := db.Delete(&Tag{}, raw)
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "inline Purge", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := softdelete.Purge(db, &Tag{}, raw)
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "inline Restore", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := softdelete.Restore(db, &Tag{}, raw)
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "Purge with a key too", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := softdelete.Purge(db.Where(raw), &Tag{ID: liveTag})
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "Update with a key too", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := db.Where(raw).Model(&Tag{ID: 2}).Update("rank", 9)
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "Purge with a limit", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tx := softdelete.Purge(db.Where(raw).Order("id").Limit(3), &Tag{})
		return nil, tx.RowsAffected, tx.Error
	}},
	{name: "Preload", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		var owner Owner
		err := db.Preload("Tags", raw).Find(&owner, 1).Error
		return ids(owner.Tags), 0, err
	}},
	{name: "Preload by a function", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		var owner Owner
		err := db.Preload("Tags", func(tx *gorm.DB) *gorm.DB { return tx.Where(raw) }).Find(&owner, 1).Error
		return ids(owner.Tags), 0, err
	}},
	{name: "Joins", run: joined(false)},
	{name: "InnerJoins", run: joined(true)},
	{name: "Association Find", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		var tags []Tag
		err := db.Model(&Owner{ID: 1}).Association("Tags").Find(&tags, raw)
		return ids(tags), 0, err
	}},
	{name: "Association Count", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		association := db.Model(&Owner{ID: 1}).Where(raw).Association("Tags")
		n := association.Count()
		return nil, n, association.Error
	}},
	{name: "generic Find", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tags, err := gorm.G[Tag](db).Where(raw).Find(context.Background())
		return ids(tags), 0, err
	}},
	{name: "generic Count", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := gorm.G[Tag](db).Where(raw).Count(context.Background(), "id")
		return nil, n, err
	}},
	{name: "generic Update", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := gorm.G[Tag](db).Where(raw).Update(context.Background(), "rank", 9)
		return nil, int64(n), err
	}},
	{name: "generic Delete", run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := gorm.G[Tag](db).Where(raw).Delete(context.Background())
		return nil, int64(n), err
	}},
	{name: "Of Find", trash: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		tags, err := softdelete.Of[Tag](db).Where(raw).Find(context.Background())
		return ids(tags), 0, err
	}},
	{name: "Of Count", trash: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := softdelete.Of[Tag](db).Where(raw).Count(context.Background())
		return nil, n, err
	}},
	{name: "Of Purge", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := softdelete.Of[Tag](db).Where(raw).Purge(context.Background())
		return nil, n, err
	}},
	{name: "Of Restore", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		n, err := softdelete.Of[Tag](db).Where(raw).Restore(context.Background())
		return nil, n, err
	}},
	{name: "Empty", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		report, err := softdelete.Of[Tag](db).Empty(context.Background(), softdelete.EmptyOptions{
			All: true, Where: func(tx *gorm.DB) *gorm.DB { return tx.Where(raw) },
		})
		return nil, report.Rows["tags"], err
	}},
	{name: "Empty, dry", trash: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		report, err := softdelete.Of[Tag](db).Empty(context.Background(), softdelete.EmptyOptions{
			All: true, DryRun: true, Where: func(tx *gorm.DB) *gorm.DB { return tx.Where(raw) },
		})
		return nil, report.Rows["tags"], err
	}},
	{name: "Undo", trash: true, frees: true, run: func(db *gorm.DB, raw string) ([]uint, int64, error) {
		undone, err := softdelete.Undo(db.Where(raw), uuid.MustParse("018f0000-0000-7000-8000-000000000002"))
		return nil, undone.Rows["tags"] * 2, err // of the two trashed tags it may bring back one
	}},
}

func joined(inner bool) func(*gorm.DB, string) ([]uint, int64, error) {
	return func(db *gorm.DB, raw string) (list []uint, _ int64, _ error) {
		var notes []Note
		condition := db.Session(&gorm.Session{NewDB: true}).Where(raw)
		tx := db.Joins("Tag", condition)
		if inner {
			tx = db.InnerJoins("Tag", condition)
		}
		err := tx.Find(&notes).Error
		for _, note := range notes {
			if note.Tag != nil {
				list = append(list, note.Tag.ID)
			}
		}
		return list, 0, err
	}
}

// check asserts what a verb may have seen and done.
func (w *world) check(t *testing.T, what string, trash, frees bool, seen []uint, n int64, err error) {
	t.Helper()
	changed := w.settle(t)
	if err != nil {
		assert.Empty(t, changed, "%s: changed rows and failed with %v", what, err)
		return
	}
	for _, id := range seen {
		assert.Equal(t, trash, id != liveTag, "%s: saw tag %d", what, id)
	}
	most := int64(1)
	if trash {
		most = 2
	}
	assert.LessOrEqual(t, n, most, "%s: counts %d rows", what, n)
	for _, row := range changed {
		require.NotEqual(t, "a row more", row, what)
		assert.Equal(t, frees, !w.isLive(row), "%s: changed %s", what, row)
	}
}

func TestNoVerbIsReachedAroundTheFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range hostile {
			for _, verb := range verbs {
				seen, n, err := verb.run(w.db.Where(raw))
				w.check(t, fmt.Sprintf("%s where %q", verb.name, raw), verb.trash, verb.frees, seen, n, err)
			}
			for _, verb := range conditional {
				seen, n, err := verb.run(w.db, raw)
				w.check(t, fmt.Sprintf("%s, %q", verb.name, raw), verb.trash, verb.frees, seen, n, err)
			}
		}
	})
}
