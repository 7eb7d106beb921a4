package marker_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestVerbs runs each verb on each form, and each form of call.
func TestVerbs(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				plain := open(t)
				db := plugged(t, at(t, open, moment()), f.box(0), f.ball(0, 0))
				require.NoError(t, softdelete.AutoMigrate(db, f.box(0), f.ball(0, 0)))
				require.NoError(t, softdelete.AutoMigrate(db, f.box(0), f.ball(0, 0)), "again")
				require.NoError(t, db.Create(f.box(1)).Error)
				for id := range uint(9) {
					require.NoError(t, db.Create(f.ball(id+1, 1)).Error)
				}
				fresh := rows(t, plain)

				// A value, a key, a condition, a slice, the generic API.
				value := f.ball(1, 1)
				require.EqualValues(t, 1, db.Delete(value).RowsAffected)
				require.True(t, isTrashed(t, db, value))
				likeItsRow(t, db, value)
				require.EqualValues(t, 1, db.Delete(f.ball(0, 0), 2).RowsAffected)
				require.EqualValues(t, 1, db.Where("id = 3").Delete(f.ball(0, 0)).RowsAffected)
				some := f.balls()
				require.NoError(t, db.Find(some, "id IN (4,5)").Error)
				require.EqualValues(t, 2, db.Delete(some).RowsAffected)
				require.EqualValues(t, 1, db.Where(map[string]any{"id": 6}).Delete(f.ball(0, 0)).RowsAffected)
				require.Equal(t, []uint{7, 8, 9}, live(t, db, f.ball(0, 0)))
				require.Equal(t, []uint{1, 2, 3, 4, 5, 6}, trashed(t, db, f.ball(0, 0)))
				require.Len(t, rows(t, plain), 9)

				// What is in the trash is not stamped again, updated, or brought back by a Save.
				before := rows(t, plain)
				require.Zero(t, db.Delete(f.ball(1, 1)).RowsAffected)
				require.Zero(t, db.Model(f.ball(1, 1)).Update("title", "no").RowsAffected)
				require.ErrorIs(t, db.Save(f.ball(2, 1)).Error, softdelete.ErrTrashed)
				require.NoError(t, db.Save(f.ball(9, 1)).Error)
				require.Equal(t, before, rows(t, plain))
				_, err := json.Marshal(value)
				require.NoError(t, err)

				// Restored by value, key and condition; the rest is removed.
				require.EqualValues(t, 1, softdelete.Restore(db, value).RowsAffected)
				require.False(t, isTrashed(t, db, value))
				require.EqualValues(t, 1, softdelete.Restore(db, f.ball(0, 0), 2).RowsAffected)
				require.EqualValues(t, 1, softdelete.Restore(db.Where("id = 3"), f.ball(0, 0)).RowsAffected)
				require.NoError(t, db.Scopes(softdelete.Revive).Create(f.ball(4, 1)).Error)
				require.Equal(t, []uint{1, 2, 3, 4, 7, 8, 9}, live(t, db, f.ball(0, 0)))
				require.EqualValues(t, 1, softdelete.Purge(db, f.ball(5, 1)).RowsAffected)
				require.Zero(t, softdelete.Purge(db, f.ball(7, 1)).RowsAffected)
				require.EqualValues(t, 1, softdelete.ForceDelete(db, f.ball(8, 1)).RowsAffected)
				after := rows(t, plain)
				for _, id := range []uint{1, 2, 3, 4, 7, 9} {
					require.Equal(t, fresh[id], after[id], id)
				}
				require.NotContains(t, after, uint(5))
				require.NotContains(t, after, uint(8))
			})
		})
	}
}

