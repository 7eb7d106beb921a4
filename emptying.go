package softdelete

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// emptying is one run of Empty.
type emptying struct {
	db      *gorm.DB
	plugin  *Plugin
	graph   *graph
	d       dialect
	options EmptyOptions
	scopes  []func(*gorm.DB) *gorm.DB
	now     time.Time

	queues []*queue
	due    map[*table]picker // the rows that are due, for a dry run

	report EmptyReport
	done   int64
	total  int64
	began  time.Time
}

// queue is the rows of one model that are due: those that keep a time, or those
// that do not.
type queue struct {
	model *model
	timed bool
	age   time.Duration // zero for any
}

func newEmptying(db *gorm.DB, options EmptyOptions) (*emptying, error) {
	p, _ := installed(db)
	e := &emptying{
		db: db.Session(&gorm.Session{SkipHooks: !options.Hooks}), plugin: p, graph: p.models.relations(), d: dialectOf(db),
		options: options, report: EmptyReport{Rows: map[string]int64{}, DryRun: options.DryRun}, began: time.Now(),
	}
	if options.BatchSize == 0 {
		e.options.BatchSize = defaultBatchSize
	}
	if options.Where != nil {
		e.scopes = append(e.scopes, options.Where)
	}
	var err error
	e.now, err = p.config.Clock.now(db.Session(&gorm.Session{}).Clauses())
	return e, err
}

// add makes the trashed rows of a model due that are of an age, zero for any.
func (e *emptying) add(m *model, age time.Duration) {
	if e.options.All {
		age = 0
	}
	if m.at != nil {
		e.queues = append(e.queues, &queue{m, true, age})
	}
	if m.marker.kind == flagMarker && age == 0 || m.at == nil {
		e.queues = append(e.queues, &queue{m, false, age})
	}
}

