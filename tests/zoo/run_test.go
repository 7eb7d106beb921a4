package zoo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
)

// zooRun is a world with rows, in a database and in the oracle, and what is done to it.
type zooRun struct {
	t    *rapid.T
	z    *zooDatabase
	rows *zooRows
	db   *gorm.DB
	step time.Duration // of a column of times
	past int           // how often rows were trashed before there was a plugin
}

// newZooRun draws a world and its rows.
func newZooRun(t *rapid.T, z *zooDatabase, fits func(*zooWorld) bool) *zooRun {
	worlds := slices.DeleteFunc(slices.Clone(z.worlds), func(w *zooWorld) bool { return !fits(w) })
	names := make([]string, len(worlds))
	for i, w := range worlds {
		names[i] = w.name
	}
	w := worlds[slices.Index(names, rapid.SampledFrom(names).Draw(t, "world"))]
	less := rapid.SampledFrom(z.less()).Draw(t, "less")
	return plantZooRun(t, z, drawZooRows(t, w), less)
}

func plantZooRun(t *rapid.T, z *zooDatabase, rows *zooRows, less string) *zooRun {
	r := &zooRun{t: t, z: z, rows: rows, db: z.handle(t, rows.world, less), step: database.Flavours[z.name].Step}
	rows.step = r.step
	z.plant(t, rows)
	if len(rows.all) < 100 {
		t.Logf("%s on %s %s:\n%s", rows.world.name, z.name, less, rows)
	}
	return r
}

