package softdelete

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// RunOptions configure Trash.Run. The zero value is useful where the models have
// a retention of their own.
type RunOptions struct {
	// Every is the time from one sweep to the next, give or take a tenth of it.
	// Zero stands for an hour.
	Every time.Duration

	// Retention is how long trashed rows are kept, of models that do not say so
	// themselves by TrashRetention. Defaults to Empty.OlderThan; if that is zero
	// too, rows of any age go under Empty.All, and otherwise those models are left
	// alone.
	Retention time.Duration

	// Empty is how each sweep empties.
	Empty EmptyOptions

	// Logger gets one line for each sweep: at level Info, or if it failed at level
	// Error. Defaults to slog.Default().
	Logger *slog.Logger
}

const (
	defaultEvery = time.Hour
	longest      = math.MaxInt64 / 2 // to which a tenth can be added
)

// TrashRetainer is a model that says how long its trashed rows are kept by
// Trash.Run. Zero or less keeps them for ever.
type TrashRetainer interface {
	TrashRetention() time.Duration
}

// ownRetention is what a model says for itself: zero for ever.
func ownRetention(m *model.Model) (time.Duration, bool) {
	retainer, ok := model.NewOf(m.Schema.ModelType).(TrashRetainer)
	if !ok {
		return 0, false
	}
	return max(retainer.TrashRetention(), 0), true
}

// WithRetention returns the trash with a retention for those models that have none of
// their own (TrashRetention), of which Stats and the trash page tell what is overdue. Zero
// or less, the default, stands for ever. It is not asked by Empty and Run, which take what
// their options say.
//
//	stats, err := trash.WithRetention(30 * 24 * time.Hour).Stats(ctx)
func (t *Trash) WithRetention(d time.Duration) *Trash {
	if t == nil {
		return t
	}
	kept := *t
	kept.retention = max(d, 0)
	return &kept
}

// retentionOf is how long the trash keeps a model's rows, zero for ever.
func (t *Trash) retentionOf(m *model.Model) time.Duration {
	if own, ok := ownRetention(m); ok {
		return own
	}
	return t.retention
}

// overdue is that a row says it was trashed before a time.
func overdue(db *gorm.DB, m *model.Model, at time.Time) clause.Expression {
	if m.AlwaysTells() {
		return trashedBefore(db, m, at)
	}
	return expr.All{m.Timeline(dialectOf(db)).Known(true), trashedBefore(db, m, at)}
}

// trashedBefore is that a row, which says when, was trashed before a time, in the zone that markers
// are written in, as TrashedBefore is.
func trashedBefore(db *gorm.DB, m *model.Model, at time.Time) clause.Expression {
	return &timeCondition{model: m, dialect: dialectOf(db), operator: "<", time: at.In(db.NowFunc().Location())}
}

// Run keeps the trash small: it empties it at once and then on an interval, until ctx
// ends, and returns ctx.Err(). It takes the first of options.
//
//	go trash.Run(ctx, softdelete.RunOptions{Retention: 30 * 24 * time.Hour})
//
// Each model's rows are kept for its own TrashRetention ([TrashRetainer]), or else for
// the Retention of the options. What hangs on a row by a cascading relation goes with
// it, also if it is kept for longer by itself.
//
// A sweep that fails, or in which a hook or an observer panics, is logged. The next one
// comes on time: a database that is away for a while ends nothing. Any number of
// processes may run it at the same time. Options that mean nothing are
// gorm.ErrInvalidValue at once, as is that no model has a retention.
func (t *Trash) Run(ctx context.Context, options ...RunOptions) error {
	var o RunOptions
	if len(options) > 0 {
		o = options[0]
	}
	o.Every = min(cmp.Or(o.Every, defaultEvery), longest)
	_, models, err := t.begin(ctx, nil)
	if err != nil {
		return err
	}
	if err := o.check(models); err != nil {
		return err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	for {
		t.sweep(ctx, &o)
		// Not all processes at the same moment.
		tenth := o.Every / 10
		if err := wait(ctx, o.Every-tenth+rand.N(2*tenth+1)); err != nil { //nolint:gosec // a jitter
			return err
		}
	}
}

func (o *RunOptions) check(models []*model.Model) error {
	problem := ""
	switch {
	case o.Every < 0:
		problem = "Every is negative"
	case o.Retention < 0:
		problem = "Retention is negative"
	case !o.Empty.Before.IsZero():
		problem = "Empty.Before is one moment, and sweeps go by an age: set Retention"
	}
	empty := o.Empty
	empty.All = true
	if err := empty.check(); err != nil {
		return err
	}
	kept := true
	for _, m := range models {
		if _, due := o.age(m); due {
			kept = false
		}
	}
	if problem == "" && kept {
		problem = "no model has a retention: set Retention, or give models a method TrashRetention"
	}
	if problem == "" {
		return nil
	}
	return fmt.Errorf("softdelete: %w: RunOptions: %s", gorm.ErrInvalidValue, problem)
}

// age is how old a model's trashed rows get, zero for any age, and whether they
// are removed at all.
func (o *RunOptions) age(m *model.Model) (age time.Duration, due bool) {
	if own, ok := ownRetention(m); ok {
		return own, own > 0
	}
	age = max(cmp.Or(o.Retention, o.Empty.OlderThan), 0)
	return age, age > 0 || o.Empty.All
}

// sweep empties the trash once, and logs how that went.
func (t *Trash) sweep(ctx context.Context, o *RunOptions) {
	began := time.Now()
	report, err := t.sweepRows(ctx, o)
	attributes := []any{
		slog.Int64("rows", total(report.Rows)), slog.Any("tables", report.Rows), slog.Int("failed", len(report.Failed)),
		slog.Duration("took", time.Since(began)),
	}
	level := slog.LevelInfo
	if report.DryRun {
		attributes = append(attributes, slog.Bool("dry_run", true))
	}
	if len(report.Failed) > 0 {
		attributes = append(attributes, slog.String("first_failed", report.Failed[0].Error()))
	}
	if err != nil {
		level = slog.LevelError
		attributes = append(attributes, slog.String("error", err.Error()))
	}
	if err != nil && ctx.Err() != nil {
		level = slog.LevelInfo
	}
	o.Logger.Log(context.WithoutCancel(ctx), level, "softdelete: swept the trash", attributes...)
}

func (t *Trash) sweepRows(ctx context.Context, o *RunOptions) (report EmptyReport, err error) {
	var e *emptying
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("softdelete: a panic while emptying the trash: %v", r)
			if e != nil {
				report = e.report
			}
		}
	}()
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return EmptyReport{}, err
	}
	options := o.Empty
	// Each model has its age.
	options.All = false
	e = newEmptying(db, options)
	for _, m := range models {
		if age, due := o.age(m); due {
			e.enqueue(m, age)
		}
	}
	return e.run(ctx)
}

