package softdelete

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/expr"
	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/rows"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// Undo makes all rows live again that one operation has trashed, in all known tables.
//
//	var d softdelete.Deletion
//	db.Scopes(softdelete.Into(&d)).Delete(&user)
//	undone, err := softdelete.Undo(db, d.ID)
//
//	UPDATE users SET deleted_at = NULL, …, deletion_id = NULL WHERE users.deletion_id = '…' AND users.deleted_at IS NOT NULL
//	UPDATE posts SET deleted_at = NULL, …, deletion_id = NULL WHERE posts.deletion_id = '…' AND posts.deleted_at IS NOT NULL
//
// Rows of tables with a deletion_id column are found by the operation's id. What hangs
// on them and has no such column is found by its time, as [Restore] does. A model is
// known if it is in [Config].Models, or has been used, or is related to one that has.
// Conditions of db are in force on each of the tables.
//
// The report says when, by whom and why the rows were trashed, and how many of which
// table have come back. Rows purged since are gone.
//
// Errors are [ErrNotFound] for an id that is unknown or undone already, a
// [*ConflictError], [ErrAmbiguous], [ErrNotInstalled]. After an error nothing has
// changed. It is safe for concurrent use.
func Undo(db *gorm.DB, id uuid.UUID) (Deletion, error) {
	u := &undoing{report: Deletion{ID: id}}
	if err := u.begin(db); err != nil {
		return Deletion{}, err
	}
	return u.report, nil
}

// PreviewUndo says what an Undo would do, and writes nothing: see Preview.
//
//	plan, err := softdelete.PreviewUndo(db, d.ID)
//
//	SELECT count(*) FROM users WHERE users.deletion_id = '…' AND users.deleted_at IS NOT NULL
//	SELECT count(*) FROM posts WHERE posts.deletion_id = '…' AND posts.deleted_at IS NOT NULL
//
// Its Operation is OpRestore; its fingerprint names the id, and is never that of a Restore.
// The errors are those of Undo, but for a [*ConflictError], which is in the Plan.
func PreviewUndo(db *gorm.DB, id uuid.UUID) (Plan, error) {
	u := &undoing{report: Deletion{ID: id}, made: &Plan{Operation: OpRestore, Rows: map[string]int64{}}}
	if err := u.begin(db); err != nil {
		return Plan{}, err
	}
	return *u.made, nil
}

// undoing is one Undo, or the preview of one.
type undoing struct {
	plugin  *Plugin
	asked   *asked
	report  Deletion
	made    *Plan                                // to be filled in, in place of undoing anything
	callers map[*model.Table][]clause.Expression // the caller's conditions on the tables that keep the operation's id
	fence   []func(*gorm.DB) *gorm.DB            // as the caller's handle has it
}

func (u *undoing) begin(db *gorm.DB) error {
	return withoutModel(db, func(tx, callers *gorm.DB) {
		u.plugin, _ = installed(tx)
		u.asked = &asked{callers: callers, kind: OpRestore}
		u.somewhere(tx)
	})
}

// somewhere looks for the operation in each of the databases that a resolver has the tables
// in: it was in one of them.
func (u *undoing) somewhere(db *gorm.DB) {
	plan := u.plugin.models.relations().PlanOfAll(model.Restore)
	var elsewhere [][]*model.Table
	if isPlaced(db) {
		elsewhere = places(db, slices.DeleteFunc(slices.Concat(plan.Order...), func(t *model.Table) bool { return t.Model == nil || t.Model.DeletionID == nil }))
	}
	if len(elsewhere) < 2 {
		if len(elsewhere) == 1 {
			session.Resolve(db, elsewhere[0][0].Schema)
		}
		u.in(db, plan)
		return
	}
	for i, tables := range elsewhere {
		if i > 0 {
			db.Error = nil
		}
		session.Resolve(db, tables[0].Schema)
		u.in(db, plan.Within(func(t *model.Table) bool { return !apart(db, tables[0].Schema, t.Schema) }))
		if !errors.Is(db.Error, ErrNotFound) {
			return
		}
	}
}

// in undoes what is in one database.
func (u *undoing) in(db *gorm.DB, plan *model.Plan) {
	op := &operation{kind: OpRestore, dialect: dialectOf(db), hooks: !db.Statement.SkipHooks, id: u.report.ID, plan: plan}
	if u.made != nil {
		_, err := u.ask(db, op)
		if err == nil {
			err = u.foresee(db, op, u.made, false)
		}
		_ = db.AddError(err)
		return
	}
	session.InUnit(db, func() {
		err := u.undo(db, op)
		_ = db.AddError(op.expected.since(explained(err, op)))
	})
}

