package zoo_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
)

// zooMove is an operation beside another, and how it ended.
type zooMove struct {
	call *zooCall
	undo *zooDeletion // if it is an undo

	err      error
	affected int64
	made     *zooDeletion
}

func (m *zooMove) String() string {
	name := m.call.String()
	if m.undo != nil {
		name = "undo of " + m.undo.id.String()
	}
	return fmt.Sprintf("%s: %d rows, %v", name, m.affected, m.err)
}

// drawMove draws an operation.
func (r *zooRun) drawMove(deletes []*zooDeletion) *zooMove {
	t := r.t
	kinds := []softdelete.Operation{softdelete.OpSoftDelete, softdelete.OpRestore, softdelete.OpPurge, softdelete.OpForceDelete, softdelete.OpNone}
	kind := pick(t, "kind", kinds)
	m := &zooMove{made: &zooDeletion{}}
	deletes = slices.DeleteFunc(slices.Clone(deletes), func(d *zooDeletion) bool { return !hasID(d) })
	if kind == softdelete.OpNone && len(deletes) > 0 {
		m.undo = pick(t, "undo", deletes)
	}
	if kind == softdelete.OpNone {
		kind = softdelete.OpRestore
	}
	m.call = drawZooCall(t, r.rows, kind)
	// One row each: what many rows are like at one time, no statement sees under READ COMMITTED.
	m.call.form, m.call.scope, m.call.limit, m.call.reason = "value", "", 0, ""
	if some := r.rows.of(m.call.table); len(some) > 0 {
		m.call.rows = []*zooRow{pick(t, "row", some)}
	} else {
		m.call.form = "all"
	}
	if kind == softdelete.OpRestore {
		m.call.mode.withParents = rapid.IntRange(0, 3).Draw(t, "with parents") == 0
	}
	return m
}

// run makes the move.
func (m *zooMove) run(z *zooDatabase, db *gorm.DB) {
	run := func(tx *gorm.DB) error {
		if m.undo != nil {
			undone, err := softdelete.Undo(tx, m.undo.id)
			for _, n := range undone.Rows {
				m.affected += n
			}
			return err
		}
		var d softdelete.Deletion
		tx, value, conds := m.call.build(z, tx)
		switch m.call.kind {
		case softdelete.OpSoftDelete:
			tx = tx.Scopes(softdelete.Into(&d)).Delete(value, conds...)
		case softdelete.OpRestore:
			tx = softdelete.Restore(tx, value, conds...)
		case softdelete.OpPurge:
			tx = softdelete.Purge(tx, value, conds...)
		default:
			tx = softdelete.ForceDelete(tx, value, conds...)
		}
		m.made.id, m.affected = d.ID, tx.RowsAffected
		return tx.Error
	}
	switch m.call.transaction {
	case "skipped":
		m.err = run(db.Session(&gorm.Session{SkipDefaultTransaction: true}))
	case "own":
		m.err = db.Transaction(run)
	default:
		m.err = run(db)
	}
}

// gaveUp tells if the database ended the move, to resolve a deadlock.
func (m *zooMove) gaveUp() bool {
	var state interface{ SQLState() string }
	return errors.As(m.err, &state) && slices.Contains([]string{"40P01", "40001"}, state.SQLState())
}

// explain applies the move to the rows of the oracle, and says how it differs from what it did.
func (m *zooMove) explain(rows *zooRows) string {
	if m.gaveUp() {
		return ""
	}
	want := &zooOutcome{}
	affected := 0
	if m.undo != nil {
		want = rows.undone(m.undo)
		affected = len(want.rows)
	} else {
		want = m.call.predict(rows)
		affected = len(want.addressed)
	}
	switch {
	case want.fails() && m.err == nil:
		return fmt.Sprintf("%s: should be %v", m, want.errs)
	case want.fails():
		if !slices.ContainsFunc(want.errs, func(sentinel error) bool { return errors.Is(m.err, sentinel) }) {
			return fmt.Sprintf("%s: should be %v", m, want.errs)
		}
		return ""
	case m.err != nil:
		return fmt.Sprintf("%s: should be no error", m)
	case int64(affected) != m.affected:
		return fmt.Sprintf("%s: should be %d rows", m, affected)
	}
	for _, row := range want.rows {
		switch {
		case m.undo != nil || m.call.kind == softdelete.OpRestore:
			row.by = nil
		case m.call.kind == softdelete.OpSoftDelete:
			row.by = m.made
		default:
			row.gone = true
		}
	}
	return ""
}

// explain says how the database differs from what moves do one after the other, and leaves the rows of the oracle alone.
func (r *zooRun) explain(stored map[string]zooColumns, moves ...*zooMove) string {
	before := make([]zooRow, len(r.rows.all))
	for i, row := range r.rows.all {
		before[i] = *row
	}
	defer func() {
		for i, row := range r.rows.all {
			*row = before[i]
		}
	}()
	var wrong []string
	for _, m := range moves {
		if difference := m.explain(r.rows); difference != "" {
			wrong = append(wrong, difference)
		}
	}
	for i, row := range r.rows.all {
		columns, found := stored[row.key()]
		made := slices.ContainsFunc(moves, func(m *zooMove) bool { return row.by != nil && row.by == m.made })
		switch {
		case row.gone && found:
			wrong = append(wrong, row.String()+": should be gone")
		case row.gone:
		case !found:
			wrong = append(wrong, row.String()+": is gone")
		case made:
			if id := columns[row.table.mark.id]; id == nil || zooID(r.t, id) != row.by.id {
				wrong = append(wrong, fmt.Sprintf("%s: is %v", row, columns))
			}
		case row.by == nil && !maps.Equal(columns, row.live), row.by != nil && !maps.Equal(columns, before[i].now):
			wrong = append(wrong, fmt.Sprintf("%s: is %v", row, columns))
		}
	}
	return strings.Join(wrong, "\n")
}

// TestInterleavedOperations starts an operation between any two statements of another one. In the end the database is as if
// one of them had been made after the other. Tables that hang on each other in a circle are left out: see docs/cascades.md.
func TestInterleavedOperations(t *testing.T) {
	t.Parallel()
	z := openZoo(t, testdb.OpenerFor(t, "postgres"), zooHome(), zooForest())
	rapid.Check(t, func(t *rapid.T) {
		r := newZooRun(t, z, anyZoo)
		deletes := r.trashSome(4)
		a, b := r.drawMove(deletes), r.drawMove(deletes)
		at := rapid.IntRange(0, 12).Draw(t, "at")
		var statements atomic.Int64
		done := make(chan struct{})
		begin := func() {
			go func() {
				defer close(done)
				b.run(z, r.db)
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Millisecond): // it waits for locks
			}
		}
		var log []string
		a.run(z, concurrent.Pause(r.db, func(query string) {
			if int(statements.Add(1)) == at+1 {
				log = append(log, "-- here")
				begin()
			}
			log = append(log, query)
		}))
		if int(statements.Load()) <= at {
			begin()
		}
		<-done
		stored := z.dump(t, r.rows.world)
		ab, ba := r.explain(stored, a, b), r.explain(stored, b, a)
		if ab != "" && ba != "" {
			require.Fail(t, "neither order explains what is there", "A: %s\nB: %s\n%s\nas A, B:\n%s\nas B, A:\n%s\n%s", a, b, strings.Join(log, "\n"), ab, ba, uuid.Nil)
		}
	})
}
