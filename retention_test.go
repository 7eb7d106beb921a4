package softdelete_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Models that say how long their trashed rows are kept, and one that does not.
type (
	keptWeek struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	keptForEver struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	keptLonger struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	keptUnsaid struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	keptTimeless struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
)

func (keptWeek) TrashRetention() time.Duration     { return 7 * day }
func (keptForEver) TrashRetention() time.Duration  { return 0 }
func (*keptLonger) TrashRetention() time.Duration  { return -day }
func (keptTimeless) TrashRetention() time.Duration { return day }

var _ softdelete.TrashRetainer = keptWeek{}

var (
	keptModels = []any{&keptWeek{}, &keptForEver{}, &keptLonger{}, &keptUnsaid{}}
	keptTables = []string{"kept_weeks", "kept_for_evers", "kept_longers", "kept_unsaids"}
)

// sweepLog is a handler of slog that hands each line on.
type sweepLog struct{ lines chan slog.Record }

func newSweepLog() *sweepLog { return &sweepLog{make(chan slog.Record)} }

func (l *sweepLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *sweepLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *sweepLog) WithGroup(string) slog.Handler            { return l }
func (l *sweepLog) Handle(_ context.Context, line slog.Record) error {
	l.lines <- line
	return nil
}

// textOf is a line with its attributes.
func textOf(line slog.Record) string {
	text := line.Level.String() + " " + line.Message
	line.Attrs(func(attr slog.Attr) bool {
		text += " " + attr.String()
		return true
	})
	return text
}

// sweeper is a Run under way.
type sweeper struct {
	t     *testing.T
	log   *sweepLog
	ended chan error
	stop  context.CancelFunc
}

// sweep starts a Run. It ends with the test at the latest.
func sweep(t *testing.T, trash *softdelete.Trash, options softdelete.RunOptions) *sweeper {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &sweeper{t: t, log: newSweepLog(), ended: make(chan error, 1), stop: stop}
	options.Logger = slog.New(s.log)
	go func() { s.ended <- trash.Run(ctx, options) }()
	t.Cleanup(func() { s.end() })
	return s
}

// next waits for the line of a sweep.
func (s *sweeper) next() string {
	s.t.Helper()
	select {
	case line := <-s.log.lines:
		return textOf(line)
	case err := <-s.ended:
		s.ended <- err
		require.Fail(s.t, "Run has ended", "%v", err)
	}
	return ""
}

// end ends the context, and returns what Run returned.
func (s *sweeper) end() error {
	s.stop()
	for {
		select {
		case <-s.log.lines:
		case err := <-s.ended:
			s.ended <- err
			return err
		}
	}
}

// keep makes rows 1 to 4 of each table, trashed so many days ago: 3, 6, 8 and 40.
func keep(t *testing.T, db *gorm.DB, tables ...string) {
	t.Helper()
	for _, table := range tables {
		require.NoError(t, db.Exec("DELETE FROM "+table).Error)
		for i, days := range []time.Duration{3, 6, 8, 40} {
			require.NoError(t, db.Exec("INSERT INTO "+table+" (id, deleted_at) VALUES (?, ?)", i+1, depotNow.Add(-days*day)).Error)
		}
	}
}

func lefts(t *testing.T, db *gorm.DB, tables ...string) []int {
	t.Helper()
	list := []int{}
	for _, table := range tables {
		list = append(list, len(idsOf(t, db, table)))
	}
	return list
}

// TestRunRetention says how long rows are kept: by their model, else by the options, in their order.
func TestRunRetention(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openStill(t, open, softdelete.Config{Models: keptModels}, keptModels...)
		for name, c := range map[string]struct {
			options softdelete.RunOptions
			left    []int // of weeks, for ever, longer, unsaid
		}{
			"by the models":        {softdelete.RunOptions{}, []int{2, 4, 4, 4}},
			"by the options":       {softdelete.RunOptions{Retention: 5 * day}, []int{2, 4, 4, 1}},
			"a long one":           {softdelete.RunOptions{Retention: 30 * day}, []int{2, 4, 4, 3}},
			"before OlderThan":     {softdelete.RunOptions{Retention: 30 * day, Empty: softdelete.EmptyOptions{OlderThan: time.Hour}}, []int{2, 4, 4, 3}},
			"before All":           {softdelete.RunOptions{Retention: 30 * day, Empty: softdelete.EmptyOptions{All: true}}, []int{2, 4, 4, 3}},
			"OlderThan":            {softdelete.RunOptions{Empty: softdelete.EmptyOptions{OlderThan: 5 * day}}, []int{2, 4, 4, 1}},
			"OlderThan before All": {softdelete.RunOptions{Empty: softdelete.EmptyOptions{OlderThan: 5 * day, All: true}}, []int{2, 4, 4, 1}},
			"All":                  {softdelete.RunOptions{Empty: softdelete.EmptyOptions{All: true}}, []int{2, 4, 4, 0}},
		} {
			keep(t, db, keptTables...)
			c.options.Every = time.Hour
			run := sweep(t, trashOf(t, db), c.options)
			run.next()
			require.ErrorIs(t, run.end(), context.Canceled, name)
			require.Equal(t, c.left, lefts(t, db, keptTables...), name)
		}
	})
}

