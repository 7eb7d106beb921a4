package cascade_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/internal/testmodels"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type interruptionKey struct{}

// interruption happens at one of the statements of a cascade.
type interruption struct {
	at, seen int
	happen   func(db *gorm.DB)
}

// interruptible makes a handle's inner statements interruptible by its context.
func interruptible(t *testing.T, db *gorm.DB) {
	t.Helper()
	interrupt := func(db *gorm.DB) {
		if i, ok := db.Statement.Context.Value(interruptionKey{}).(*interruption); ok {
			if i.seen++; i.seen == i.at {
				i.happen(db)
			}
		}
	}
	require.NoError(t, db.Callback().Raw().Before("gorm:raw").Register("test:interrupt", interrupt))
	require.NoError(t, db.Callback().Row().Before("gorm:row").Register("test:interrupt", interrupt))
}

// TestCascadeInterrupted says that whatever statement of an operation fails, every table is as it was.
func TestCascadeInterrupted(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		interruptible(t, db)
		var d softdelete.Deletion
		trash := func() error { return db.Scopes(softdelete.Into(&d)).Delete(&testmodels.BlogUser{}, 1).Error }
		nothing := func() error { return nil }
		for _, step := range []struct {
			name    string
			prepare func() error
			run     func(*gorm.DB) error
		}{
			{"delete", nothing, func(db *gorm.DB) error { return db.Delete(&testmodels.BlogUser{ID: 1}).Error }},
			{"undo", trash, func(db *gorm.DB) error { return handles.Second(softdelete.Undo(db, d.ID)) }},
			{"restore", trash, func(db *gorm.DB) error { return softdelete.Restore(db, &testmodels.BlogUser{ID: 1}).Error }},
			{"restore with parents", trash, func(db *gorm.DB) error {
				return softdelete.Restore(db.Scopes(softdelete.WithParents), &testmodels.BlogPost{ID: 1}).Error
			}},
			{"purge", trash, func(db *gorm.DB) error { return softdelete.Purge(db, &testmodels.BlogUser{ID: 1}).Error }},
			{"force delete", nothing, func(db *gorm.DB) error { return softdelete.ForceDelete(db, &testmodels.BlogUser{ID: 1}).Error }},
		} {
			for _, way := range []string{"default", "none", "the caller's"} {
				testmodels.FillBlog(t, db)
				require.NoError(t, step.prepare())
				interruptEach(t, db, step.name+", transaction: "+way, func(db *gorm.DB) error {
					switch way {
					case "none":
						return step.run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
					case "the caller's":
						return inTransaction(t, db, step.run)
					}
					return step.run(db)
				}, way != "the caller's")
			}
		}
	})
}

// interruptEach runs an operation again and again, with an error at its first statement, its second, and so on, until it runs
// to its end; and the same before that with the context cancelled there, unless the caller's own transaction goes with it.
func interruptEach(t *testing.T, db *gorm.DB, name string, run func(*gorm.DB) error, cancels bool) {
	t.Helper()
	before := models.BlogDump(t, db)
	broken := errors.New("broken")
	for at := 1; ; at++ {
		if cancels {
			ctx, cancel := context.WithCancel(t.Context())
			i := &interruption{at: at, happen: func(*gorm.DB) { cancel() }}
			err := run(db.WithContext(context.WithValue(ctx, interruptionKey{}, i)))
			cancel()
			if i.seen < at {
				require.NoError(t, err, name)
				require.Greater(t, at, 3, "%s was cancelled at each of its statements", name)
				return
			}
			require.ErrorContains(t, err, "cancel", "%s, cancelled at statement %d", name, at)
			require.Equal(t, before, models.BlogDump(t, db), "%s, cancelled at statement %d", name, at)
		}
		i := &interruption{at: at, happen: func(db *gorm.DB) { _ = db.AddError(broken) }}
		err := run(db.WithContext(context.WithValue(t.Context(), interruptionKey{}, i)))
		if i.seen < at {
			require.NoError(t, err, name)
			require.Greater(t, at, 3, "%s was interrupted at each of its statements", name)
			return
		}
		require.ErrorIs(t, err, broken, "%s, broken at statement %d", name, at)
		require.Equal(t, before, models.BlogDump(t, db), "%s, broken at statement %d", name, at)
	}
}

// TestCascadeTrigger says that a trigger's error on a child's table undoes the whole.
func TestCascadeTrigger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := testmodels.OpenBlog(t, open)
		database.Needs(t, database.FlavourOf(db).NoTriggers)
		before := models.BlogDump(t, db)
		for _, sql := range map[string][]string{
			"sqlite": {"CREATE TRIGGER no BEFORE UPDATE ON blog_comments BEGIN SELECT RAISE(ABORT, 'no'); END"},
			"postgres": {
				"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
				"CREATE TRIGGER no BEFORE UPDATE ON blog_comments FOR EACH ROW EXECUTE FUNCTION no()",
			},
			"mysql": {"CREATE TRIGGER no BEFORE UPDATE ON blog_comments FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"},
		}[db.Name()] {
			require.NoError(t, db.Exec(sql).Error)
		}
		user := testmodels.BlogUser{ID: 1}
		require.ErrorContains(t, db.Delete(&user).Error, "no")
		require.False(t, user.DeletedAt.Valid)
		require.Equal(t, before, models.BlogDump(t, db))
		require.NoError(t, inTransaction(t, db, func(tx *gorm.DB) error {
			require.ErrorContains(t, tx.Delete(&user).Error, "no")
			return tx.Create(&testmodels.BlogTag{ID: 99}).Error
		}), "the caller's transaction goes on")
		require.Equal(t, []int{1, 2, 99}, tables.LiveIDs(t, db, "blog_tags"))
	})
}
