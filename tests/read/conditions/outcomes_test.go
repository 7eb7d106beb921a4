package conditions_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestACommentDoesNoHarm: a condition, or a join, that ends in one holds as if that
// were not there.
func TestACommentDoesNoHarm(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		comments := []string{" -- why", " -- it's (open", " /* it's (open */", "\n-- why\n"}
		if w.kind == "mysql" {
			comments = append(comments, " # why", " # it's (open")
		}
		for _, comment := range comments {
			var tags []Tag
			require.NoError(t, w.db.Where("name = 'a'"+comment).Where("id > 0"+comment).Find(&tags).Error, comment)
			require.Equal(t, []uint{1}, ids(tags), comment)
			require.NoError(t, w.db.Joins("JOIN owners ON owners.id = tags.owner_id"+comment).Find(&tags).Error, comment)
			require.Equal(t, []uint{1}, ids(tags), comment)
			tx := softdelete.Purge(w.db.Where("name = 'a'"+comment).Where("id = 2"), &Tag{})
			require.NoError(t, tx.Error, comment)
			require.EqualValues(t, 1, tx.RowsAffected, comment)
			require.Equal(t, []string{w.seed[1]}, w.settle(t), comment)
		}
	})
}

// TestWhatNothingHoldsIsRefused before it runs, with an error that says why and no
// value.
func TestWhatNothingHoldsIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for raw, why := range map[string]string{
			"name = 'a') OR (name = 'a'":   "closes a parenthesis that it does not open",
			"(name = 'a'":                  "opens a parenthesis that it does not close",
			"name = 'a":                    "ends within quotes",
			"name = 'a' /* why":            "ends within a comment",
			"name = 'a'; DELETE FROM tags": "has a semicolon",
			"name = 'a'\x00":               "has a zero byte",
		} {
			for _, run := range []func() *gorm.DB{
				func() *gorm.DB { return w.db.Where(raw).Find(&[]Tag{}) },
				func() *gorm.DB { return w.db.Where(raw).Model(&Tag{}).Update("rank", 9) },
				func() *gorm.DB { return w.db.Where(raw).Delete(&Tag{}) },
				func() *gorm.DB { return softdelete.Restore(w.db.Where(raw), &Tag{}) },
				func() *gorm.DB { return softdelete.Purge(w.db.Where(raw), &Tag{}) },
				func() *gorm.DB { return w.db.Session(&gorm.Session{DryRun: true}).Where(raw).Find(&[]Tag{}) },
			} {
				tx := run()
				require.ErrorIs(t, tx.Error, gorm.ErrInvalidData, raw)
				require.ErrorContains(t, tx.Error, "model Tag", raw)
				require.ErrorContains(t, tx.Error, why, raw)
				require.NotContains(t, tx.Error.Error(), "'a", raw)
				require.Empty(t, w.settle(t), raw)
			}
		}
	})
}

// TestAHandleKeepsItsOwnConditions: what was put around them is gone after a
// statement.
func TestAHandleKeepsItsOwnConditions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		q := w.db.Model(&Tag{}).Where("name = 'a' -- why").Or("id BETWEEN 7 AND 9 /* x */")
		var n int64
		require.NoError(t, q.Count(&n).Error)
		require.EqualValues(t, 1, n)
		for range 2 {
			var tags []Tag
			require.NoError(t, q.Find(&tags).Error)
			require.Equal(t, []uint{1}, ids(tags))
		}
		require.Equal(t, q.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Find(&[]Tag{}) }), q.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Find(&[]Tag{}) }))
	})
}