// TestRunNeedsARetention says that a Run of models of which none is ever to be emptied does not begin.
func TestRunNeedsARetention(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openStill(t, open, softdelete.Config{Models: keptModels}, keptModels...)
		keep(t, db, keptTables...)
		log := newSweepLog()
		logger := slog.New(log)
		for name, trash := range map[string]*softdelete.Trash{
			"unsaid": trashOf(t, db, &keptUnsaid{}), "for ever": trashOf(t, db, &keptForEver{}, &keptLonger{}),
			"both": trashOf(t, db, &keptForEver{}, &keptLonger{}, &keptUnsaid{}),
		} {
			for _, options := range []softdelete.RunOptions{{}, {Retention: -day}, {Empty: softdelete.EmptyOptions{OlderThan: -day}}} {
				options.Logger = logger
				require.ErrorIs(t, trash.Run(t.Context(), options), gorm.ErrInvalidValue, name)
			}
			require.ErrorIs(t, trash.Run(t.Context()), gorm.ErrInvalidValue, name)
		}
		for _, options := range []softdelete.RunOptions{
			{Every: -1}, {Retention: -day}, {Empty: softdelete.EmptyOptions{BatchSize: -1}}, {Empty: softdelete.EmptyOptions{MaxRows: -1}},
			{Empty: softdelete.EmptyOptions{Pause: -1}},
		} {
			options.Logger = logger
			require.ErrorIs(t, trashOf(t, db).Run(t.Context(), options), gorm.ErrInvalidValue)
		}
		require.ErrorIs(t, trashOf(t, db).Run(nil, softdelete.RunOptions{Logger: logger}), gorm.ErrInvalidValue) //nolint:staticcheck // that is what is tested
		require.Equal(t, []int{4, 4, 4, 4}, lefts(t, db, keptTables...))
	})
}

// TestRunSweeps says that the first sweep is at once and the next ones on the interval, give or take a tenth of it; that each
// writes one line; and that the end of the context ends it at once.
func TestRunSweeps(t *testing.T) {
	t.Parallel()
	still(t, func(t *testing.T, db *gorm.DB) {
		for _, every := range []time.Duration{time.Minute, 0} {
			interval := every
			if every == 0 {
				interval = time.Hour
			}
			run := sweep(t, trashOf(t, db), softdelete.RunOptions{Every: every, Retention: day})
			last := time.Now()
			run.next()
			require.Zero(t, time.Since(last), "at once")
			jitters := map[time.Duration]bool{}
			for range 30 {
				last = time.Now()
				require.Contains(t, run.next(), "INFO")
				passed := time.Since(last)
				require.InDelta(t, interval, passed, float64(interval)/10)
				jitters[passed] = true
			}
			require.Greater(t, len(jitters), 1, "processes that began together do not sweep together")
			synctest.Wait()
			last = time.Now()
			require.ErrorIs(t, run.end(), context.Canceled)
			require.Zero(t, time.Since(last), "promptly")
		}
	})
}

// TestRunWritesOneLine says that a sweep writes one line, whatever it does, and nothing else.
func TestRunWritesOneLine(t *testing.T) {
	t.Parallel()
	still(t, func(t *testing.T, db *gorm.DB) {
		var lines atomic.Int64
		trashNow(t, db, 30)
		require.NoError(t, db.Create(&[]depotToken{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Delete(&depotToken{}, 1).Error)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Hour+time.Minute)
		defer stop()
		count := slog.New(handlerFunc(func(slog.Record) { lines.Add(1) }))
		options := softdelete.RunOptions{Every: 4 * time.Hour, Retention: time.Hour, Empty: softdelete.EmptyOptions{BatchSize: 3}, Logger: count}
		require.ErrorIs(t, trashOf(t, db).Run(ctx, options), context.DeadlineExceeded)
		require.EqualValues(t, 3, lines.Load(), "at 0, 4 and 8 hours")
		require.Empty(t, idsOf(t, db, "depot_boxes"))
		require.ErrorIs(t, trashOf(t, db).Run(ctx, options), context.DeadlineExceeded)
		require.LessOrEqual(t, lines.Load(), int64(4), "its context has ended before")
	})
}

type handlerFunc func(slog.Record)

func (f handlerFunc) Enabled(context.Context, slog.Level) bool { return true }
func (f handlerFunc) WithAttrs([]slog.Attr) slog.Handler       { return f }
func (f handlerFunc) WithGroup(string) slog.Handler            { return f }
func (f handlerFunc) Handle(_ context.Context, line slog.Record) error {
	f(line)
	return nil
}

// TestRunEndsWithinASweep says that the end of the context ends a sweep between two batches.
func TestRunEndsWithinASweep(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 20)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		batches := 0
		options := softdelete.RunOptions{Retention: day, Logger: slog.New(slog.DiscardHandler), Empty: softdelete.EmptyOptions{BatchSize: 3, Progress: func(softdelete.Progress) {
			if batches++; batches == 2 {
				stop()
			}
		}}}
		require.ErrorIs(t, trashOf(t, db).Run(ctx, options), context.Canceled)
		require.Len(t, idsOf(t, db, "depot_boxes"), 14)
	})
}

