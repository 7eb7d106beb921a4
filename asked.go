package softdelete

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/model"
	"github.com/gorm-softdelete/softdelete/internal/session"
)

// An undo, and an operation on items of the trash, are about several tables and so no
// statement of one model. The caller's scopes and conditions are asked for each table by
// itself: as they would be on a statement about its model.

// withoutModel runs a step by GORM's raw chain, of which the statement is about no model. It
// is given the caller's handle too, of which nothing was called yet.
func withoutModel(db *gorm.DB, run func(tx, callers *gorm.DB)) error {
	tx := ask(db, func(*request) {})
	if tx.Error != nil {
		return tx.Error
	}
	callers := tx.Session(&gorm.Session{})
	fresh := session.Fresh(tx, gorm.Session{}).Clauses()
	session.CopySettings(fresh.Statement, tx.Statement)
	fresh.Statement.SkipHooks = tx.Statement.SkipHooks
	fresh = ask(fresh, func(r *request) { r.run = func(tx *gorm.DB) { run(tx, callers) } })
	defer session.SendToPrimary(fresh)()
	fresh = fresh.Callback().Raw().Execute(fresh)
	if requestOf(fresh.Statement).run != nil {
		return stepReplaced("raw")
	}
	return fresh.Error
}

// raw wraps GORM's raw step, by which these come.
func (p *Plugin) raw(next func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		run := requestOf(db.Statement).run
		if run == nil {
			if !refuseExpected(db, "raw SQL") {
				next(db)
			}
			return
		}
		defer forgetVerb(db.Statement)
		if db.Error == nil && !db.DryRun {
			run(db)
		}
	}
}

// asked is what a caller's handle asks of each table of an operation.
type asked struct {
	callers *gorm.DB
	kind    Operation
}

// on runs a step with the statement that the caller's handle would have on a model, on the
// connection of the operation's.
func (a *asked) on(db *gorm.DB, m *model.Model, also []clause.Expression, step func(*gorm.DB, *model.Model) error) error {
	return inPlace(a.callers, func(tx *gorm.DB) *gorm.DB {
		tx = ask(tx, func(r *request) {
			r.verb = a.kind
			r.also = append(r.also[:len(r.also):len(r.also)], also...)
		})
		tx = partOf(tx, m).Clauses()
		tx.Statement.ConnPool = db.Statement.ConnPool
		return tx
	}, step)
}

// conditions are those of the caller's on the rows of a table, and what its handle asks for.
func (a *asked) conditions(db *gorm.DB, t *model.Table) (list []clause.Expression, r *request, err error) {
	err = a.on(db, t.Model, nil, func(db *gorm.DB, m *model.Model) error {
		stmt := db.Statement
		r = requestOf(stmt)
		if len(stmt.Joins) > 0 || session.HasLimit(stmt) || r.show != model.Unasked && len(r.conditions) == 0 || r.parents || r.rootOnly {
			return fmt.Errorf("softdelete: %w: an undo is of a whole operation, it takes no joins or limits, and of the scopes of the trash conditions only", gorm.ErrInvalidValue)
		}
		more, err := r.conditionsFor(db, m)
		list = slices.Concat(session.WhereExprs(stmt), more)
		return err
	})
	return list, r, err
}
