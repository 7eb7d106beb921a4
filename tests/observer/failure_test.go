package observer_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
	"github.com/gorm-softdelete/softdelete/tests/internal/watch"
)

var errObserver = errors.New("the observer says no")

// observed are the operations of which an observer is told, all on the blog's first user, with what has to be done before.
func observed(t *testing.T) map[string]struct {
	trash bool
	run   func(db *gorm.DB, id uuid.UUID) error
} {
	t.Helper()
	type test = struct {
		trash bool
		run   func(db *gorm.DB, id uuid.UUID) error
	}
	bin := func(db *gorm.DB) softdelete.Bin[testmodels.BlogUser] { return softdelete.Of[testmodels.BlogUser](db) }
	trash := func(db *gorm.DB) *softdelete.Trash {
		trash, err := softdelete.OpenTrash(db)
		require.NoError(t, err)
		return trash
	}
	return map[string]test{
		"delete":       {false, func(db *gorm.DB, _ uuid.UUID) error { return db.Delete(&testmodels.BlogUser{ID: 1}).Error }},
		"delete where": {false, func(db *gorm.DB, _ uuid.UUID) error { return db.Where("id = 1").Delete(&testmodels.BlogUser{}).Error }},
		"restore":      {true, func(db *gorm.DB, _ uuid.UUID) error { return softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error }},
		"undo":         {true, func(db *gorm.DB, id uuid.UUID) error { return handles.Second(softdelete.Undo(db, id)) }},
		"purge":        {true, func(db *gorm.DB, _ uuid.UUID) error { return softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error }},
		"force delete": {false, func(db *gorm.DB, _ uuid.UUID) error {
			return softdelete.ForceDelete(db, &testmodels.BlogUser{ID: 1}).Error
		}},
		"Unscoped delete": {false, func(db *gorm.DB, _ uuid.UUID) error {
			return db.Unscoped().Delete(&testmodels.BlogComment{}, []uint{1, 2}).Error
		}},
		"bin's restore":    {true, func(db *gorm.DB, _ uuid.UUID) error { return handles.Second(bin(db).Restore(db.Statement.Context, 1)) }},
		"bin's purge":      {true, func(db *gorm.DB, _ uuid.UUID) error { return handles.Second(bin(db).Purge(db.Statement.Context, 1)) }},
		"bin's RestoreAll": {true, func(db *gorm.DB, _ uuid.UUID) error { return handles.Second(bin(db).RestoreAll(db.Statement.Context)) }},
		"trash's Undo":     {true, func(db *gorm.DB, id uuid.UUID) error { return handles.Second(trash(db).Undo(db.Statement.Context, id)) }},
		"trash's RestoreAll": {true, func(db *gorm.DB, _ uuid.UUID) error {
			return handles.Second(trash(db).RestoreAll(db.Statement.Context))
		}},
	}
}

// ways are the ways in which a handle can be about transactions. In the caller's own the caller goes on after the error.
func ways(t *testing.T, db *gorm.DB) map[string]func(run func(*gorm.DB) error) error {
	t.Helper()
	own := func(db *gorm.DB) func(run func(*gorm.DB) error) error {
		return func(run func(*gorm.DB) error) (inner error) {
			require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
				inner = run(tx)
				return tx.Exec("UPDATE blog_users SET name = 'goes on' WHERE id = 2").Error
			}))
			require.Equal(t, []string{"goes on"}, tables.Column[string](t, db, "SELECT name FROM blog_users WHERE id = 2"))
			require.NoError(t, db.Exec("UPDATE blog_users SET name = 'u' WHERE id = 2").Error)
			return inner
		}
	}
	none := db.Session(&gorm.Session{SkipDefaultTransaction: true})
	prepared := db.Session(&gorm.Session{PrepareStmt: true})
	return map[string]func(run func(*gorm.DB) error) error{
		"default":            func(run func(*gorm.DB) error) error { return run(db) },
		"none":               func(run func(*gorm.DB) error) error { return run(none) },
		"prepared":           func(run func(*gorm.DB) error) error { return run(prepared) },
		"caller's":           own(db),
		"caller's, none":     own(none),
		"caller's, prepared": own(prepared),
	}
}

// TestObserverErrorRollsAllBack says that an error of any of an operation's events leaves every table as it was.
func TestObserverErrorRollsAllBack(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		eachObserved(t, open, func(t *testing.T, db *gorm.DB, w *watch.Watcher, name string, run func() error) {
			t.Helper()
			before := models.BlogDump(t, db)
			for n := 1; ; n++ {
				w.FailAt(n, func() error { return errObserver })
				err := run()
				if told := len(w.Take()); told < n {
					require.NoError(t, err, name)
					require.Greater(t, n, 1, "%s: the observer was told", name)
					return
				}
				require.ErrorIs(t, err, errObserver, "%s, event %d", name, n)
				require.Equal(t, before, models.BlogDump(t, db), "%s, event %d", name, n)
			}
		})
	})
}