// TestRunEmptiesByItsOptions says that a sweep is an Empty with the options given.
func TestRunEmptiesByItsOptions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := openDepot(t, open, log.observe)
		boxes(t, db, 20)
		options := softdelete.RunOptions{Every: time.Millisecond, Retention: day, Empty: softdelete.EmptyOptions{
			BatchSize: 2, MaxRows: 6, Where: func(db *gorm.DB) *gorm.DB { return db.Where("id > ?", 4) },
		}}
		run := sweep(t, trashOf(t, db), options)
		for _, left := range []int{14, 8, 4, 4} { // a line is handed on before the next sweep begins
			line := run.next()
			require.Contains(t, line, "INFO")
			require.GreaterOrEqual(t, len(idsOf(t, db, "depot_boxes")), 4)
			require.LessOrEqual(t, len(idsOf(t, db, "depot_boxes")), left, line)
		}
		require.ErrorIs(t, run.end(), context.Canceled)
		require.Equal(t, []int{1, 2, 3, 4}, idsOf(t, db, "depot_boxes"))
		for _, p := range log.take() {
			require.Len(t, p.keys, 2)
		}
		options.Empty.DryRun = true
		options.Empty.Where = nil
		run = sweep(t, trashOf(t, db), options)
		run.next()
		run.next()
		require.ErrorIs(t, run.end(), context.Canceled)
		require.Len(t, idsOf(t, db, "depot_boxes"), 4)
	})
}

// TestRunFailedRows says that rows that something holds, and models that keep no time, end no Run, and are in its line.
func TestRunFailedRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		require.NoError(t, db.AutoMigrate(&keptTimeless{}))
		shelves(t, db, 10)
		holders["a foreign key"](t, db, []int{3, 7})
		require.NoError(t, db.Create(&keptTimeless{ID: 1}).Error)
		require.NoError(t, db.Delete(&keptTimeless{ID: 1}).Error)
		run := sweep(t, trashOf(t, db, &depotShelf{}, &keptTimeless{}), softdelete.RunOptions{Every: time.Millisecond, Retention: day})
		for range 3 {
			require.Contains(t, run.next(), "failed=3", "two rows and a model")
			require.Equal(t, []int{3, 7}, idsOf(t, db, "depot_shelves"))
		}
		require.NoError(t, db.Exec("DELETE FROM depot_strangers").Error)
		require.NoError(t, db.Exec("DELETE FROM kept_timelesses").Error)
		run.next() // it may have been under way
		require.Contains(t, run.next(), "INFO")
		require.Empty(t, idsOf(t, db, "depot_shelves"))
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
				db := withPlugin(t, open, softdelete.Config{Models: []any{&hookedBook{}}, Observers: []softdelete.Observer{log.observe}},
					&hookedShelf{}, &hookedBook{}, &hookedPage{}, &hookedMagazine{})
				require.NoError(t, db.Create(&hookedShelf{ID: 1}).Error)
				require.NoError(t, db.Create(&[]hookedBook{{ID: 1, ShelfID: 1}, {ID: 2, ShelfID: 1}, {ID: 3, ShelfID: 1}}).Error)
				require.NoError(t, db.Where("1 = 1").Delete(&hookedBook{}).Error)
				calls := &hookCalls{fail: func(string) error { panics("hook"); return nil }}
				pool, err := db.DB()
				require.NoError(t, err)

				ctx, stop := context.WithCancel(context.WithValue(t.Context(), hookCallsKey{}, calls))
				defer stop()
				lines := newSweepLog()
				ended := make(chan error, 1)
				go func() {
					ended <- trashOf(t, db, &hookedBook{}).Run(ctx, softdelete.RunOptions{Every: time.Millisecond, Logger: slog.New(lines), Empty: softdelete.EmptyOptions{
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
					for range lines.lines { //nolint:revive // the rest
					}
				}()
				require.ErrorIs(t, <-ended, context.Canceled)
				close(lines.lines)
				require.Empty(t, idsOf(t, db, "hooked_books"))
				require.Zero(t, pool.Stats().InUse)
			})
		})
	}
}

