package softdelete_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

var errHook = errors.New("the hook says no")

// handles are the ways in which a handle can be about transactions.
func handles(t *testing.T, db *gorm.DB) map[string]func(run func(*gorm.DB) error) error {
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

// usable fails the test if a connection was not given back: the pool has one.
func usable(t *testing.T, db *gorm.DB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var n int64
	require.NoError(t, db.WithContext(ctx).Model(&aHooked{}).Count(&n).Error)
	require.EqualValues(t, 3, n)
}

// failing are hooks that write, and then fail in one of them.
func failing(in string, fail func() error) func(string, *aHooked, *gorm.DB) error {
	return func(hook string, h *aHooked, tx *gorm.DB) error {
		id := h.ID*10 + 1
		if hook[0] == 'A' {
			id++
		}
		by := "hook"
		h.DeletedBy = &by
		if err := tx.Create(&aTrace{ID: id, Hook: hook}).Error; err != nil {
			return err
		}
		if hook == in {
			return fail()
		}
		return nil
	}
}

// verbs are the writes that run hooks, with the value's key.
var verbs = []struct {
	name          string
	id            uint
	before, after string
	run           func(*gorm.DB, any) *gorm.DB
}{
	{"delete", 1, "BeforeDelete", "AfterDelete", func(db *gorm.DB, v any) *gorm.DB { return db.Delete(v) }},
	{"unscoped delete", 1, "BeforeDelete", "AfterDelete", func(db *gorm.DB, v any) *gorm.DB { return db.Unscoped().Delete(v) }},
	{"restore", 4, "BeforeRestore", "AfterRestore", func(db *gorm.DB, v any) *gorm.DB { return softdelete.Restore(db, v) }},
	{"purge", 4, "BeforePurge", "AfterPurge", func(db *gorm.DB, v any) *gorm.DB { return softdelete.Purge(db, v) }},
	{"force delete", 1, "BeforePurge", "AfterPurge", func(db *gorm.DB, v any) *gorm.DB { return softdelete.ForceDelete(db, v) }},
}

func TestHookErrorUndoesAll(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for _, verb := range verbs {
			for _, hook := range []string{verb.before, verb.after} {
				for kind, with := range handles(t, db) {
					name := verb.name + ", " + hook + ", " + kind
					theHooked(t, db)
					before := stored(t, db, "a_hookeds", "id")
					value := aHooked{ID: verb.id, Title: "mine", Run: failing(hook, func() error { return errHook })}
					slice := []aHooked{{ID: verb.id + 1}, {ID: verb.id, Run: value.Run}}
					require.ErrorIs(t, with(func(tx *gorm.DB) error { return verb.run(tx, &value).Error }), errHook, name)
					require.ErrorIs(t, with(func(tx *gorm.DB) error { return verb.run(tx, &slice).Error }), errHook, name)
					require.Equal(t, before, stored(t, db, "a_hookeds", "id"), name)
					require.Empty(t, stored(t, db, "a_traces", "id"), name)
					if verb.name == "delete" {
						require.Equal(t, softdelete.Tracked{}, value.Tracked, "%s: the value is as it was", name)
						require.Equal(t, softdelete.Tracked{}, slice[0].Tracked, name)
						require.Equal(t, softdelete.Tracked{}, slice[1].Tracked, name)
					}
					usable(t, db)
				}
			}
		}
	})
}

func TestHookPanicUndoesAllAndGoesOn(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		pool, err := db.DB()
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		for _, verb := range verbs {
			for _, hook := range []string{verb.before, verb.after} {
				for kind, with := range handles(t, db) {
					name := verb.name + ", " + hook + ", " + kind
					theHooked(t, db)
					before := stored(t, db, "a_hookeds", "id")
					value := aHooked{ID: verb.id, Run: failing(hook, func() error { panic(errHook) })}
					require.PanicsWithValue(t, errHook, func() {
						_ = with(func(tx *gorm.DB) error { return verb.run(tx, &value).Error })
					}, name)
					require.Equal(t, before, stored(t, db, "a_hookeds", "id"), name)
					require.Empty(t, stored(t, db, "a_traces", "id"), name)
					if verb.name == "delete" {
						require.Equal(t, softdelete.Tracked{}, value.Tracked, name)
					}
					usable(t, db)
					require.EqualValues(t, 1, db.Delete(&aHooked{ID: 2}).RowsAffected, "%s: the handle stays usable", name)
				}
			}
		}
	})
}

func TestHookPanicCaughtInsideACallersTransaction(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		db := withPlugin(t, open, softdelete.Config{}, &aHooked{}, &aTrace{})
		for _, verb := range verbs {
			for _, hook := range []string{verb.before, verb.after} {
				theHooked(t, db)
				before := stored(t, db, "a_hookeds", "id")
				require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
					require.Panics(t, func() {
						verb.run(tx, &aHooked{ID: verb.id, Run: failing(hook, func() error { panic(errHook) })})
					})
					return tx.Create(&aTrace{ID: 99}).Error
				}))
				require.Equal(t, before, stored(t, db, "a_hookeds", "id"), "%s, %s", verb.name, hook)
				require.Equal(t, []int{99}, column[int](t, db, "SELECT id FROM a_traces"), "%s, %s", verb.name, hook)
			}
		}
	})
}
