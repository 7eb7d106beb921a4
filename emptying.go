package softdelete

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/dialect"
	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/neighbours"
	"github.com/gorm-softdelete/softdelete/internal/rawsql"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// emptying is one run of Empty.
type emptying struct {
	db      *gorm.DB
	plugin  *Plugin
	graph   *model.Graph
	d       *dialect.Dialect
	options EmptyOptions
	now     time.Time

	queues []*queue
	due    map[string]rows.Picker // the rows that are due, for a dry run

	stepwise bool // the database does not remove batches by one statement
	report   EmptyReport
	begun    bool // there was a batch, after which to pause before the next one
	done     int64
	total    int64
	began    time.Time
}

// queue is the rows of one model that are due: those that keep a time, or those
// that do not.
type queue struct {
	model *model.Model
	timed bool
	old   bool          // it is of rows that are old enough, else of any
	age   time.Duration // how old they are, unless the options name a moment
	when  clause.Expression
}

func newEmptying(db *gorm.DB, options EmptyOptions) *emptying {
	p, _ := installed(db)
	e := &emptying{
		db: session.OnPrimary(db, nil).Session(&gorm.Session{SkipHooks: !options.Hooks}), plugin: p, d: dialectOf(db),
		options: options, report: EmptyReport{Rows: map[string]int64{}, DryRun: options.DryRun}, began: time.Now(),
	}
	if options.BatchSize == 0 {
		e.options.BatchSize = cmp.Or(e.d.ClaimRows, defaultBatchSize)
	}
	if options.Where != nil {
		e.db = e.db.Scopes(narrowing(options.Where)).Session(&gorm.Session{})
	}
	return e
}

// enqueue makes the trashed rows of a model due that are of an age, zero for any, or of the
// one that the options name.
func (e *emptying) enqueue(m *model.Model, age time.Duration) {
	old := !e.options.All && (age > 0 || !e.options.Before.IsZero())
	if m.At != nil {
		e.queues = append(e.queues, &queue{model: m, timed: true, old: old, age: age})
	}
	if !m.AlwaysTells() && !old || m.At == nil {
		e.queues = append(e.queues, &queue{model: m, old: old, age: age})
	}
}

// cutoff is before when the rows of a queue were trashed, if they have to be old.
func (e *emptying) cutoff(q *queue) time.Time {
	if !e.options.Before.IsZero() {
		return e.options.Before
	}
	return e.now.Add(-q.age)
}

// run empties the queues, tables of children first.
func (e *emptying) run(ctx context.Context) (EmptyReport, error) {
	var err error
	if e.graph, err = e.plugin.relationsFor(e.db, OpPurge, e.roots); err != nil {
		return e.report, cmp.Or(ctx.Err(), err)
	}
	slices.SortStableFunc(e.queues, func(a, b *queue) int { return cmp.Compare(e.graph.RankOf(b.model), e.graph.RankOf(a.model)) })
	if err = e.readClock(); err == nil {
		err = e.prepare()
	}
	for _, q := range e.queues {
		if err == nil {
			err = e.empty(ctx, q)
		}
	}
	if ended := ctx.Err(); ended != nil && err != nil {
		err = ended
	}
	return e.report, err
}

// roots are the tables that are emptied.
func (e *emptying) roots(g *model.Graph) []*model.Table {
	var list []*model.Table
	for _, q := range e.queues {
		if t := g.Tables[q.model.Schema.Table]; t != nil {
			list = append(list, t)
		}
	}
	return list
}

// readClock takes the reading by which rows are old: of the database that the first
// of them are in.
func (e *emptying) readClock() (err error) {
	if len(e.queues) > 0 {
		e.now, err = e.plugin.config.Clock.now(session.OnPrimary(e.db, e.queues[0].model.Schema))
	}
	return err
}

// prepare counts what is due, for who wants to see progress, and finds out what a
// dry run has to know of other tables. A scope that fails does so before any row is gone.
func (e *emptying) prepare() error {
	for _, q := range e.queues {
		if q.old && !q.timed {
			continue
		}
		tx, err := e.query(q)
		if err != nil {
			return err
		}
		// What one statement removes is not looked at before.
		e.stepwise = e.stepwise || len(requestOf(tx.Statement).fence) > 0
		if e.options.DryRun {
			e.exclude(q, once(tx, q.model))
		}
		if e.options.Progress != nil {
			n, err := session.CountRows(inTrash(once(tx, q.model)))
			if err != nil {
				return err
			}
			e.total += n
		}
	}
	return nil
}

// query is a statement on the rows of a queue, without the filter.
func (e *emptying) query(q *queue) (*gorm.DB, error) {
	tx := partOf(e.db, q.model)
	if err := forRestoreOnly(tx.Statement, OpPurge); err != nil {
		return nil, err
	}
	if requestOf(tx.Statement).expect != nil {
		return nil, notExpected("Empty")
	}
	hidden, err := neighbours.OnQueries(q.model, tx)
	if err != nil {
		return nil, err
	}
	conditions, old := e.conditions(q)
	tx = also(tx, slices.Concat(conditions, hidden)...)
	if e.options.DryRun || session.HasLimit(tx.Statement) || len(tx.Statement.Joins) > 0 {
		tx = also(tx, old...) // within what becomes a subquery; by which it is also told what is counted elsewhere
	} else {
		tx = within(tx, q.model, e.d, old...)
	}
	return tx, tx.Error
}