// run empties the queues, tables of children first.
func (e *emptying) run(ctx context.Context) (EmptyReport, error) {
	slices.SortStableFunc(e.queues, func(a, b *queue) int { return cmp.Compare(e.graph.rankOf(b.model), e.graph.rankOf(a.model)) })
	err := e.prepare()
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

// prepare counts what is due, for who wants to see progress, and finds out what a
// dry run has to know of other tables.
func (e *emptying) prepare() error {
	for _, q := range e.queues {
		if q.age == 0 || q.timed {
			tx, err := e.query(q)
			if err != nil {
				return err
			}
			if e.options.DryRun {
				e.exclude(q, tx)
			}
			if e.options.Progress != nil {
				var n int64
				if err := tx.Scopes(OnlyTrashed).Count(&n).Error; err != nil {
					return err
				}
				e.total += n
			}
		}
	}
	return nil
}

// query is a statement on the rows of a queue, without the filter.
func (e *emptying) query(q *queue) (*gorm.DB, error) {
	tx := e.db.Session(&gorm.Session{}).Model(newOf(q.model.schema.ModelType))
	for _, scope := range e.scopes {
		tx = scope(tx)
	}
	tx = also(tx, e.conditions(q)...)
	return tx, tx.Error
}

// conditions are those of the rows of a queue, beside that they are trashed.
func (e *emptying) conditions(q *queue) []clause.Expression {
	list := []clause.Expression{written(func(b clause.Builder) { _, _ = b.WriteString("1 = 1") })}
	if q.model.at != nil && q.model.marker.kind == flagMarker {
		list = []clause.Expression{q.model.timeline(e.d).known(q.timed)}
	}
	if q.age > 0 {
		// In the zone that markers are written in, as TrashedBefore.
		before := e.now.Add(-q.age).In(e.db.NowFunc().Location())
		list = append(list, &timeCondition{model: q.model, dialect: e.d, operator: "<", time: before})
	}
	return list
}

// exclude keeps the rows of a queue from being counted by a dry run as taken
// along by others too.
func (e *emptying) exclude(q *queue, tx *gorm.DB) {
	t := e.graph.tables[q.model.schema.Table]
	if t == nil {
		return
	}
	// A statement that is not run has its scopes applied.
	built := tx.Session(&gorm.Session{DryRun: true}).Find(newOf(q.model.schema.ModelType)).Statement
	exprs := enclose(whereExprs(built))
	if more, err := requestOf(built).conditionsFor(tx, q.model); err == nil {
		exprs = append(exprs[:len(exprs):len(exprs)], more...)
	}
	if e.due == nil {
		e.due = map[*table]picker{}
	}
	others := e.due[t]
	e.due[t] = func(name string) clause.Expression {
		return written(func(b clause.Builder) {
			_, _ = b.WriteString("CASE WHEN ")
			(&at{name, &group{exprs}}).Build(b)
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
	if !q.timed && q.age > 0 || len(m.schema.PrimaryFields) == 0 {
		return e.refuse(q)
	}
	var after *batchEnd
	for first := true; ; first = false {
		if !first {
			if err := wait(ctx, e.options.Pause); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		limit := e.options.BatchSize
		if e.options.MaxRows > 0 {
			limit = int(min(int64(limit), e.options.MaxRows-e.done))
		}
		if limit <= 0 {
			return nil
		}
		b := &batch{limit: limit, model: m, timed: q.timed, after: after}
		if err := e.batch(ctx, q, b); err != nil {
			return err
		}
		e.tell(q, len(b.found))
		if len(b.found) < limit {
			return nil
		}
		after = b.end
	}
}

// refuse reports that no row of a model can be purged so, if there is any.
func (e *emptying) refuse(q *queue) error {
	rows := reflect.New(reflect.SliceOf(q.model.schema.ModelType))
	tx := trashOf(e.db, q.model).Limit(1).Find(rows.Interface())
	if tx.Error != nil || tx.RowsAffected == 0 {
		return tx.Error
	}
	err := noTime(q.model)
	if len(q.model.schema.PrimaryFields) == 0 {
		err = &ModelError{q.model.name(), "", "emptying needs a primary key"}
	}
	e.report.Failed = append(e.report.Failed, RowError{Table: q.model.schema.Table, Model: q.model.name(), Err: err})
	return nil
}

func wait(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return nil
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

// attempts is how often a batch is tried that the database ended because of
// others' work.
const attempts = 5

// batch removes the rows of a batch. Where some of them cannot be removed, it
// finds out which, by halves, and removes the others.
func (e *emptying) batch(ctx context.Context, q *queue, b *batch) error {
	var rows map[string]int64
	var err error
	for range attempts {
		rows = map[string]int64{}
		if err = e.purge(q, b, rows); !isTransient(err) || ctx.Err() != nil {
			break
		}
	}
	if err == nil {
		for table, n := range rows {
			e.report.Rows[table] += n
			e.done += n
		}
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	if len(b.found) == 0 || isTransient(err) || isSystemic(err) || e.db.Exec("SELECT 1").Error != nil {
		return err
	}
	if len(b.found) == 1 {
		key, keyErr := typedKey(q.model.schema, b.found[0])
		if keyErr != nil {
			return keyErr
		}
		e.report.Failed = append(e.report.Failed, RowError{Table: q.model.schema.Table, Model: q.model.name(), Key: key, Err: err})
		return nil
	}
	for half := range slices.Chunk(b.found, (len(b.found)+1)/2) {
		part := &batch{limit: len(half), model: b.model, timed: b.timed, only: half}
		if err := e.batch(ctx, q, part); err != nil {
			return err
		}
	}
	return nil
}

// purge removes the rows of a batch in one transaction, or says what would be
// removed.
func (e *emptying) purge(q *queue, b *batch, rows map[string]int64) error {
	tx, err := e.query(q)
	if err != nil {
		return err
	}
	b.found = nil
	tx = also(tx, b.conditions()...)
	switch value := newOf(q.model.schema.ModelType); {
	case e.options.DryRun:
		return e.preview(tx, b, rows)
	case e.options.Hooks:
		return e.purgeLoaded(tx, b, rows)
	default:
		return Purge(ask(tx, func(r *request) { r.batch, r.tally = b, rows }), value).Error
	}
}

// purgeLoaded loads the rows of a batch, so that their hooks can run.
func (e *emptying) purgeLoaded(query *gorm.DB, b *batch, rows map[string]int64) error {
	return asUnit(query, func(tx *gorm.DB) error {
		if err := lockDatabase(tx, e.d, b.model.schema.Table, b.model); err != nil {
			return err
		}
		if err := b.read(tx.Scopes(OnlyTrashed), e.d, true); err != nil || len(b.found) == 0 {
			return err
		}
		loaded := reflect.New(reflect.SliceOf(reflect.PointerTo(b.model.schema.ModelType)))
		fresh := tx.Session(&gorm.Session{NewDB: true})
		keys := inColumns(primaryNames(b.model.schema), b.found)
		if err := fresh.Scopes(OnlyTrashed).Where(keys).Find(loaded.Interface()).Error; err != nil || loaded.Elem().Len() == 0 {
			return err
		}
		return Purge(ask(fresh, func(r *request) { r.tally = rows }), loaded.Interface()).Error
	})
}

// preview says what a batch would remove: what hangs on its rows and is due
// itself is counted when it is that one's turn.
func (e *emptying) preview(tx *gorm.DB, b *batch, rows map[string]int64) error {
	value := newOf(b.model.schema.ModelType)
	plan, err := Preview(ask(tx, func(r *request) { r.batch = b }), OpPurge, value)
	if err != nil {
		return err
	}
	if len(plan.Restricted) > 0 {
		return &plan.Restricted[0]
	}
	b.except = e.due
	plan, err = Preview(ask(tx, func(r *request) { r.batch = b }), OpPurge, value)
	maps.Copy(rows, plan.Rows)
	return err
}

func (e *emptying) tell(q *queue, n int) {
	if e.options.Progress == nil || n == 0 {
		return
	}
	elapsed := time.Since(e.began)
	p := Progress{Table: q.model.schema.Table, Model: q.model.name(), Done: e.done, Total: e.total, Elapsed: elapsed}
	if seconds := elapsed.Seconds(); seconds > 0 {
		p.Rate = float64(e.done) / seconds
	}
	e.options.Progress(p)
}

// isTransient tells if the database ended a statement because of what others were
// doing: it may be tried again.
func isTransient(err error) bool {
	return hasState(err, "40001", "40P01") || hasText(err, "database is locked", "database table is locked", "Deadlock found", "Lock wait timeout")
}

// isSystemic tells if an error is about the database, not about rows, by the
// classes of the SQL standard and PostgreSQL's. A statement that took too long
// may be quick with half of the rows.
func isSystemic(err error) bool {
	return hasState(err, "08", "25", "28", "42", "53", "54", "57", "58", "XX") && !hasState(err, "57014") || errors.Is(err, gorm.ErrInvalidTransaction)
}
