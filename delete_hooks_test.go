package softdelete_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// aHooked is a model with every hook; each calls Run, if the value has one.
type aHooked struct {
	ID    uint `gorm:"primaryKey;autoIncrement:false"`
	Title string
	softdelete.Tracked
	Run func(hook string, h *aHooked, tx *gorm.DB) error `gorm:"-"`
}

func (h *aHooked) run(hook string, tx *gorm.DB) error {
	if h.Run == nil {
		return nil
	}
	return h.Run(hook, h, tx)
}

func (h *aHooked) BeforeDelete(tx *gorm.DB) error  { return h.run("BeforeDelete", tx) }
func (h *aHooked) AfterDelete(tx *gorm.DB) error   { return h.run("AfterDelete", tx) }
func (h *aHooked) BeforeUpdate(tx *gorm.DB) error  { return h.run("BeforeUpdate", tx) }
func (h *aHooked) AfterUpdate(tx *gorm.DB) error   { return h.run("AfterUpdate", tx) }
func (h *aHooked) BeforeSave(tx *gorm.DB) error    { return h.run("BeforeSave", tx) }
func (h *aHooked) AfterSave(tx *gorm.DB) error     { return h.run("AfterSave", tx) }
func (h *aHooked) BeforeCreate(tx *gorm.DB) error  { return h.run("BeforeCreate", tx) }
func (h *aHooked) AfterCreate(tx *gorm.DB) error   { return h.run("AfterCreate", tx) }
func (h *aHooked) BeforeRestore(tx *gorm.DB) error { return h.run("BeforeRestore", tx) }
func (h *aHooked) AfterRestore(tx *gorm.DB) error  { return h.run("AfterRestore", tx) }
func (h *aHooked) BeforePurge(tx *gorm.DB) error   { return h.run("BeforePurge", tx) }
func (h *aHooked) AfterPurge(tx *gorm.DB) error    { return h.run("AfterPurge", tx) }

// aTrace is a row that a hook writes, to see whether it is rolled back with the rest.
type aTrace struct {
	ID   uint `gorm:"primaryKey;autoIncrement:false"`
	Hook string
}

// theHooked are made anew: 1 to 3 live, 4 and 5 trashed.
func theHooked(t *testing.T, db *gorm.DB) {
	t.Helper()
	db = db.Session(&gorm.Session{NewDB: true})
	require.NoError(t, db.Exec("DELETE FROM a_hookeds").Error)
	require.NoError(t, db.Exec("DELETE FROM a_traces").Error)
	for id := range uint(5) {
		require.NoError(t, db.Create(&aHooked{ID: id + 1, Title: string(rune('a' + id))}).Error)
	}
	ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "before"), "long ago")
	require.NoError(t, db.WithContext(ctx).Delete(&aHooked{}, []uint{4, 5}).Error)
}

func bys(t *testing.T, db *gorm.DB) []string {
	t.Helper()
	return column[string](t, db, "SELECT coalesce(deleted_by, '-') FROM a_hookeds ORDER BY id")
}

func TestDeleteHooksRunAsInGORM(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		theHooked(t, db)
		var ran []string
		var operations []softdelete.Operation
		note := func(hook string, _ *aHooked, tx *gorm.DB) error {
			ran = append(ran, hook)
			operations = append(operations, softdelete.OperationOf(tx))
			return nil
		}
		require.NoError(t, db.Delete(&aHooked{ID: 1, Run: note}).Error)
		require.Equal(t, []string{"BeforeDelete", "AfterDelete"}, ran)
		require.Equal(t, []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpSoftDelete}, operations)

		ran, operations = nil, nil
		require.NoError(t, db.Delete(&[]aHooked{{ID: 2, Run: note}, {ID: 4, Run: note}}).Error)
		require.Equal(t, []string{"BeforeDelete", "BeforeDelete", "AfterDelete", "AfterDelete"}, ran)

		ran = nil
		require.NoError(t, db.Session(&gorm.Session{SkipHooks: true}).Delete(&aHooked{ID: 3, Run: note}).Error)
		require.Empty(t, ran)

		theHooked(t, db)
		ran, operations = nil, nil
		require.NoError(t, db.Unscoped().Delete(&aHooked{ID: 1, Run: note}).Error)
		require.Equal(t, []string{"BeforeDelete", "AfterDelete"}, ran)
		require.Equal(t, []softdelete.Operation{softdelete.OpForceDelete, softdelete.OpForceDelete}, operations)
	})
}