// conditions are those of the rows of a queue, beside that they are trashed, and those
// of their age.
func (e *emptying) conditions(q *queue) (list, old []clause.Expression) {
	list = []clause.Expression{allRows}
	if q.model.At != nil && !q.model.AlwaysTells() {
		list = []clause.Expression{q.model.Timeline(e.d).Known(q.timed)}
	}
	if q.old {
		old = append(old, trashedBefore(e.db, q.model, e.cutoff(q)))
	}
	return list, old
}

// exclude keeps the rows of a queue from being counted by a dry run as taken
// along by others too.
func (e *emptying) exclude(q *queue, tx *gorm.DB) {
	name := q.model.Schema.Table
	stmt := session.Built(tx)
	exprs := rawsql.Enclose(session.WhereExprs(stmt))
	if more, err := requestOf(stmt).conditionsFor(tx, q.model); err == nil {
		exprs = append(exprs[:len(exprs):len(exprs)], more...)
	}
	if e.due == nil {
		e.due = map[string]rows.Picker{}
	}
	others := e.due[name]
	e.due[name] = func(name string) clause.Expression {
		return expr.Func(func(b clause.Builder) {
			_, _ = b.WriteString("CASE WHEN ")
			(&rows.At{Table: name, Expr: &rawsql.Group{Exprs: exprs}}).Build(b)
			_, _ = b.WriteString(" THEN 1 ELSE 0 END = 0")
			if others != nil {
				_, _ = b.WriteString(" AND ")
				others(name).Build(b)
			}
		})
	}
}

// empty removes the rows of a queue, batch by batch.
func (e *emptying) empty(ctx context.Context, q *queue) error {
	m := q.model
	if !q.timed && q.old || len(m.Schema.PrimaryFields) == 0 {
		return e.refuse(q)
	}
	if err := e.sort(q); err != nil {
		return err
	}
	var after *batchEnd
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Its rows have to fit into one statement by their keys.
		limit := min(e.options.BatchSize, e.d.Chunk(len(m.Schema.PrimaryFields)))
		if e.options.MaxRows > 0 {
			limit = int(min(int64(limit), e.options.MaxRows-e.done))
		}
		if limit <= 0 {
			return nil
		}
		b := &batch{limit: limit, model: m, when: q.when, after: after}
		if more, err := e.pause(ctx, q, b); err != nil || !more {
			return err
		}
		n, err := e.next(ctx, q, b)
		if err != nil {
			return err
		}
		e.begun = e.begun || n > 0
		e.tell(q, n)
		if n < limit {
			return nil
		}
		after = b.end
	}
}

// sort says by what the rows of a queue are sorted: by the column as it stands,
// which an index can do, unless times of several zones are in it as text.
func (e *emptying) sort(q *queue) error {
	if !q.timed {
		return nil
	}
	column := clause.Column{Table: clause.CurrentTable, Name: q.model.At.DBName}
	q.when = expr.Func(func(b clause.Builder) { b.WriteQuoted(column) })
	if !e.d.TextTime || !q.model.TellsTime() {
		return nil
	}
	elsewhere, err := session.AnyRow(also(trashOf(e.db, q.model), clause.Expr{SQL: "? NOT GLOB '????-??-?? ??:??:??*+00:00'", Vars: []any{column}}))
	if elsewhere {
		q.when = q.model.Timeline(e.d)
	}
	return err
}

// pause waits between two batches, if there is another one.
func (e *emptying) pause(ctx context.Context, q *queue, b *batch) (more bool, err error) {
	if e.options.Pause <= 0 || !e.begun {
		return true, nil
	}
	tx, err := e.query(q)
	if err != nil {
		return false, err
	}
	found, err := session.AnyRow(inTrash(also(tx, b.conditions(e.d)...)))
	if err != nil || !found {
		return false, err
	}
	return true, wait(ctx, e.options.Pause)
}

// refuse reports that no row of a model can be purged so, if there is any.
func (e *emptying) refuse(q *queue) error {
	found, err := session.AnyRow(trashOf(e.db, q.model))
	if err != nil || !found {
		return err
	}
	err = noTime(q.model)
	if len(q.model.Schema.PrimaryFields) == 0 {
		err = &ModelError{q.model.Name(), "", "emptying needs a primary key"}
	}
	e.report.Failed = append(e.report.Failed, RowError{Table: q.model.Schema.Table, Model: q.model.Name(), Err: err})
	return nil
}

func wait(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (e *emptying) tell(q *queue, n int) {
	if e.options.Progress == nil || n == 0 {
		return
	}
	elapsed := time.Since(e.began)
	p := Progress{Table: q.model.Schema.Table, Model: q.model.Name(), Done: e.done, Total: e.total, Elapsed: elapsed}
	if seconds := elapsed.Seconds(); seconds > 0 {
		p.Rate = float64(e.done) / seconds
	}
	e.options.Progress(p)
}
