package delete_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func bys(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return tables.Column[string](t, db, "SELECT coalesce(deleted_by, '-') FROM a_hookeds ORDER BY id")
}

func TestDeleteHooksRunAsInGORM(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		models.TheHooked(t, db)
		var ran []string
		var operations []softdelete.Operation
		note := func(hook string, _ *models.AHooked, tx *gorm.DB) error {
			ran = append(ran, hook)
			operations = append(operations, softdelete.OperationOf(tx))
			return nil
		}
		require.NoError(t, db.Delete(&models.AHooked{ID: 1, Run: note}).Error)
		require.Equal(t, []string{"BeforeDelete", "AfterDelete"}, ran)
		require.Equal(t, []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpSoftDelete}, operations)

		ran, operations = nil, nil
		require.NoError(t, db.Delete(&[]models.AHooked{{ID: 2, Run: note}, {ID: 4, Run: note}}).Error)
		require.Equal(t, []string{"BeforeDelete", "BeforeDelete", "AfterDelete", "AfterDelete"}, ran)

		ran = nil
		require.NoError(t, db.Session(&gorm.Session{SkipHooks: true}).Delete(&models.AHooked{ID: 3, Run: note}).Error)
		require.Empty(t, ran)

		models.TheHooked(t, db)
		ran, operations = nil, nil
		require.NoError(t, db.Unscoped().Delete(&models.AHooked{ID: 1, Run: note}).Error)
		require.Equal(t, []string{"BeforeDelete", "AfterDelete"}, ran)
		require.Equal(t, []softdelete.Operation{softdelete.OpForceDelete, softdelete.OpForceDelete}, operations)
	})
}

func TestBeforeDeleteSetsTracking(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "context"), "context")
		direct := func(hook string, h *models.AHooked, _ *gorm.DB) error {
			if hook == "BeforeDelete" {
				by := "direct"
				h.DeletedBy = &by
			}
			return nil
		}
		setColumn := func(hook string, _ *models.AHooked, tx *gorm.DB) error {
			if hook == "BeforeDelete" {
				tx.Statement.SetColumn("DeletedBy", "column")
				tx.Statement.SetColumn("delete_reason", "reason")
			}
			return nil
		}
		models.TheHooked(t, db)
		one := models.AHooked{ID: 1, Run: direct}
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&one).Error)
		require.Equal(t, "direct", *one.DeletedBy)
		require.Equal(t, "context", *one.DeleteReason)
		require.Equal(t, "direct", d.By)
		two := models.AHooked{ID: 2, Run: setColumn}
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&two).Error)
		require.Equal(t, "column", *two.DeletedBy)
		require.Equal(t, "reason", *two.DeleteReason)
		require.Equal(t, "reason", d.Reason)
		require.Equal(t, []string{"direct", "column", "-", "before", "before"}, bys(t, db))
		require.Equal(t, []string{"context", "reason"}, tables.Column[string](t, db, "SELECT delete_reason FROM a_hookeds WHERE id < 3 ORDER BY id"))

		models.TheHooked(t, db)
		slice := []models.AHooked{{ID: 4, Run: direct}, {ID: 3, Run: setColumn}, {ID: 1, Run: direct}, {ID: 2}}
		require.EqualValues(t, 3, db.WithContext(ctx).Delete(&slice).RowsAffected)
		require.Equal(t, []string{"direct", "context", "column", "before", "before"}, bys(t, db))
		require.Nil(t, slice[0].DeletedBy, "its row was trashed before")
		require.Equal(t, "column", *slice[1].DeletedBy)
		require.Equal(t, "direct", *slice[2].DeletedBy)
		require.Equal(t, "context", *slice[3].DeletedBy)

		models.TheHooked(t, db)
		pointers := []*models.AHooked{{ID: 1, Run: setColumn}, {ID: 2, Run: direct}}
		require.NoError(t, db.Delete(pointers).Error)
		require.Equal(t, []string{"column", "direct", "-", "before", "before"}, bys(t, db))

		models.TheHooked(t, db)
		empty := models.AHooked{Run: direct}
		require.NoError(t, db.Where("id < 3").Delete(&empty).Error)
		require.Equal(t, []string{"direct", "direct", "-", "before", "before"}, bys(t, db))
		require.False(t, empty.DeletedAt.Valid)
		require.Nil(t, empty.DeletedBy, "it stands for no row")
	})
}

