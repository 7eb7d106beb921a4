package empty_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
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

func (keptWeek) TrashRetention() time.Duration     { return 7 * models.Day }
func (keptForEver) TrashRetention() time.Duration  { return 0 }
func (*keptLonger) TrashRetention() time.Duration  { return -models.Day }
func (keptTimeless) TrashRetention() time.Duration { return models.Day }

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
	t.Cleanup(func() { _ = s.end() })
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
			require.NoError(t, db.Exec("INSERT INTO "+table+" (id, deleted_at) VALUES (?, ?)", i+1, models.DepotNow.Add(-days*models.Day)).Error)
		}
	}
}

func lefts(t *testing.T, db *gorm.DB, names ...string) []int {
	t.Helper()
	list := []int{}
	for _, table := range names {
		list = append(list, len(tables.IDsOf(t, db, table)))
	}
	return list
}

// TestRunRetention says how long rows are kept: by their model, else by the options, in their order.
func TestRunRetention(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := models.OpenStill(t, open, softdelete.Config{Models: keptModels}, keptModels...)
		for name, c := range map[string]struct {
			options softdelete.RunOptions
			left    []int // of weeks, for ever, longer, unsaid
		}{
			"by the models":        {softdelete.RunOptions{}, []int{2, 4, 4, 4}},
			"by the options":       {softdelete.RunOptions{Retention: 5 * models.Day}, []int{2, 4, 4, 1}},
			"a long one":           {softdelete.RunOptions{Retention: 30 * models.Day}, []int{2, 4, 4, 3}},
			"before OlderThan":     {softdelete.RunOptions{Retention: 30 * models.Day, Empty: softdelete.EmptyOptions{OlderThan: time.Hour}}, []int{2, 4, 4, 3}},
			"before All":           {softdelete.RunOptions{Retention: 30 * models.Day, Empty: softdelete.EmptyOptions{All: true}}, []int{2, 4, 4, 3}},
			"OlderThan":            {softdelete.RunOptions{Empty: softdelete.EmptyOptions{OlderThan: 5 * models.Day}}, []int{2, 4, 4, 1}},
			"OlderThan before All": {softdelete.RunOptions{Empty: softdelete.EmptyOptions{OlderThan: 5 * models.Day, All: true}}, []int{2, 4, 4, 1}},
			"All":                  {softdelete.RunOptions{Empty: softdelete.EmptyOptions{All: true}}, []int{2, 4, 4, 0}},
		} {
			keep(t, db, keptTables...)
			c.options.Every = time.Hour
			run := sweep(t, models.OpenTrash(t, db), c.options)
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
		db := models.OpenStill(t, open, softdelete.Config{Models: keptModels}, keptModels...)
		keep(t, db, keptTables...)
		log := newSweepLog()
		logger := slog.New(log)
		for name, trash := range map[string]*softdelete.Trash{
			"unsaid": models.OpenTrash(t, db, &keptUnsaid{}), "for ever": models.OpenTrash(t, db, &keptForEver{}, &keptLonger{}),
			"both": models.OpenTrash(t, db, &keptForEver{}, &keptLonger{}, &keptUnsaid{}),
		} {
			for _, options := range []softdelete.RunOptions{{}, {Retention: -models.Day}, {Empty: softdelete.EmptyOptions{OlderThan: -models.Day}}} {
				options.Logger = logger
				require.ErrorIs(t, trash.Run(t.Context(), options), gorm.ErrInvalidValue, name)
			}
			require.ErrorIs(t, trash.Run(t.Context()), gorm.ErrInvalidValue, name)
		}
		for _, options := range []softdelete.RunOptions{
			{Every: -1},
			{Retention: -models.Day},
			{Empty: softdelete.EmptyOptions{BatchSize: -1}},
			{Empty: softdelete.EmptyOptions{MaxRows: -1}},
			{Empty: softdelete.EmptyOptions{Pause: -1}},
		} {
			options.Logger = logger
			require.ErrorIs(t, models.OpenTrash(t, db).Run(t.Context(), options), gorm.ErrInvalidValue)
		}
		require.ErrorIs(t, models.OpenTrash(t, db).Run(nil, softdelete.RunOptions{Logger: logger}), gorm.ErrInvalidValue) //nolint:staticcheck // that is what is tested
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
			run := sweep(t, models.OpenTrash(t, db), softdelete.RunOptions{Every: every, Retention: models.Day})
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
		require.NoError(t, db.Create(&[]models.DepotToken{{ID: 1}, {ID: 2}}).Error)
		require.NoError(t, db.Delete(&models.DepotToken{}, 1).Error)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Hour+time.Minute)
		defer stop()
		count := slog.New(handlerFunc(func(slog.Record) { lines.Add(1) }))
		options := softdelete.RunOptions{Every: 4 * time.Hour, Retention: time.Hour, Empty: softdelete.EmptyOptions{BatchSize: 3}, Logger: count}
		require.ErrorIs(t, models.OpenTrash(t, db).Run(ctx, options), context.DeadlineExceeded)
		require.EqualValues(t, 3, lines.Load(), "at 0, 4 and 8 hours")
		require.Empty(t, tables.IDsOf(t, db, "depot_boxes"))
		require.ErrorIs(t, models.OpenTrash(t, db).Run(ctx, options), context.DeadlineExceeded)
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
		db := models.OpenDepot(t, open)
		models.Boxes(t, db, 20)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		batches := 0
		options := softdelete.RunOptions{Retention: models.Day, Logger: slog.New(slog.DiscardHandler), Empty: softdelete.EmptyOptions{BatchSize: 3, Progress: func(softdelete.Progress) {
			if batches++; batches == 2 {
				stop()
			}
		}}}
		require.ErrorIs(t, models.OpenTrash(t, db).Run(ctx, options), context.Canceled)
		require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 14)
	})
}

// TestRunEmptiesByItsOptions says that a sweep is an Empty with the options given.
func TestRunEmptiesByItsOptions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		log := &purges{}
		db := models.OpenDepot(t, open, log.observe)
		models.Boxes(t, db, 20)
		options := softdelete.RunOptions{Every: time.Millisecond, Retention: models.Day, Empty: softdelete.EmptyOptions{
			BatchSize: 2, MaxRows: 6, Where: func(db *gorm.DB) *gorm.DB { return db.Where("id > ?", 4) },
		}}
		run := sweep(t, models.OpenTrash(t, db), options)
		for _, left := range []int{14, 8, 4, 4} { // a line is handed on before the next sweep begins
			line := run.next()
			require.Contains(t, line, "INFO")
			require.GreaterOrEqual(t, len(tables.IDsOf(t, db, "depot_boxes")), 4)
			require.LessOrEqual(t, len(tables.IDsOf(t, db, "depot_boxes")), left, line)
		}
		require.ErrorIs(t, run.end(), context.Canceled)
		require.Equal(t, []int{1, 2, 3, 4}, tables.IDsOf(t, db, "depot_boxes"))
		for _, p := range log.take() {
			require.Len(t, p.keys, 2)
		}
		options.Empty.DryRun = true
		options.Empty.Where = nil
		run = sweep(t, models.OpenTrash(t, db), options)
		run.next()
		run.next()
		require.ErrorIs(t, run.end(), context.Canceled)
		require.Len(t, tables.IDsOf(t, db, "depot_boxes"), 4)
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
	require.ErrorIs(t, models.OpenTrash(t, db).Run(ctx), context.Canceled)
	require.Equal(t, 1, lines)
}
