package tenant_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
)

// changed is a state with the live and trashed rows of some tables in the place of those that it has.
func (s state) changed(to state) state {
	next := maps.Clone(s)
	maps.Copy(next, to)
	return next
}

// afterDelete is what is in the database once tenant a has deleted folder 1.
func afterDelete(before state) state {
	return before.changed(state{
		"folders":       {{"2", "3"}, {"1"}},
		"papers":        {{"12", "21"}, {"11"}},
		"notes":         {{"112", "121"}, {"111"}},
		"folder_labels": {{"2"}, {"1"}},
		"marks":         {{"2"}, {"1"}},
	})
}

func TestDeleteTakesATenantsOwnRows(t *testing.T) {
	t.Parallel()
	forms := map[string]func(db *gorm.DB) (int64, error){
		"a value":   func(db *gorm.DB) (int64, error) { tx := db.Delete(folder{ID: 1}); return tx.RowsAffected, tx.Error },
		"a pointer": func(db *gorm.DB) (int64, error) { tx := db.Delete(&folder{ID: 1}); return tx.RowsAffected, tx.Error },
		"a key":     func(db *gorm.DB) (int64, error) { tx := db.Delete(&folder{}, 1); return tx.RowsAffected, tx.Error },
		"a slice": func(db *gorm.DB) (int64, error) {
			tx := db.Delete(&[]folder{{ID: 1}, {ID: 2}})
			return tx.RowsAffected, tx.Error
		},
		"pointers": func(db *gorm.DB) (int64, error) {
			tx := db.Delete([]*folder{{ID: 2}, {ID: 1}})
			return tx.RowsAffected, tx.Error
		},
		"a condition": func(db *gorm.DB) (int64, error) {
			tx := db.Where("name = ?", "x").Delete(&folder{})
			return tx.RowsAffected, tx.Error
		},
		"an OR": func(db *gorm.DB) (int64, error) {
			tx := db.Where("id = 1").Or("id = 2").Delete(&folder{})
			return tx.RowsAffected, tx.Error
		},
		"a limit": func(db *gorm.DB) (int64, error) {
			tx := db.Where("name = ?", "x").Limit(2).Delete(&folder{})
			return tx.RowsAffected, tx.Error
		},
		"a subquery": func(db *gorm.DB) (int64, error) {
			tx := db.Where("id IN (?)", db.Model(&folder{}).Select("id").Where("name = ?", "x")).Delete(&folder{})
			return tx.RowsAffected, tx.Error
		},
		"no default": func(db *gorm.DB) (int64, error) {
			tx := db.Session(&gorm.Session{SkipDefaultTransaction: true}).Delete(&folder{ID: 1})
			return tx.RowsAffected, tx.Error
		},
		"prepared": func(db *gorm.DB) (int64, error) {
			tx := db.Session(&gorm.Session{PrepareStmt: true}).Delete(&folder{ID: 1})
			return tx.RowsAffected, tx.Error
		},
		"a transaction": func(db *gorm.DB) (n int64, err error) {
			err = db.Transaction(func(tx *gorm.DB) error { tx = tx.Delete(&folder{ID: 1}); n = tx.RowsAffected; return tx.Error })
			return n, err
		},
	}
	for name, run := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWorldOf(t, some, func(t *testing.T, w *world) {
				before := w.rows(t)
				n, err := run(w.a)
				require.NoError(t, err)
				require.EqualValues(t, 1, n)
				require.Equal(t, afterDelete(before), w.rows(t))
			})
		})
	}
	t.Run("generic", func(t *testing.T) {
		t.Parallel()
		// A handle's settings do not reach gorm.G.
		eachWorldOf(t, some, func(t *testing.T, w *world) {
			before := w.rows(t)
			n, err := gorm.G[folder](w.db).Where("name = ?", "x").Delete(ctxOf(w.a))
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.Equal(t, afterDelete(before), w.rows(t))
		})
	})
}

func TestDeleteInEachWay(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.rows(t)
		require.NoError(t, w.a.Where("name = ?", "x").Delete(&folder{}).Error)
		require.Equal(t, afterDelete(before), w.rows(t))
	})
}

func TestDeleteOfAnothersRowMatchesNothing(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.rows(t)
		value := folder{ID: 2}
		tx := w.a.Delete(&value)
		require.NoError(t, tx.Error)
		require.Zero(t, tx.RowsAffected)
		require.False(t, value.DeletedAt.Valid)
		require.Equal(t, before, w.rows(t))
	})
}

func TestDeleteOfATreeEndsAtAnothersRows(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		plan, err := softdelete.Preview(w.a, softdelete.OpSoftDelete, &node{ID: 1})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"nodes": 2}, plan.Rows)
		require.NoError(t, w.a.Delete(&node{ID: 1}).Error)
		require.Equal(t, [2][]string{{"3", "4"}, {"1", "2"}}, w.rows(t)["nodes"])
	})
}

func TestSelectedRelationsOfADeleteAreATenantsOwn(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.rows(t)
		require.NoError(t, w.a.Select("Papers", "Papers.Notes", "Labels", "Marks", "Cover").Delete(&folder{ID: 1}).Error)
		require.Equal(t, afterDelete(before), w.rows(t))
	})
}

// A cascade takes along what a query of the child's shows, whatever else its type narrows down.
func TestCascadeHeedsTheChildsQueryClauses(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, []way{byQueries}, func(t *testing.T, w *world) {
		before := w.rows(t)
		require.NoError(t, w.a.Delete(&folder{ID: 1}).Error)
		require.Equal(t, afterDelete(before), w.rows(t))
	})
}

func TestPreviewOfADeleteCountsATenantsOwnRows(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		before := w.rows(t)
		plan, err := softdelete.Preview(w.a.Where("name = ?", "x"), softdelete.OpSoftDelete, &folder{})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"folders": 1, "papers": 1, "notes": 1, "folder_labels": 1, "marks": 1}, plan.Rows)
		require.Equal(t, before, w.rows(t))
	})
}

func TestDeleteWithoutAConditionOfItsOwnIsRefused(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, []way{byType, byScoped, byOnce, byText, bySetting}, func(t *testing.T, w *world) {
		before := w.rows(t)
		require.ErrorIs(t, w.a.Delete(&folder{}).Error, gorm.ErrMissingWhereClause)
		require.ErrorIs(t, softdelete.Restore(w.a, &folder{}).Error, gorm.ErrMissingWhereClause)
		require.ErrorIs(t, softdelete.Purge(w.a, &folder{}).Error, gorm.ErrMissingWhereClause)
		require.Equal(t, before, w.rows(t))
	})
}