// TestRunWithoutATable says that an error of the database is logged, and the next sweep works.
func TestRunWithoutATable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open)
		boxes(t, db, 5)
		require.NoError(t, db.Exec("ALTER TABLE depot_boxes RENAME TO depot_hidden").Error)
		run := sweep(t, trashOf(t, db), softdelete.RunOptions{Every: time.Millisecond, Retention: day})
		for range 2 {
			line := run.next()
			require.Contains(t, line, "depot_boxes")
			require.Contains(t, line, "ERROR")
		}
		require.NoError(t, db.Exec("ALTER TABLE depot_hidden RENAME TO depot_boxes").Error)
		run.next()
		require.Contains(t, run.next(), "INFO")
		require.Empty(t, idsOf(t, db, "depot_boxes"))
		require.ErrorIs(t, run.end(), context.Canceled)
	})
}

// TestRunSurvivesItsConnections says that a sweep whose connections are cut is logged, and the next one works.
func TestRunSurvivesItsConnections(t *testing.T) {
	t.Parallel()
	admin := openDepot(t, testdb.OpenerFor(t, "postgres"))
	boxes(t, admin, 40)
	name := fmt.Sprintf("cut-%d", rand.Uint64())
	db := named(t, admin, name, softdelete.Config{Models: depotModels})
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's choices
	batches := 0
	options := softdelete.RunOptions{Every: time.Millisecond, Retention: day, Empty: softdelete.EmptyOptions{BatchSize: 3, MaxRows: 9, Progress: func(softdelete.Progress) {
		if batches++; batches%2 == 0 {
			cut(t, admin, name)
		}
	}}}
	run := sweep(t, trashOf(t, db), options)
	for range 100 {
		run.next()
		if random.IntN(2) == 0 {
			cut(t, admin, name)
		}
		if len(idsOf(t, admin, "depot_boxes")) == 0 {
			break
		}
	}
	require.ErrorIs(t, run.end(), context.Canceled)
	require.Empty(t, idsOf(t, admin, "depot_boxes"))
}

// TestRunAtOnce says that any number of processes may run at once: each row is removed once.
func TestRunAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openDepot(t, open, traceBoxes)
		require.NoError(t, db.AutoMigrate(&aTrace{}))
		boxes(t, db, 200)
		var runs []*sweeper
		for range 3 {
			runs = append(runs, sweep(t, trashOf(t, db), softdelete.RunOptions{Every: time.Millisecond, Retention: day, Empty: softdelete.EmptyOptions{BatchSize: 5, MaxRows: 25}}))
		}
		for round := 0; len(idsOf(t, db, "depot_boxes")) > 0; round++ {
			require.Less(t, round, 100)
			for _, run := range runs {
				require.Contains(t, run.next(), "INFO")
			}
		}
		for _, run := range runs {
			require.ErrorIs(t, run.end(), context.Canceled)
		}
		require.Len(t, idsOf(t, db, "a_traces"), 200)
	})
}

// TestRunDefaultLogger says where the line goes if no logger is given. It changes the process's own logger, and so does not
// run beside other tests.
func TestRunDefaultLogger(t *testing.T) { //nolint:paralleltest // see above
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	db := testdb.Open(t, "sqlite")
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: keptModels})))
	require.NoError(t, db.AutoMigrate(keptModels...))
	ctx, stop := context.WithCancelCause(t.Context())
	lines := 0
	slog.SetDefault(slog.New(handlerFunc(func(slog.Record) {
		lines++
		stop(errors.New("seen"))
	})))
	require.ErrorIs(t, trashOf(t, db).Run(ctx), context.Canceled)
	require.Equal(t, 1, lines)
}

// TestRunSurvivesAnOutage says that sweeps on a database that is down are logged, and that they go on once it is back, by the
// same Run.
func TestRunSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	outage := testdb.NewOutage(t)
	db := openDepot(t, outage.Opener())
	boxes(t, db, 30)
	batches := 0
	options := softdelete.RunOptions{Every: time.Millisecond, Retention: day, Empty: softdelete.EmptyOptions{BatchSize: 5, Progress: func(softdelete.Progress) {
		if batches++; batches == 2 {
			outage.Stop()
		}
	}}}
	run := sweep(t, trashOf(t, db), options)
	for range 3 {
		require.Contains(t, run.next(), "ERROR")
	}
	outage.Start()
	other := outage.Opener()(t)
	for tries := 0; len(idsOf(t, other, "depot_boxes")) > 0; tries++ {
		require.Less(t, tries, 1000)
		run.next()
	}
	run.next()
	require.Contains(t, run.next(), "INFO")
	require.ErrorIs(t, run.end(), context.Canceled)
}