// TestTrash lists, counts and empties the trash of each form.
func TestTrash(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				now := moment()
				db := plugged(t, at(t, open, now), f.box(0), f.ball(0, 0))
				require.NoError(t, softdelete.AutoMigrate(db, f.box(0), f.ball(0, 0)))
				require.NoError(t, db.Create(f.box(1, 1, 2, 3)).Error)
				require.NoError(t, db.Where("id < 3").Delete(f.ball(0, 0)).Error)

				trash, err := softdelete.OpenTrash(db)
				require.NoError(t, err)
				page, err := trash.List(t.Context(), softdelete.ListOptions{})
				require.NoError(t, err)
				require.Len(t, page.Items, 2)
				stats, err := trash.Stats(t.Context())
				require.NoError(t, err)
				require.EqualValues(t, 2, stats[0].Trashed+stats[1].Trashed)
				if f.timed {
					require.WithinRange(t, page.Items[0].At, now.Truncate(time.Second), now)
					require.EqualValues(t, 2, live2(t, db.Scopes(softdelete.TrashedBefore(now.Add(time.Second))), f))
					require.Zero(t, live2(t, db.Scopes(softdelete.TrashedBefore(now.Add(-time.Second))), f))
				}
				require.Zero(t, items(t, trash, softdelete.ListOptions{Since: now.Add(time.Hour)}))

				findings, err := softdelete.Doctor(db)
				require.NoError(t, err)
				for _, finding := range findings {
					require.Contains(t, []string{softdelete.CodeCascadeInexact, softdelete.CodeMarkerIndexUseless, softdelete.CodeIndexHoldsTrash}, finding.Code, finding.String())
					require.False(t, f.exact && finding.Code == softdelete.CodeCascadeInexact, finding.String())
				}

				options := softdelete.EmptyOptions{All: true}
				report, err := trash.Empty(t.Context(), options)
				require.NoError(t, err)
				require.Equal(t, map[string]int64{"balls": 2}, report.Rows)
				require.Equal(t, []uint{3}, live(t, db, f.ball(0, 0)))
				require.Equal(t, []uint{3}, live(t, db.Unscoped(), f.ball(0, 0)))
			})
		})
	}
}

func live2(t *testing.T, db *gorm.DB, f form) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.Model(f.ball(0, 0)).Count(&n).Error)
	return n
}

func items(t *testing.T, trash *softdelete.Trash, options softdelete.ListOptions) int {
	t.Helper()
	page, err := trash.List(context.Background(), options)
	require.NoError(t, err)
	return len(page.Items)
}

// TestCascade says that a cascade takes each form along, and that a restore brings back what it took, or says that it cannot
// tell; and that a purge goes by what is live.
func TestCascade(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				plain := open(t)
				db := plugged(t, at(t, open, moment()), f.box(0), f.ball(0, 0))
				require.NoError(t, softdelete.AutoMigrate(db, f.box(0), f.ball(0, 0)))
				require.NoError(t, db.Create(f.box(1, 1, 2, 3)).Error)
				fresh := rows(t, plain)
				require.NoError(t, db.Delete(f.ball(1, 1)).Error)
				before := rows(t, plain)

				value := f.box(1)
				var d softdelete.Deletion
				require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(value).Error)
				require.Equal(t, map[string]int64{"boxes": 1, "balls": 2}, d.Rows)
				likeItsRow(t, db, value)
				require.Empty(t, live(t, db, f.ball(0, 0)))
				require.Equal(t, before[1], rows(t, plain)[1], "what was in the trash stays as it was")

				plan, err := softdelete.Preview(db, softdelete.OpRestore, value)
				tx := softdelete.Restore(db, value)
				if !f.exact {
					require.ErrorIs(t, err, softdelete.ErrAmbiguous)
					require.ErrorIs(t, tx.Error, softdelete.ErrAmbiguous)
					require.Empty(t, live(t, db, f.ball(0, 0)))
					require.EqualValues(t, 1, softdelete.Restore(db.Scopes(softdelete.RootOnly), value).RowsAffected)
					require.EqualValues(t, 2, softdelete.Restore(db.Scopes(softdelete.RootOnly).Where("id > 1"), f.ball(0, 0)).RowsAffected)
				} else {
					require.NoError(t, err)
					require.Equal(t, map[string]int64{"boxes": 1, "balls": 2}, plan.Rows)
					require.NoError(t, tx.Error)
				}
				require.False(t, isTrashed(t, db, value))
				require.Equal(t, []uint{2, 3}, live(t, db, f.ball(0, 0)))
				require.Equal(t, fresh[2], rows(t, plain)[2])

				// Children that live forbid a purge of what is trashed by itself.
				require.NoError(t, plain.Exec("DELETE FROM balls WHERE id = 1").Error)
				require.NoError(t, db.Delete(f.box(1)).Error)
				require.EqualValues(t, 1, softdelete.Restore(db.Scopes(softdelete.RootOnly), f.ball(2, 1)).RowsAffected)
				require.ErrorIs(t, softdelete.Purge(db, f.box(1)).Error, softdelete.ErrRestricted)
				require.Len(t, rows(t, plain), 2)
				require.NoError(t, softdelete.ForceDelete(db, f.box(1)).Error)
				require.Empty(t, rows(t, plain))
			})
		})
	}
}