// Stat is how much of one table is in the trash.
type Stat struct {
	Table   string
	Model   string // name of the Go type
	Trashed int64  // how many rows
	Oldest  time.Time
	Newest  time.Time // both zero if no row is trashed, or the model keeps no time

	// Retention is how long trashed rows are kept: the model's own TrashRetention, or
	// else that of WithRetention. Zero is for ever.
	Retention time.Duration

	// Overdue is how many rows were trashed longer ago than that, by Config.Clock: those
	// that an Empty of that age would address. Rows that do not say when are not.
	Overdue int64
}

// Stats counts the trashed rows of each model, in the order of the tables' names.
//
//	SELECT count(*), min(deleted_at), max(deleted_at) FROM posts WHERE posts.deleted_at IS NOT NULL
//
// Of a model with a retention (TrashRetention, WithRetention) it also counts those that
// are kept for longer, as one more column of that statement:
//
//	count(CASE WHEN posts.deleted_at < '…' THEN 1 END)
func (t *Trash) Stats(ctx context.Context) ([]Stat, error) {
	db, models, err := t.begin(ctx, nil)
	if err != nil {
		return nil, err
	}
	stats := make([]Stat, len(models))
	clock := t.clock(db)
	for i, m := range models {
		stats[i] = t.statOf(m)
		now, err := clock(&stats[i], m)
		if err != nil {
			return nil, err
		}
		if err = stats[i].read(db, m, now); err != nil {
			return nil, err
		}
	}
	return stats, nil
}

// statOf is what of a Stat does not have to be counted.
func (t *Trash) statOf(m *model.Model) Stat {
	return Stat{Table: m.Schema.Table, Model: m.Name(), Retention: t.retentionOf(m)}
}

// clock returns what reads Config.Clock, once, for the models of which rows can be overdue.
func (t *Trash) clock(db *gorm.DB) func(*Stat, *model.Model) (time.Time, error) {
	var now time.Time
	return func(s *Stat, m *model.Model) (at time.Time, err error) {
		if s.Retention > 0 && m.At != nil && now.IsZero() {
			p, _ := installed(db)
			now, err = p.config.Clock.now(session.OnPrimary(db, m.Schema))
		}
		return now, err
	}
}

func (s *Stat) read(db *gorm.DB, m *model.Model, now time.Time) error {
	list, dest := []any{"count(*)"}, []any{&s.Trashed}
	read := func() (oldest, newest time.Time) { return }
	if m.At != nil {
		l := m.Timeline(dialectOf(db))
		var extremes []any
		extremes, read = l.Extremes()
		list, dest = append(list, l.Extreme(false), l.Extreme(true)), append(dest, extremes...)
		if s.Retention > 0 {
			list, dest = append(list, countIf(overdue(db, m, now.Add(-s.Retention)))), append(dest, &s.Overdue)
		}
	}
	_, err := session.Scan(expr.Selecting(trashOf(db, m), list...), dest, func() { s.Oldest, s.Newest = read() })
	return err
}

// countIf counts the rows that meet a condition.
func countIf(condition clause.Expression) clause.Expression {
	return expr.Func(func(b clause.Builder) {
		_, _ = b.WriteString("count(CASE WHEN ")
		condition.Build(b)
		_, _ = b.WriteString(" THEN 1 END)")
	})
}
