package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

// TestWithin says that nothing that is done within a tenant changes a row of another, or of nobody: what would is ErrOutOfScope, and changes
// nothing and runs no hook, as its preview says; what would not is done as without.
func TestWithin(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // a seed
		t.Logf("seed %d", seed)
		w := &fencedWorld{db: openFenced(t, open), r: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // no secret
		refused, done := 0, 0
		for world := range 25 {
			w.fill(t)
			for step := range 6 {
				fence := ofFirstTenant(world + step)
				v := w.anyVerb(t, models.OpenTrash(t, w.db))
				all, others := w.rows(t, w.db)

				// What it would do if nobody looked.
				var want []string
				crosses := false
				plainErr := error(nil)
				require.ErrorIs(t, w.db.Transaction(func(tx *gorm.DB) error {
					plainErr = v.do(t.Context(), models.OpenTrash(t, tx).Scopes(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 1") }))
					if plainErr == nil {
						var after []string
						want, after = w.rows(t, tx)
						crosses = !slices.Equal(others, after)
					}
					return errTakeBack
				}), errTakeBack)

				var ran atomic.Int64
				ctx := context.WithValue(t.Context(), ranHooks{}, &ran)
				trash := fence(models.OpenTrash(t, w.db))
				if strings.HasPrefix(v.name, "undo") && (world+step)%5 == 2 {
					continue // which takes no joins
				}
				var plan softdelete.Plan
				var planErr error
				if v.preview != nil {
					plan, planErr = v.preview(ctx, trash)
				}
				if planErr == nil && v.preview != nil && w.r.IntN(2) == 0 {
					trash = trash.Scopes(softdelete.Expect(plan))
				}
				err := v.do(ctx, trash)
				now, nowOthers := w.rows(t, w.db)
				about := fmt.Sprintf("%s, world %d, step %d: %v", v.name, world, step, err)
				require.Equal(t, others, nowOthers, about)
				switch {
				case plainErr != nil:
					require.Error(t, err, about)
					require.Equal(t, all, now, about)
				case crosses:
					require.ErrorIs(t, err, softdelete.ErrOutOfScope, about)
					require.Equal(t, all, now, about)
					if v.preview != nil { // else it goes from model to model
						require.Zero(t, ran.Load(), about)
						require.ErrorIs(t, planErr, softdelete.ErrOutOfScope, about)
					}
					refused++
				default:
					require.NoError(t, err, about)
					require.NoError(t, planErr, about)
					require.Equal(t, want, now, about)
					done++
				}
			}
		}
		require.NotZero(t, refused)
		require.NotZero(t, done)
		t.Logf("%d refused, %d done", refused, done)
	})
}

// TestWithinEmpty says that emptying within a tenant leaves, and reports, the rows that would take others of other tenants along, and that its
// preview tells the same.
func TestWithinEmpty(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // a seed
		t.Logf("seed %d", seed)
		w := &fencedWorld{db: openFenced(t, open), r: rand.New(rand.NewPCG(seed, 2))} //nolint:gosec // no secret
		left := 0
		for world := range 30 {
			w.fill(t)
			_, others := w.rows(t, w.db)
			trash := ofFirstTenant(world)(models.OpenTrash(t, w.db))
			options := softdelete.EmptyOptions{All: true, BatchSize: 1 + w.r.IntN(20), Hooks: w.r.IntN(2) == 0}
			preview, err := trash.PreviewEmpty(t.Context(), options)
			require.NoError(t, err)
			report, err := trash.Empty(t.Context(), options)
			require.NoError(t, err)
			_, now := w.rows(t, w.db)
			require.Equal(t, others, now)
			keys := func(list []softdelete.RowError, outside bool) (keys []string) {
				for _, failed := range list {
					if !outside || errors.Is(failed.Err, softdelete.ErrOutOfScope) {
						keys = append(keys, fmt.Sprint(failed.Table, failed.Key))
					}
				}
				return keys
			}
			require.Subset(t, keys(report.Failed, false), keys(preview.Failed, false))
			require.Subset(t, keys(preview.Failed, false), keys(report.Failed, true), "what a foreign key holds is not known before")
			left += len(keys(report.Failed, true))
			stats, err := trash.Stats(t.Context())
			require.NoError(t, err)
			var rest int64
			for _, stat := range stats {
				rest += stat.Trashed
			}
			require.EqualValues(t, len(report.Failed), rest, "what is not reported is gone")
		}
		require.NotZero(t, left)
	})
}

// TestWithinAsksOnce says that a fence costs one statement for each table of which rows go along, and none where none do.
func TestWithinAsksOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := openFenced(t, open)
		mine := 1
		for org := 1; org <= 2; org++ {
			require.NoError(t, db.Create(&fencedOrg{ID: org, Tenant: &mine}).Error)
		}
		for id := range 3 {
			require.NoError(t, db.Create(&fencedTeam{ID: id + 1, Tenant: &mine, OrgID: &mine}).Error)
			require.NoError(t, db.Create(&fencedNote{ID: id + 1, Tenant: &mine, OrgID: &mine}).Error)
		}
		require.NoError(t, db.Delete(&fencedOrg{}, []int{1, 2}).Error)
		log := record.Record(t, db)
		counts := func(trash *softdelete.Trash, id int) (n int) {
			t.Helper()
			_, err := trash.Preview(t.Context(), softdelete.OpRestore, softdelete.Item{Table: "fenced_orgs", Key: []any{id}})
			require.NoError(t, err)
			return len(log.Take())
		}
		plain, within := models.OpenTrash(t, db), ofFirstTenant(0)(models.OpenTrash(t, db))
		require.Equal(t, counts(plain, 1)+2, counts(within, 1))
		require.Equal(t, counts(plain, 2), counts(within, 2))
	})
}
