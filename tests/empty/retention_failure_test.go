package empty_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestRunFailedRows says that rows that something holds, and models that keep no time, end no Run, and are in its line.
func TestRunFailedRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		require.NoError(t, db.AutoMigrate(&keptTimeless{}))
		shelves(t, db, 10)
		holders["a foreign key"](t, db, []int{3, 7})
		require.NoError(t, db.Create(&keptTimeless{ID: 1}).Error)
		require.NoError(t, db.Delete(&keptTimeless{ID: 1}).Error)
		run := sweep(t, models.OpenTrash(t, db, &models.DepotShelf{}, &keptTimeless{}), softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day})
		for range 3 {
			require.Contains(t, run.next(), "failed=3", "two rows and a model")
			require.Equal(t, []int{3, 7}, tables.IDsOf(t, db, "depot_shelves"))
		}
		require.NoError(t, db.Exec("DELETE FROM depot_strangers").Error)
		require.NoError(t, db.Exec("DELETE FROM kept_timelesses").Error)
		run.next() // it may have been under way
		require.Contains(t, run.next(), "INFO")
		require.Empty(t, tables.IDsOf(t, db, "depot_shelves"))
		require.ErrorIs(t, run.end(), context.Canceled)
	})
}

// TestRunPanics says that a panic of an observer, a hook, Where or Progress is contained and logged, and the next sweep works.
func TestRunPanics(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"observer", "hook", "where", "progress"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				var calm atomic.Bool
				panics := func(of string) {
					if of == who && !calm.Load() {
						panic("no " + of)
					}
				}
				log := &purges{fail: func(purged) error { panics("observer"); return nil }}
				db := handles.WithPlugin(t, open, softdelete.Config{Models: []any{&models.HookedBook{}}, Observers: []softdelete.Observer{log.observe}},
					&models.HookedShelf{}, &models.HookedBook{}, &models.HookedPage{}, &models.HookedMagazine{})
				require.NoError(t, db.Create(&models.HookedShelf{ID: 1}).Error)
				require.NoError(t, db.Create(&[]models.HookedBook{{ID: 1, ShelfID: 1}, {ID: 2, ShelfID: 1}, {ID: 3, ShelfID: 1}}).Error)
				require.NoError(t, db.Where("1 = 1").Delete(&models.HookedBook{}).Error)
				calls := &models.HookCalls{Fail: func(string) error { panics("hook"); return nil }}
				pool, err := db.DB()
				require.NoError(t, err)

				ctx, stop := context.WithCancel(context.WithValue(t.Context(), models.HookCallsKey{}, calls))
				defer stop()
				lines := newSweepLog()
				ended := make(chan error, 1)
				go func() {
					ended <- models.OpenTrash(t, db, &models.HookedBook{}).Run(ctx, softdelete.RunOptions{Every: time.Millisecond, Logger: slog.New(lines), Empty: softdelete.EmptyOptions{
						All: true, BatchSize: 1, Hooks: true,
						Where:    func(db *gorm.DB) *gorm.DB { panics("where"); return db },
						Progress: func(softdelete.Progress) { panics("progress") },
					}})
				}()
				text := textOf(<-lines.lines)
				require.Contains(t, text, "no "+who, "the line says why")
				require.Contains(t, text, "ERROR")
				require.Contains(t, textOf(<-lines.lines), "no "+who, "the next sweep tries again")
				calm.Store(true)
				<-lines.lines // it may have been under way
				require.Contains(t, textOf(<-lines.lines), "INFO")
				stop()
				go func() {
					for range lines.lines {
					}
				}()
				require.ErrorIs(t, <-ended, context.Canceled)
				close(lines.lines)
				require.Empty(t, tables.IDsOf(t, db, "hooked_books"))
				require.Zero(t, pool.Stats().InUse)
			})
		})
	}
}

// TestRunWithoutATable says that an error of the database is logged, and the next sweep works.
func TestRunWithoutATable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 5)
		require.NoError(t, db.Exec("ALTER TABLE depot_boxes RENAME TO depot_hidden").Error)
		run := sweep(t, models.OpenTrash(t, db), softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day})
		for range 2 {
			line := run.next()
			require.Contains(t, line, "depot_boxes")
			require.Contains(t, line, "ERROR")
		}
		require.NoError(t, db.Exec("ALTER TABLE depot_hidden RENAME TO depot_boxes").Error)
		run.next()
		require.Contains(t, run.next(), "INFO")
		require.Empty(t, tables.IDsOf(t, db, "depot_boxes"))
		require.ErrorIs(t, run.end(), context.Canceled)
	})
}

// TestRunSurvivesItsConnections says that a sweep whose connections are cut is logged, and the next one works.
func TestRunSurvivesItsConnections(t *testing.T) {
	t.Parallel()
	admin := models.OpenDepot(t, testdb.OpenerFor(t, "postgres"))
	models.Boxes(t, admin, 40)
	name := fmt.Sprintf("cut-%d", rand.Uint64())
	db := named(t, admin, name, softdelete.Config{Models: models.DepotModels})
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's choices
	batches := 0
	options := softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day, Empty: softdelete.EmptyOptions{BatchSize: 3, MaxRows: 9, Progress: func(softdelete.Progress) {
		if batches++; batches%2 == 0 {
			cut(t, admin, name)
		}
	}}}
	run := sweep(t, models.OpenTrash(t, db), options)
	for range 100 {
		run.next()
		if random.IntN(2) == 0 {
			cut(t, admin, name)
		}
		if len(tables.IDsOf(t, admin, "depot_boxes")) == 0 {
			break
		}
	}
	require.ErrorIs(t, run.end(), context.Canceled)
	require.Empty(t, tables.IDsOf(t, admin, "depot_boxes"))
}

// TestRunAtOnce says that any number of processes may run at once: each row is removed once.
func TestRunAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenDepot(t, open, traceBoxes)
		require.NoError(t, db.AutoMigrate(&models.ATrace{}))
		models.Boxes(t, db, 200)
		var runs []*sweeper
		for range 3 {
			runs = append(runs, sweep(t, models.OpenTrash(t, db), softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day, Empty: softdelete.EmptyOptions{BatchSize: 5, MaxRows: 25}}))
		}
		for round := 0; len(tables.IDsOf(t, db, "depot_boxes")) > 0; round++ {
			require.Less(t, round, 100)
			for _, run := range runs {
				require.Contains(t, run.next(), "INFO")
			}
		}
		for _, run := range runs {
			require.ErrorIs(t, run.end(), context.Canceled)
		}
		require.Len(t, tables.IDsOf(t, db, "a_traces"), 200)
	})
}

// TestRunSurvivesAnOutage says that sweeps on a database that is down are logged, and that they go on once it is back, by the
// same Run.
func TestRunSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	testdb.EachOutage(t, func(t *testing.T, outage *testdb.Outage) {
		db := models.OpenDepot(t, outage.Opener())
		models.Boxes(t, db, 30)
		batches := 0
		options := softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day, Empty: softdelete.EmptyOptions{BatchSize: 5, Progress: func(softdelete.Progress) {
			if batches++; batches == 2 {
				outage.Stop()
			}
		}}}
		run := sweep(t, models.OpenTrash(t, db), options)
		for range 3 {
			require.Contains(t, run.next(), "ERROR")
		}
		outage.Start()
		other := outage.Opener()(t)
		for tries := 0; len(tables.IDsOf(t, other, "depot_boxes")) > 0; tries++ {
			require.Less(t, tries, 1000)
			run.next()
		}
		run.next()
		require.Contains(t, run.next(), "INFO")
		require.ErrorIs(t, run.end(), context.Canceled)
	})
}
