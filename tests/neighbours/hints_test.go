package neighbours_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/hints"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// alone is for what is no plugin, but clauses of a statement or types of fields.
func alone(*testing.T, *gorm.DB) any { return nil }

// A hint or a comment is in the SQL of whatever it was given to, and takes nothing from it.
func TestBesideHints(t *testing.T) {
	t.Parallel()
	const (
		comments = "/* before */ UPDATE /* update */"
		where    = " WHERE /* where */ "
	)
	statements := []struct {
		name  string
		run   func(db *gorm.DB) *gorm.DB
		parts []string
		rows  int64
	}{
		{"Find", func(db *gorm.DB) *gorm.DB { return db.Find(&[]beside.Author{}) }, []string{"SELECT /* select */ *", where, " IS NULL /* after */"}, 2},
		{"OnlyTrashed", func(db *gorm.DB) *gorm.DB { return db.Scopes(softdelete.OnlyTrashed).Find(&[]beside.Author{}) }, []string{"SELECT /* select */ *", where, " IS NOT NULL /* after */"}, 1},
		{"Update", func(db *gorm.DB) *gorm.DB { return db.Model(&beside.Author{}).Where("id < 9").Update("name", "x") }, []string{comments, where, " /* after */"}, 2},
		{"Delete", func(db *gorm.DB) *gorm.DB { return db.Delete(&beside.Author{ID: 1}) }, []string{comments, where, " IS NULL /* after */"}, 1},
		{"Restore", func(db *gorm.DB) *gorm.DB { return softdelete.Restore(db, &beside.Author{ID: 1}) }, []string{comments, where, " IS NOT NULL /* after */"}, 1},
		{"Delete by a condition", func(db *gorm.DB) *gorm.DB { return db.Where("author_id = 1").Delete(&beside.Book{}) }, []string{comments, where, " IS NULL /* after */"}, 1},
		{"Purge", func(db *gorm.DB) *gorm.DB { return softdelete.Purge(db, &beside.Author{ID: 3}) }, []string{"DELETE FROM ", where, " IS NOT NULL /* after */"}, 1},
		{"ForceDelete", func(db *gorm.DB) *gorm.DB { return softdelete.ForceDelete(db, &beside.Author{ID: 1}) }, []string{"DELETE FROM ", where, " /* after */"}, 1},
	}
	all := []clause.Expression{
		hints.Comment("select", "select"), hints.Comment("update", "update"), hints.CommentBefore("update", "before"),
		hints.Comment("where", "where"), hints.CommentAfter("where", "after"),
	}
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		for _, s := range statements {
			sql := w.DB.ToSQL(func(tx *gorm.DB) *gorm.DB { return s.run(tx.Clauses(all...)) })
			for _, part := range s.parts {
				require.Contains(t, sql, part, s.name)
			}
			tx := s.run(w.DB.Clauses(all...))
			require.NoError(t, tx.Error, s.name)
			require.Equal(t, s.rows, tx.RowsAffected, s.name)
		}
		// An optimizer's hint, by its own name.
		sql := w.DB.ToSQL(func(tx *gorm.DB) *gorm.DB {
			return tx.Clauses(hints.New("NO_INDEX_MERGE()")).Delete(&beside.Author{ID: 1})
		})
		require.Contains(t, sql, "UPDATE /*+ NO_INDEX_MERGE() */ ")
	})
}

// A handle whose statements all carry a comment holds the laws.
func TestBesideComments(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		w.DB = w.DB.Clauses(hints.Comment("where", "trace"), hints.CommentAfter("where", "trace"), hints.Comment("update", "trace")).Session(&gorm.Session{})
		w.HoldLaws(t)
	})
}

// What a comment of a WHERE closes or opens does not swallow the filter behind it.
func TestBesideCommentsThatOpen(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone}, func(t *testing.T, w *beside.World) {
		for _, comment := range []string{"x */ 1 = 1 -- ", "x */ 1 = 1 OR (", "x */ 'a' = 'a' OR 'b' = '"} {
			for _, hint := range []clause.Expression{hints.Comment("where", comment), hints.CommentBefore("where", "x */ WHERE 1 = 1 -- ")} {
				var authors []beside.Author
				require.ErrorIs(t, w.DB.Clauses(hint).Where("1 = 1").Find(&authors).Error, gorm.ErrInvalidData)
				require.Empty(t, authors)
				require.ErrorIs(t, w.DB.Clauses(hint).Where("1 = 1").Delete(&beside.Author{}).Error, gorm.ErrInvalidData)
				require.ErrorIs(t, softdelete.Purge(w.DB.Clauses(hint).Where("1 = 1"), &beside.Author{}).Error, gorm.ErrInvalidData)
				require.ErrorIs(t, w.DB.Model(&beside.Author{}).Clauses(hint).Where("1 = 1").Update("name", "x").Error, gorm.ErrInvalidData)
			}
		}
		w.Shows(t, []uint{1, 2}, []uint{11, 21})
		require.Equal(t, "1 2 3", w.Raw(t, "SELECT id FROM authors ORDER BY id"))
	})
}

// Index hints are MySQL's.
func TestBesideIndexHints(t *testing.T) {
	t.Parallel()
	beside.Each(t, beside.Plugin{Use: alone, Databases: []string{"mariadb"}}, func(t *testing.T, w *beside.World) {
		db := w.DB.Clauses(hints.UseIndex("PRIMARY")).Session(&gorm.Session{})
		var authors []beside.Author
		require.NoError(t, db.Find(&authors).Error)
		require.Len(t, authors, 2)
		sql := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return tx.Delete(&beside.Author{ID: 1}) })
		require.Contains(t, sql, "UPDATE `authors` USE INDEX (`PRIMARY`) SET ")
		tx := db.Delete(&beside.Author{ID: 1})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		w.Shows(t, []uint{2}, []uint{21})
		require.NoError(t, softdelete.Restore(db, &beside.Author{ID: 1}).Error)
		w.Shows(t, []uint{1, 2}, []uint{11, 21})
	})
}
