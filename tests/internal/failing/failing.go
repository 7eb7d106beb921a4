// Package failing makes verbs fail, by hooks and by what happens to their handles.
package failing

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

var ErrHook = errors.New("the hook says no")

// Handles are the ways in which a handle can be about transactions.
func Handles(t *testing.T, db *gorm.DB) map[string]func(run func(*gorm.DB) error) error {
	t.Helper()
	return map[string]func(run func(*gorm.DB) error) error{
		"default": func(run func(*gorm.DB) error) error { return run(db) },
		"none": func(run func(*gorm.DB) error) error {
			return run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
		},
		"prepared": func(run func(*gorm.DB) error) error { return run(db.Session(&gorm.Session{PrepareStmt: true})) },
		"prepared, none": func(run func(*gorm.DB) error) error {
			return run(db.Session(&gorm.Session{PrepareStmt: true, SkipDefaultTransaction: true}))
		},
		// The caller goes on after the error: what failed has to be undone all the same.
		"caller's": func(run func(*gorm.DB) error) error {
			var inner error
			require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
				inner = run(tx)
				return tx.Exec("INSERT INTO a_traces (id, hook) VALUES (99, 'caller')").Error
			}))
			require.NoError(t, db.Exec("DELETE FROM a_traces WHERE id = 99").Error)
			return inner
		},
		"caller's, prepared": func(run func(*gorm.DB) error) error {
			var inner error
			require.NoError(t, db.Session(&gorm.Session{PrepareStmt: true}).Transaction(func(tx *gorm.DB) error {
				inner = run(tx)
				return tx.Exec("INSERT INTO a_traces (id, hook) VALUES (?, 'caller')", 99).Error
			}))
			require.NoError(t, db.Exec("DELETE FROM a_traces WHERE id = 99").Error)
			return inner
		},
		"caller's, none": func(run func(*gorm.DB) error) error {
			var inner error
			require.NoError(t, db.Session(&gorm.Session{SkipDefaultTransaction: true}).Transaction(func(tx *gorm.DB) error {
				inner = run(tx)
				return nil
			}))
			return inner
		},
	}
}

// Usable fails the test if a connection was not given back: the pool has one.
func Usable(t *testing.T, db *gorm.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var n int64
	require.NoError(t, db.WithContext(ctx).Model(&models.AHooked{}).Count(&n).Error)
	require.EqualValues(t, 3, n)
}

// Failing are hooks that write, and then fail in one of them.
func Failing(in string, fail func() error) func(string, *models.AHooked, *gorm.DB) error {
	return func(hook string, h *models.AHooked, tx *gorm.DB) error {
		id := h.ID*10 + 1
		if hook[0] == 'A' {
			id++
		}
		by := "hook"
		h.DeletedBy = &by
		if err := tx.Create(&models.ATrace{ID: id, Hook: hook}).Error; err != nil {
			return err
		}
		if hook == in {
			return fail()
		}
		return nil
	}
}

// Verbs are the writes that run hooks, with the value's key.
var Verbs = []struct {
	Name          string
	ID            uint
	Before, After string
	Run           func(*gorm.DB, any) *gorm.DB
}{
	{"delete", 1, "BeforeDelete", "AfterDelete", func(db *gorm.DB, v any) *gorm.DB { return db.Delete(v) }},
	{"unscoped delete", 1, "BeforeDelete", "AfterDelete", func(db *gorm.DB, v any) *gorm.DB { return db.Unscoped().Delete(v) }},
	{"restore", 4, "BeforeRestore", "AfterRestore", func(db *gorm.DB, v any) *gorm.DB { return softdelete.Restore(db, v) }},
	{"purge", 4, "BeforePurge", "AfterPurge", func(db *gorm.DB, v any) *gorm.DB { return softdelete.Purge(db, v) }},
	{"force delete", 1, "BeforePurge", "AfterPurge", func(db *gorm.DB, v any) *gorm.DB { return softdelete.ForceDelete(db, v) }},
}