// inTransaction makes a statement in the kind of transaction that the call says.
func (c *zooCall) inTransaction(t *rapid.T, db *gorm.DB, fn func(tx *gorm.DB) error) error {
	switch c.transaction {
	case "skipped":
		return fn(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
	case "own":
		tx := db.Begin()
		require.NoError(t, tx.Error)
		err := fn(tx)
		// The caller goes on after an error, and commits what there is.
		if committed := tx.Commit().Error; err == nil {
			require.NoError(t, committed)
		}
		return err
	default:
		return fn(db)
	}
}

// do makes a call, and compares what it did with what the oracle says. It returns the delete, if it was one.
func (r *zooRun) do(c *zooCall) (*zooOutcome, *zooDeletion) {
	t := r.t
	want := c.predict(r.rows)
	t.Logf("%s", c)
	hooks := &zooHooks{}
	ctx := withZooHooks(context.Background(), hooks)
	if c.actor != "" {
		ctx = softdelete.WithActor(ctx, c.actor)
	}
	if c.reason != "" {
		ctx = softdelete.WithReason(ctx, c.reason)
	}
	var report softdelete.Deletion
	var affected int64
	var value any
	err := c.inTransaction(t, r.db.WithContext(ctx), func(db *gorm.DB) error {
		var tx *gorm.DB
		var conds []any
		tx, value, conds = c.build(r.z, db)
		var done *gorm.DB
		switch c.kind {
		case softdelete.OpSoftDelete:
			if c.report {
				tx = tx.Scopes(softdelete.Into(&report))
			}
			done = tx.Delete(value, conds...)
		case softdelete.OpRestore:
			done = softdelete.Restore(tx, value, conds...)
		case softdelete.OpPurge:
			done = softdelete.Purge(tx, value, conds...)
		default:
			done = softdelete.ForceDelete(tx, value, conds...)
		}
		affected = done.RowsAffected
		return done.Error
	})
	r.checkError(want, err)
	r.checkValues(c, want, value)
	if want.fails() {
		require.Equal(t, softdelete.Deletion{}, report, "a report of a delete that failed")
		r.checkUnchanged()
		return want, nil
	}
	require.EqualValues(t, len(want.addressed), affected, "RowsAffected")
	if c.kind != softdelete.OpSoftDelete {
		r.settle(want, c.kind)
		r.checkHooks(c.kind, want, hooks, c.table)
		return want, nil
	}
	d := r.checkDeleted(c, want, report)
	r.checkHooks(c.kind, want, hooks, c.table)
	return want, d
}

// checkValues says that the markers of values are set if, and only if, their rows were trashed.
func (r *zooRun) checkValues(c *zooCall, want *zooOutcome, value any) {
	if c.kind != softdelete.OpSoftDelete || c.form != "value" && c.form != "slice" {
		return
	}
	values := reflect.ValueOf(value).Elem()
	if c.form == "value" {
		values = reflect.Append(reflect.MakeSlice(reflect.SliceOf(values.Type()), 0, 1), values)
	}
	for i, row := range c.rows {
		trashed, err := softdelete.IsTrashed(r.db, values.Index(i).Addr().Interface())
		require.NoError(r.t, err)
		require.Equal(r.t, !want.fails() && slices.Contains(want.addressed, row), trashed, "%s: the marker of the value", row)
	}
}

// checkError compares the error of an operation.
func (r *zooRun) checkError(want *zooOutcome, err error) {
	t := r.t
	if !want.fails() {
		require.NoError(t, err)
		return
	}
	require.Error(t, err, "expected %v", want.errs)
	if want.anyError {
		return
	}
	require.True(t, slices.ContainsFunc(want.errs, func(sentinel error) bool { return errors.Is(err, sentinel) }), "expected %v, got %v", want.errs, err)
	var restricted *softdelete.RestrictError
	if errors.As(err, &restricted) {
		require.Contains(t, want.restricted, *restricted)
	}
}

// checkUnchanged compares all rows with what they were.
func (r *zooRun) checkUnchanged() { r.settle(&zooOutcome{}, softdelete.OpNone) }

// settle takes over what an operation that is no delete has changed, and compares all rows.
func (r *zooRun) settle(want *zooOutcome, kind softdelete.Operation) {
	for _, row := range want.rows {
		if kind == softdelete.OpRestore {
			row.by, row.now = nil, row.live
		} else {
			row.gone = true
		}
	}
	for _, null := range want.nulled {
		null.row.values[null.column] = nil
		for _, columns := range []*zooColumns{&null.row.live, &null.row.now} {
			*columns = maps.Clone(*columns)
			(*columns)[null.column] = nil
		}
		r.rows.forget()
	}
	r.compare(r.z.dump(r.t, r.rows.world))
}

func (r *zooRun) compare(stored map[string]zooColumns) {
	t := r.t
	var wrong []string
	n := 0
	for _, row := range r.rows.all {
		columns, found := stored[row.key()]
		switch {
		case row.gone && found:
			wrong = append(wrong, row.String()+": should be gone")
		case row.gone:
		case !found:
			wrong = append(wrong, row.String()+": is gone")
		case !maps.Equal(row.now, columns):
			wrong = append(wrong, fmt.Sprintf("%s: should be %v, is %v", row, row.now, columns))
		}
		if !row.gone {
			n++
		}
	}
	require.Empty(t, strings.Join(wrong, "\n"))
	require.Len(t, stored, n, "rows that nobody made")
}

// checkDeleted compares what a delete did.
func (r *zooRun) checkDeleted(c *zooCall, want *zooOutcome, report softdelete.Deletion) *zooDeletion {
	t := r.t
	stored := r.z.dump(t, r.rows.world)
	d := &zooDeletion{id: report.ID, actor: c.actor, rows: want.rows}
	stamps := &zooStamps{step: r.step, report: report, root: c.table}
	for _, row := range want.rows {
		columns, found := stored[row.key()]
		require.True(t, found, "%s is gone", row)
		require.False(t, maps.Equal(row.now, columns), "%s was not trashed", row)
		protected := row.table.protected()
		require.Equal(t, row.now.without(protected...), columns.without(protected...), "%s: a delete writes nothing but its own columns", row)
		stamps.check(t, c, row, columns)
		row.by, row.now = d, columns
	}
	stamps.agree(t)
	if d.id == uuid.Nil {
		d.id = stamps.id
	}
	r.compare(stored)
	if c.report {
		r.checkReport(c, want, report)
	}
	return d
}

func (r *zooRun) checkReport(c *zooCall, want *zooOutcome, report softdelete.Deletion) {
	t := r.t
	if len(want.rows) == 0 {
		require.Equal(t, softdelete.Deletion{}, report)
		return
	}
	require.Equal(t, want.byTable(), report.Rows)
	require.NotEqual(t, uuid.Nil, report.ID)
	require.WithinDuration(t, time.Now(), report.At, time.Hour)
	require.Equal(t, [2]string{c.actor, c.reason}, [2]string{report.By, report.Reason})
}

// checkHooks compares the hooks that ran in a cascade. Those of the call's own table are left to other tests.
func (r *zooRun) checkHooks(kind softdelete.Operation, want *zooOutcome, hooks *zooHooks, own *zooTable) {
	expected := []string{}
	for _, row := range want.hooked {
		for _, name := range zooHooksOf(row.table.name, kind) {
			expected = append(expected, fmt.Sprintf("%s %s %d %s", name, row.table.name, row.values["id"], row.values["name"]))
		}
	}
	called := hooks.calls
	if own != nil {
		ofOwn := func(call string) bool { return strings.Contains(call, " "+own.name+" ") }
		expected, called = slices.DeleteFunc(expected, ofOwn), slices.DeleteFunc(called, ofOwn)
	}
	require.ElementsMatch(r.t, expected, called)
}

// undo undoes a delete, and compares.
func (r *zooRun) undo(d *zooDeletion, c *zooCall) {
	t := r.t
	want := r.rows.undone(d)
	t.Logf("undo of %s", d.id)
	plan, err := softdelete.PreviewUndo(r.db, d.id)
	if err != nil {
		r.checkError(want, err)
	} else if r.checkConflicts(want, plan); !want.fails() {
		require.Equal(t, want.byTable(), plan.Rows)
	}
	r.checkUnchanged()
	var undone softdelete.Deletion
	hooks := &zooHooks{}
	err = c.inTransaction(t, r.db.WithContext(withZooHooks(context.Background(), hooks)), func(tx *gorm.DB) error {
		if err == nil {
			tx = tx.Scopes(softdelete.Expect(plan)) // as nothing comes between, it does what it would do without
		}
		undone, err = softdelete.Undo(tx, d.id)
		return err
	})
	r.checkError(want, err)
	if want.fails() {
		r.checkUnchanged()
		return
	}
	require.Equal(t, d.id, undone.ID)
	require.Equal(t, want.byTable(), undone.Rows)
	r.settle(want, softdelete.OpRestore)
	r.checkHooks(softdelete.OpRestore, want, hooks, nil)
}
