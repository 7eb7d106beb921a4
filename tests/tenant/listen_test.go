package tenant_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// listener is a plugin that wants to know what is written, as a cache does.
type listener struct {
	mu    sync.Mutex
	heard []string
}

func (l *listener) Name() string { return "test:listener" }

func (l *listener) Initialize(db *gorm.DB) error {
	on := func(what string) func(*gorm.DB) {
		return func(db *gorm.DB) {
			if db.Error == nil && !db.DryRun && db.RowsAffected > 0 {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.heard = append(l.heard, fmt.Sprintf("%s %s %d", what, db.Statement.Table, db.RowsAffected))
			}
		}
	}
	for _, err := range []error{
		db.Callback().Update().After("gorm:update").Register("test:listener", on("update")),
		db.Callback().Delete().After("gorm:delete").Register("test:listener", on("delete")),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// hears tells what the listener has heard since it was asked last.
func (l *listener) hears(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.heard)
	slices.Sort(want)
	require.Equal(t, want, l.heard)
	l.heard = nil
}

// What a cascade or an undo writes is heard of on the chain of its like, once for each table.
func TestOtherPluginsHearOfAllThatIsWritten(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		t.Run(fmt.Sprint("the listener is used first: ", first), func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
				l := &listener{}
				uses := []gorm.Plugin{softdelete.New(softdelete.Config{Models: []any{&folder{}, &paper{}, &note{}, &cover{}, &mark{}}}), l}
				if first {
					slices.Reverse(uses)
				}
				for _, plugin := range uses {
					require.NoError(t, db.Use(plugin))
				}
				require.NoError(t, db.AutoMigrate(&folder{}, &paper{}, &note{}, &cover{}, &mark{}, &label{}, &scrap{}))
				require.NoError(t, db.Create(&folder{ID: 1, Papers: []paper{{ID: 1, Notes: []note{{ID: 1}, {ID: 2}}}, {ID: 2}}, Scraps: []scrap{{ID: 1}}}).Error)
				l.heard = nil

				var of softdelete.Deletion
				require.NoError(t, db.Scopes(softdelete.Into(&of)).Delete(&folder{ID: 1}).Error)
				l.hears(t, "delete folders 1", "delete papers 2", "delete notes 2")

				require.NoError(t, softdelete.Restore(db, &folder{ID: 1}).Error)
				l.hears(t, "update folders 1", "update papers 2", "update notes 2")

				require.NoError(t, db.Scopes(softdelete.Into(&of)).Delete(&folder{ID: 1}).Error)
				l.heard = nil
				_, err := softdelete.Undo(db, of.ID)
				require.NoError(t, err)
				l.hears(t, "update folders 1", "update papers 2", "update notes 2")

				require.NoError(t, db.Delete(&folder{ID: 1}).Error)
				l.heard = nil
				require.NoError(t, softdelete.Purge(db, &folder{ID: 1}).Error)
				l.hears(t, "delete folders 1", "delete papers 2", "delete notes 2", "delete scraps 1")
			})
		})
	}
}

// branch and leaf have a marker and nothing else.
type branch struct {
	ID uint
	softdelete.Tracked
	Leaves []leaf `softdelete:"cascade"`
}

type leaf struct {
	ID       uint
	BranchID uint
	softdelete.Tracked
}

// Where no other plugin is, none is asked: a cascade costs what it did.
func TestNobodyIsAskedWhereNobodyIs(t *testing.T) {
	t.Parallel()
	for _, others := range []bool{false, true} {
		t.Run(fmt.Sprint("others: ", others), func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				db := open(t)
				asks := 0
				db.ClauseBuilders["SELECT"] = func(c clause.Clause, b clause.Builder) {
					if stmt, ok := b.(*gorm.Statement); ok && stmt.DryRun {
						asks++
					}
					c.Build(b)
				}
				require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&branch{}, &leaf{}}})))
				if others {
					narrow(t, db)
				}
				require.NoError(t, db.AutoMigrate(&branch{}, &leaf{}))
				require.NoError(t, db.Create(&branch{ID: 1, Leaves: []leaf{{ID: 1}}}).Error)
				asks = 0
				require.NoError(t, db.Delete(&branch{ID: 1}).Error)
				require.Equal(t, others, asks > 0)
			})
		})
	}
}

// A callback is told which operation a statement belongs to, also where that is one of a cascade's or an undo's, or only asks.
func TestCallbacksKnowTheOperation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true})
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&folder{}, &paper{}, &note{}, &cover{}, &mark{}}})))
		require.NoError(t, db.AutoMigrate(&folder{}, &paper{}, &note{}, &cover{}, &mark{}, &label{}, &scrap{}))
		require.NoError(t, db.Create(&folder{ID: 1, Papers: []paper{{ID: 1, Notes: []note{{ID: 1}}}}}).Error)
		seen := map[softdelete.Operation]int{}
		tell := func(db *gorm.DB) { seen[softdelete.OperationOf(db)]++ }
		require.NoError(t, db.Callback().Query().Before("gorm:query").Register("tell", tell))
		require.NoError(t, db.Callback().Update().Before("gorm:update").Register("tell", tell))
		require.NoError(t, db.Callback().Delete().Before("gorm:delete").Register("tell", tell))
		only := func(op softdelete.Operation, run func() error) {
			t.Helper()
			clear(seen)
			require.NoError(t, run())
			require.Greater(t, seen[op], 3, "the addressed rows, and two tables that go along")
			delete(seen, op)
			require.Empty(t, seen)
		}
		var of softdelete.Deletion
		only(softdelete.OpSoftDelete, func() error { return db.Scopes(softdelete.Into(&of)).Delete(&folder{ID: 1}).Error })
		only(softdelete.OpRestore, func() error { _, err := softdelete.Undo(db, of.ID); return err })
		only(softdelete.OpSoftDelete, func() error { return db.Delete(&folder{ID: 1}).Error })
		only(softdelete.OpRestore, func() error { return softdelete.Restore(db, &folder{ID: 1}).Error })
		only(softdelete.OpSoftDelete, func() error { return db.Delete(&folder{ID: 1}).Error })
		only(softdelete.OpPurge, func() error { return softdelete.Purge(db, &folder{ID: 1}).Error })
		require.NoError(t, db.Create(&folder{ID: 1, Papers: []paper{{ID: 1, Notes: []note{{ID: 1}}}}}).Error)
		only(softdelete.OpForceDelete, func() error { return softdelete.ForceDelete(db, &folder{ID: 1}).Error })
	})
}