func TestBeforeDeleteSetsTracking(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		ctx := softdelete.WithReason(softdelete.WithActor(t.Context(), "context"), "context")
		direct := func(hook string, h *aHooked, _ *gorm.DB) error {
			if hook == "BeforeDelete" {
				by := "direct"
				h.DeletedBy = &by
			}
			return nil
		}
		setColumn := func(hook string, _ *aHooked, tx *gorm.DB) error {
			if hook == "BeforeDelete" {
				tx.Statement.SetColumn("DeletedBy", "column")
				tx.Statement.SetColumn("delete_reason", "reason")
			}
			return nil
		}
		theHooked(t, db)
		one := aHooked{ID: 1, Run: direct}
		var d softdelete.Deletion
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&one).Error)
		require.Equal(t, "direct", *one.DeletedBy)
		require.Equal(t, "context", *one.DeleteReason)
		require.Equal(t, "direct", d.By)
		two := aHooked{ID: 2, Run: setColumn}
		require.NoError(t, db.WithContext(ctx).Scopes(softdelete.Into(&d)).Delete(&two).Error)
		require.Equal(t, "column", *two.DeletedBy)
		require.Equal(t, "reason", *two.DeleteReason)
		require.Equal(t, "reason", d.Reason)
		require.Equal(t, []string{"direct", "column", "-", "before", "before"}, bys(t, db))
		require.Equal(t, []string{"context", "reason"}, column[string](t, db, "SELECT delete_reason FROM a_hookeds WHERE id < 3 ORDER BY id"))

		theHooked(t, db)
		slice := []aHooked{{ID: 4, Run: direct}, {ID: 3, Run: setColumn}, {ID: 1, Run: direct}, {ID: 2}}
		require.EqualValues(t, 3, db.WithContext(ctx).Delete(&slice).RowsAffected)
		require.Equal(t, []string{"direct", "context", "column", "before", "before"}, bys(t, db))
		require.Nil(t, slice[0].DeletedBy, "its row was trashed before")
		require.Equal(t, "column", *slice[1].DeletedBy)
		require.Equal(t, "direct", *slice[2].DeletedBy)
		require.Equal(t, "context", *slice[3].DeletedBy)

		theHooked(t, db)
		pointers := []*aHooked{{ID: 1, Run: setColumn}, {ID: 2, Run: direct}}
		require.NoError(t, db.Delete(pointers).Error)
		require.Equal(t, []string{"column", "direct", "-", "before", "before"}, bys(t, db))

		theHooked(t, db)
		empty := aHooked{Run: direct}
		require.NoError(t, db.Where("id < 3").Delete(&empty).Error)
		require.Equal(t, []string{"direct", "direct", "-", "before", "before"}, bys(t, db))
		require.False(t, empty.DeletedAt.Valid)
		require.Nil(t, empty.DeletedBy, "it stands for no row")
	})
}

func TestStaleTrackingIsNotTakenForNew(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		theHooked(t, db)
		var stale, other aHooked
		require.NoError(t, db.Unscoped().First(&stale, 4).Error)
		require.NoError(t, db.Unscoped().First(&other, 5).Error)
		require.Equal(t, "before", *stale.DeletedBy)
		require.NoError(t, softdelete.Restore(db, &aHooked{}, []uint{4, 5}).Error)
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
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		theHooked(t, db)
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
		is(softdelete.OpSoftDelete, db.Delete(&aHooked{ID: 1}))
		is(softdelete.OpRestore, softdelete.Restore(db, &aHooked{ID: 1}))
		is(softdelete.OpPurge, softdelete.Purge(db, &aHooked{ID: 4}))
		is(softdelete.OpForceDelete, softdelete.ForceDelete(db, &aHooked{ID: 5}))
		is(softdelete.OpForceDelete, db.Unscoped().Delete(&aHooked{ID: 3}))
		is(softdelete.OpNone, db.Model(&aHooked{ID: 1}).Update("title", "t"))
		is(softdelete.OpNone, db.Save(&aHooked{ID: 1}))
		is(softdelete.OpNone, db.First(&aHooked{ID: 1}))
		is(softdelete.OpNone, db.Create(&aHooked{ID: 9}))
		require.Equal(t, softdelete.OpNone, softdelete.OperationOf(nil))

		var inner softdelete.Operation
		is(softdelete.OpSoftDelete, db.Delete(&aHooked{ID: 9, Run: func(hook string, _ *aHooked, tx *gorm.DB) error {
			return tx.Callback().Update().Before("gorm:update").Replace("test:update", func(tx *gorm.DB) { inner = softdelete.OperationOf(tx) })
		}}))
		require.NoError(t, db.Model(&aHooked{}).Where("id = 2").Update("title", "t").Error)
		require.Equal(t, softdelete.OpNone, inner)
	})
}