// TestObserverPanicRollsAllBack says the same of its panic, which goes on up; the handle stays usable.
func TestObserverPanicRollsAllBack(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		eachObserved(t, open, func(t *testing.T, db *gorm.DB, w *watch.Watcher, name string, run func() error) {
			t.Helper()
			before := models.BlogDump(t, db)
			for _, n := range []int{1, 4} {
				w.FailAt(n, func() error { panic(errObserver) })
				panicked := func() (r any) {
					defer func() { r = recover() }()
					require.NoError(t, run(), name)
					return nil
				}()
				if told := len(w.Take()); told < n {
					require.Nil(t, panicked, name)
					return
				}
				require.Equal(t, errObserver, panicked, "%s, event %d", name, n)
				require.Equal(t, before, models.BlogDump(t, db), "%s, event %d", name, n)
			}
			w.React = nil
			require.NoError(t, run(), "%s: the handle stays usable", name)
			require.NotEmpty(t, w.Take(), name)
		})
	})
}

// eachObserved runs a test with each operation, on each way of transactions, on a handle of one connection.
func eachObserved(t *testing.T, open testdb.Opener, test func(t *testing.T, db *gorm.DB, w *watch.Watcher, name string, run func() error)) {
	t.Helper()
	db, w := watchedBlog(t, open, softdelete.Config{})
	pool, err := db.DB()
	require.NoError(t, err)
	pool.SetMaxOpenConns(1)
	operations := observed(t)
	for _, operation := range slices.Sorted(maps.Keys(operations)) {
		for way, with := range ways(t, db) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a connection that was not given back ends the test
			w.React = nil
			refillBlog(t, db, w)
			var d softdelete.Deletion
			if operations[operation].trash {
				require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{ID: 1}).Error)
				w.Take()
			}
			test(t, db, w, operation+", "+way, func() error {
				return with(func(tx *gorm.DB) error { return operations[operation].run(tx.WithContext(ctx), d.ID) })
			})
			cancel()
		}
	}
}

// TestObserverErrorAndTheValue says that the caller's value and report are as after any delete that failed.
func TestObserverErrorAndTheValue(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		w.FailAt(1, func() error { return errObserver })
		user, users := testmodels.BlogUser{ID: 1}, []testmodels.BlogUser{{ID: 1}, {ID: 2}}
		d := softdelete.Deletion{By: "stale"}
		require.ErrorIs(t, db.Scopes(softdelete.Into(&d)).Delete(&user).Error, errObserver)
		require.Equal(t, softdelete.Deletion{}, d)
		require.Equal(t, testmodels.BlogUser{ID: 1}, user)
		w.FailAt(1, func() error { return errObserver })
		require.ErrorIs(t, db.Delete(&users).Error, errObserver)
		require.Equal(t, []testmodels.BlogUser{{ID: 1}, {ID: 2}}, users)
		w.FailAt(1, func() error { panic(errObserver) })
		require.Panics(t, func() { _ = db.Delete(&user).Error })
		require.Equal(t, testmodels.BlogUser{ID: 1}, user)

		w.React = nil
		require.NoError(t, db.Delete(&user).Error)
		trashed := user
		w.FailAt(1, func() error { return errObserver })
		require.ErrorIs(t, softdelete.Restore(db, &user).Error, errObserver)
		require.Equal(t, trashed, user)
	})
}

// TestObserverErrorInAPartOfATransaction says that the caller's own writes before it stay, and that what follows works.
func TestObserverErrorInAPartOfATransaction(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db, w := watchedBlog(t, open, softdelete.Config{})
		require.NoError(t, db.Transaction(func(tx *gorm.DB) error {
			require.NoError(t, tx.Create(&testmodels.BlogTag{ID: 50}).Error)
			w.FailAt(2, func() error { return errObserver })
			require.ErrorIs(t, tx.Delete(&testmodels.BlogUser{ID: 1}).Error, errObserver)
			w.React = nil
			w.Take()
			return tx.Delete(&testmodels.BlogUser{ID: 2}).Error
		}))
		require.Equal(t, []int{1}, tables.LiveIDs(t, db, "blog_users"))
		require.Equal(t, []int{1, 2, 50}, tables.LiveIDs(t, db, "blog_tags"))
		require.Len(t, w.Take(), 4)
	})
}