// ask finds out what the caller asks of the tables that keep the operation's id, and what it
// is held to.
func (u *undoing) ask(db *gorm.DB, op *operation) (expected *expectation, err error) {
	u.callers = map[*model.Table][]clause.Expression{}
	for _, t := range slices.Concat(op.plan.Order...) {
		if t.Model == nil || t.Model.DeletionID == nil {
			continue
		}
		if len(u.callers) == 0 && u.made == nil {
			// The first to be done: later it could be refused.
			if err := lockDatabase(db, op.dialect, t.Name, t.Model); err != nil {
				return nil, err
			}
		}
		var r *request
		if u.callers[t], r, err = u.asked.conditions(db, t); err != nil {
			return nil, err
		}
		expected, u.fence = r.expect, r.fence
	}
	if len(u.callers) == 0 {
		return nil, fmt.Errorf("%w: no known model has a deletion id, name those that have one in Config.Models", ErrNotFound)
	}
	return expected, nil
}

// foresee finds what the undo would do. If it is about to be done, it is bound.
func (u *undoing) foresee(db *gorm.DB, op *operation, made *Plan, bound bool) error {
	c := u.plugin.newCascade(db, op)
	c.look(bound)
	whole, err := u.find(c)
	if err != nil {
		return err
	}
	for t, set := range whole {
		n, err := c.numberOf(set)
		if err != nil {
			return err
		}
		c.rows[t] += n
	}
	made.addressed = "undo " + op.id.String()
	return c.describe(made, &request{rootOnly: true})
}

// numberOf counts the rows of a set, under locks if what is found has to stay so.
func (c *cascade) numberOf(set *rows.Set) (n int64, err error) {
	t := set.Table
	for _, part := range set.Where {
		where := part.And(rows.Visible(t, model.TrashedOnly))(t.Name)
		var some int64
		if lock := c.forUpdate(); lock == "" || len(t.Key()) == 0 {
			some, err = session.Count(c.db, t.Name, where, "")
		} else {
			_, some, err = c.collect(t, 0, "SELECT ", expr.Columns(t.Name, t.Key()), " FROM ", clause.Table{Name: t.Name}, " WHERE ", where, lock)
		}
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

func (u *undoing) undo(db *gorm.DB, op *operation) error {
	expected, err := u.ask(db, op)
	if err != nil {
		return err
	}
	if expected != nil {
		now := &Plan{Operation: OpRestore, Rows: map[string]int64{}}
		if err := expected.check(now, u.foresee(db, op, now, true)); err != nil {
			return err
		}
		op.expected = now
	}
	op.observed = u.plugin.observe(db, op)
	c := u.plugin.newCascade(db, op)
	whole, err := u.find(c)
	if err != nil {
		return err
	}
	if err := c.checkFence(); err != nil {
		return err
	}
	back, checked, err := c.undone(whole)
	if err != nil {
		return err
	}
	for _, found := range append(back, c.log...) {
		if err := c.bringBack(found); err != nil {
			return err
		}
	}
	u.report.Rows = c.tables()
	if err := c.checkLiveParents(append(checked, c.log...)); err != nil {
		return err
	}
	if err := op.expected.checkWritten(u.report.Rows); err != nil {
		return err
	}
	g := u.plugin.models.relations()
	op.observed.addressed(func(name string) bool { return c.startsAt(g.Tables[name]) })
	op.tell(u.plugin, db)
	return db.Error
}

// find finds the rows of the operation: those that keep its id, as whole sets, and with
// these what hangs on them and has none.
func (u *undoing) find(c *cascade) (whole map[*model.Table]*rows.Set, err error) {
	c.fence = u.fence
	if err := c.heed(); err != nil {
		return nil, err
	}
	for _, t := range slices.Concat(c.plan.Order...) {
		if callers, keeps := u.callers[t]; keeps {
			if err := c.findUndone(t, callers, &u.report); err != nil {
				return nil, err
			}
		}
	}
	if len(c.sets) == 0 {
		return nil, fmt.Errorf("%w: no row was trashed by this operation, or it is undone already", ErrNotFound)
	}
	whole = maps.Clone(c.sets)
	for _, set := range whole {
		if err := c.raiseByTime(set); err != nil {
			return nil, err
		}
	}
	return whole, c.walk(c.restorableByTime)
}
