package tenant_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
)

// revived is what a revive does with a row of tenant a's, and leaves of one of b's.
func TestReviveBringsBackATenantsOwnRows(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, all, func(t *testing.T, w *world) {
		w.trashAll(t)
		trashed := w.rows(t)
		own := folder{ID: 3, Name: "again"}
		if w.way == bySetting || w.way == byCallback || w.way == byWrites {
			own.Tenant = "a"
		}
		tx := w.a.Scopes(softdelete.Revive).Create(&own)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		require.Equal(t, trashed.changed(state{"folders": {{"3"}, {"1", "2"}}}), w.rows(t))
		var stored folder
		require.NoError(t, w.db.First(&stored, 3).Error)
		require.Equal(t, "again", stored.Name)
		require.EqualValues(t, "a", stored.Tenant, "what a type gives to new rows")

		// Another's row is in the way as one that is live.
		for _, values := range []any{&folder{ID: 2, Name: "mine", Tenant: "a"}, &[]folder{{ID: 1, Tenant: "a"}, {ID: 2, Tenant: "a"}}} {
			require.Error(t, w.a.Scopes(softdelete.Revive).Create(values).Error)
			require.Equal(t, trashed.changed(state{"folders": {{"3"}, {"1", "2"}}}), w.rows(t))
		}
	})
}

// An upsert that meets a trashed row says so, whosever that is: it would do nothing otherwise, and not say so.
func TestUpsertsThatMeetAnothersTrashedRowSaySo(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, ways, func(t *testing.T, w *world) {
		w.trashAll(t)
		trashed := w.rows(t)
		update := clause.OnConflict{UpdateAll: true}
		for name, run := range map[string]func() error{
			"save": func() error { return w.a.Save(&folder{ID: 2, Name: "mine", Tenant: "a"}).Error },
			"save of a slice": func() error {
				return w.a.Save(&[]folder{{ID: 2, Name: "mine", Tenant: "a"}, {ID: 9, Name: "new", Tenant: "a"}}).Error
			},
			"upsert": func() error { return w.a.Clauses(update).Create(&folder{ID: 2, Name: "mine", Tenant: "a"}).Error },
			"upserts": func() error {
				return w.a.Clauses(update).Create(&[]folder{{ID: 2, Name: "mine", Tenant: "a"}, {ID: 9, Tenant: "a"}}).Error
			},
			"generic": func() error {
				return gorm.G[folder](w.db, update).Create(ctxOf(w.a), &folder{ID: 2, Name: "mine", Tenant: "a"})
			},
		} {
			require.ErrorIs(t, run(), softdelete.ErrTrashed, name)
			require.Equal(t, trashed, w.rows(t), name)
		}
		var stored folder
		require.NoError(t, w.db.Unscoped().First(&stored, 2).Error)
		require.Equal(t, "x", stored.Name)
		require.EqualValues(t, "b", stored.Tenant)
	})
}

func TestLinkingAgainRevivesATenantsOwnLinks(t *testing.T) {
	t.Parallel()
	eachWorldOf(t, []way{byType, byScoped, byOnce, byText, byCallback}, func(t *testing.T, w *world) {
		require.NoError(t, w.db.Where("1 = 1").Delete(&folderLabel{}).Error)
		require.Equal(t, [2][]string{nil, {"1", "2"}}, w.rows(t)["folder_labels"])
		require.NoError(t, w.a.Model(&folder{ID: 1}).Association("Labels").Append(&label{ID: 1}))
		require.Equal(t, [2][]string{{"1"}, {"2"}}, w.rows(t)["folder_labels"])
		// Nothing would be linked otherwise, and nothing said.
		require.ErrorIs(t, w.a.Model(&folder{ID: 1}).Association("Labels").Append(&label{ID: 2}), softdelete.ErrTrashed)
		require.Equal(t, [2][]string{{"1"}, {"2"}}, w.rows(t)["folder_labels"])
	})
}