func TestStaleTrackingIsNotTakenForNew(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		models.TheHooked(t, db)
		var stale, other models.AHooked
		require.NoError(t, db.Unscoped().First(&stale, 4).Error)
		require.NoError(t, db.Unscoped().First(&other, 5).Error)
		require.Equal(t, "before", *stale.DeletedBy)
		require.NoError(t, softdelete.Restore(db, &models.AHooked{}, []uint{4, 5}).Error)
		require.NoError(t, db.Delete(&stale).Error)
		require.NoError(t, db.WithContext(softdelete.WithActor(t.Context(), "now")).Delete(&other).Error)
		require.Equal(t, []string{"-", "-", "-", "-", "now"}, bys(t, db))
		require.Nil(t, stale.DeletedBy)
		require.Nil(t, stale.DeleteReason)
		require.Equal(t, "now", *other.DeletedBy)
	})
}

func TestOperationOfInCallbacks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.AHooked{}, &models.ATrace{})
		models.TheHooked(t, db)
		var seen []softdelete.Operation
		see := func(tx *gorm.DB) {
			if tx.Statement.Table == "a_hookeds" {
				seen = append(seen, softdelete.OperationOf(tx))
			}
		}
		callbacks := db.Callback()
		require.NoError(t, callbacks.Delete().Before("gorm:delete").Register("test:delete", see))
		require.NoError(t, callbacks.Delete().After("gorm:after_delete").Register("test:after_delete", see))
		require.NoError(t, callbacks.Update().Before("gorm:update").Register("test:update", see))
		require.NoError(t, callbacks.Update().After("gorm:after_update").Register("test:after_update", see))
		require.NoError(t, callbacks.Query().Before("gorm:query").Register("test:query", see))
		require.NoError(t, callbacks.Create().Before("gorm:create").Register("test:create", see))
		is := func(operation softdelete.Operation, tx *gorm.DB) {
			t.Helper()
			require.NoError(t, tx.Error)
			require.NotEmpty(t, seen)
			seen = slices.Compact(seen)
			require.Equal(t, []softdelete.Operation{operation}, seen)
			seen = nil
		}
		is(softdelete.OpSoftDelete, db.Delete(&models.AHooked{ID: 1}))
		is(softdelete.OpRestore, softdelete.Restore(db, &models.AHooked{ID: 1}))
		is(softdelete.OpPurge, softdelete.Purge(db, &models.AHooked{ID: 4}))
		is(softdelete.OpForceDelete, softdelete.ForceDelete(db, &models.AHooked{ID: 5}))
		is(softdelete.OpForceDelete, db.Unscoped().Delete(&models.AHooked{ID: 3}))
		is(softdelete.OpNone, db.Model(&models.AHooked{ID: 1}).Update("title", "t"))
		is(softdelete.OpNone, db.Save(&models.AHooked{ID: 1}))
		is(softdelete.OpNone, db.First(&models.AHooked{ID: 1}))
		is(softdelete.OpNone, db.Create(&models.AHooked{ID: 9}))
		require.Equal(t, softdelete.OpNone, softdelete.OperationOf(nil))

		var inner softdelete.Operation
		is(softdelete.OpSoftDelete, db.Delete(&models.AHooked{ID: 9, Run: func(hook string, _ *models.AHooked, tx *gorm.DB) error {
			return tx.Callback().Update().Before("gorm:update").Replace("test:update", func(tx *gorm.DB) { inner = softdelete.OperationOf(tx) })
		}}))
		require.NoError(t, db.Model(&models.AHooked{}).Where("id = 2").Update("title", "t").Error)
		require.Equal(t, softdelete.OpNone, inner)
	})
}
