package applications_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// asWas checks that the application is kept as its schema kept it.
func (w *world) asWas(t *testing.T) {
	t.Helper()
	for _, k := range w.keeps {
		w.holds(t, &k, promise{refused: !isOn(w.database, k.open), free: isOn(w.database, k.free)})
	}
	w.call(t)
}

// asWasOrBetter checks that nothing is lost of what the schema kept.
func (w *world) asWasOrBetter(t *testing.T) {
	t.Helper()
	for _, k := range w.keeps {
		w.holds(t, &k, promise{refused: !isOn(w.database, k.open), free: isOn(w.database, k.free), orBetter: true})
	}
	w.call(t)
}

// asAdvised checks that live rows are kept apart, and trashed ones in nobody's way:
// of what no tag can say only after the remedies.
func (w *world) asAdvised(t *testing.T, remedied bool) {
	t.Helper()
	for _, k := range w.keeps {
		k.hard = false
		if k.untold && !remedied {
			w.holds(t, &k, promise{refused: !isOn(w.database, k.open), free: isOn(w.database, k.free), orBetter: true})
			continue
		}
		w.holds(t, &k, promise{refused: true, free: true})
	}
	w.call(t)
}

func (w *world) call(t *testing.T) {
	t.Helper()
	if w.calls != nil {
		w.trying(t, func(w *world) { w.calls(t, w) })
	}
}

// promise is what is said of something that is kept apart: that live rows may not agree
// in it, that trashed ones are in nobody's way; or better than that.
type promise struct{ refused, free, orBetter bool }

// holds checks it, and the upserts.
func (w *world) holds(t *testing.T, k *kept, p promise) {
	t.Helper()
	if k.only != "" && !isOn(w.database, k.only) {
		return
	}
	upserts := p.refused && len(k.target.Columns) > 0
	w.trying(t, func(w *world) {
		require.NoError(t, w.create(k.row(1)), k.what)
		if err := w.create(k.row(2)); !p.refused {
			require.True(t, err == nil || p.orBetter, "%s: live rows may agree: %v", k.what, err)
			return
		} else {
			require.Error(t, err, "%s: live rows may not agree", k.what)
		}
		if upserts {
			w.upserts(t, k, 10)
		}
		if !k.hard {
			w.trashes(t, k, p, upserts)
		}
	})
	if upserts && p.free && w.plugin {
		w.trying(t, func(w *world) {
			require.NoError(t, w.create(k.row(1)))
			w.trash(t, k)
			require.NoError(t, w.create(k.row(30), assigning(k)), "%s: an upsert where a trashed row has the values", k.what)
			w.live(t, k, 30)
		})
	}
}

// trashes the live row twice, so that there are two trashed ones.
func (w *world) trashes(t *testing.T, k *kept, p promise, upserts bool) {
	t.Helper()
	for n := 20; n < 22; n++ {
		require.EqualValues(t, 1, w.trash(t, k), k.what)
		err := w.create(k.row(n))
		if !p.free && (err != nil || !p.orBetter) {
			require.Error(t, err, "%s: a trashed row is in the way", k.what)
			w.isInTheWay(t, k, upserts)
			return
		}
		require.NoError(t, err, "%s: a trashed row is in the way", k.what)
		require.Error(t, w.create(k.row(n+2)), "%s: live rows may not agree beside a trashed one", k.what)
		if !w.plugin {
			return // Of GORM's own Unix times two may agree in a second.
		}
		if upserts {
			w.upserts(t, k, 10*n)
		}
	}
}

// modelOf is the model of the rows.
func (w *world) modelOf(k *kept) any { return w.as(tables.NewLike(k.row(0))) }

// trash deletes the live row, and says how many there were.
func (w *world) trash(t *testing.T, k *kept) int64 {
	t.Helper()
	var rows int64
	require.NoError(t, w.step(func(tx *gorm.DB) *gorm.DB {
		done := tx.Where(k.where).Delete(w.modelOf(k))
		rows = done.RowsAffected
		return done
	}), "%s: a delete", k.what)
	return rows
}

// assigning is an upsert that gives one column what was to be inserted.
func assigning(k *kept) clause.OnConflict {
	conflict := k.target
	conflict.DoUpdates = clause.AssignmentColumns([]string{k.sets})
	return conflict
}

// upserts runs all kinds of them on the one live row.
func (w *world) upserts(t *testing.T, k *kept, n int) {
	t.Helper()
	var before []string
	require.NoError(t, w.db.Model(w.modelOf(k)).Where(k.where).Pluck(k.sets, &before).Error)
	require.Len(t, before, 1, k.what)

	nothing := k.target
	nothing.DoNothing = true
	require.NoError(t, w.create(k.row(n), nothing), "%s: DoNothing", k.what)
	w.liveNote(t, k, before[0])
	require.NoError(t, w.create(k.row(n+1), assigning(k)), "%s: DoUpdates", k.what)
	w.live(t, k, n+1)
	all := k.target
	all.UpdateAll = true
	require.NoError(t, w.create(k.row(n+2), all), "%s: UpdateAll", k.what)
	w.live(t, k, n+2)
}

// isInTheWay checks what comes where a trashed row has the values.
func (w *world) isInTheWay(t *testing.T, k *kept, upserts bool) {
	t.Helper()
	if upserts && w.plugin {
		require.ErrorIs(t, w.create(k.row(21), assigning(k)), softdelete.ErrTrashed, "%s: an upsert meets a trashed row", k.what)
		var n int64
		require.NoError(t, w.db.Model(w.modelOf(k)).Where(k.where).Count(&n).Error)
		require.Zero(t, n, k.what)
	}
}

func (w *world) live(t *testing.T, k *kept, n int) {
	t.Helper()
	w.liveNote(t, k, note(n))
}

func (w *world) liveNote(t *testing.T, k *kept, want string) {
	t.Helper()
	var have []string
	require.NoError(t, w.db.Model(w.modelOf(k)).Where(k.where).Pluck(k.sets, &have).Error)
	require.Equal(t, []string{want}, have, k.what)
}
