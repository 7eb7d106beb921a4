package empty_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestEmptyCountsAllThatGoesAlong says that the report counts rows of each table below an old one, also if these are younger.
func TestEmptyCountsAllThatGoesAlong(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		config := testdb.Config()
		config.NowFunc = func() time.Time { return now }
		db := open(t, config)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models.StoryModels})))
		require.NoError(t, db.AutoMigrate(models.StoryModels...))
		require.NoError(t, db.Create(&models.StoryCustomer{ID: 1, Invoices: []models.StoryInvoice{{ID: 1, Lines: []models.StoryLine{{ID: 1}, {ID: 2}}}}}).Error)
		require.NoError(t, db.Delete(&models.StoryCustomer{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &models.StoryInvoice{ID: 1}).Error)
		require.NoError(t, softdelete.Restore(db.Where("1 = 1"), &models.StoryLine{}).Error)
		now = now.Add(100 * time.Hour)
		require.NoError(t, db.Delete(&models.StoryInvoice{ID: 1}).Error)
		report, err := models.OpenTrash(t, db).Empty(t.Context(), softdelete.EmptyOptions{OlderThan: 50 * time.Hour})
		require.NoError(t, err)
		require.Empty(t, report.Failed)
		require.Equal(t, map[string]int64{"story_customers": 1, "story_invoices": 1, "story_lines": 2}, report.Rows)
	})
}

// TestEmptyBesideAPurgerThatFails says that rows that another purger had locked for a while, and did not remove, are removed or
// reported all the same: a batch that failed is not lost when it is tried again.
func TestEmptyBesideAPurgerThatFails(t *testing.T) {
	t.Parallel()
	open := testdb.OpenerFor(t, "postgres")
	db := handles.WithPlugin(t, open, softdelete.Config{}, models.StoryModels...)
	for id := range uint(4) {
		require.NoError(t, db.Create(&models.StoryCustomer{ID: id + 1, Invoices: []models.StoryInvoice{{ID: id + 1}}}).Error)
	}
	require.NoError(t, db.Where("1 = 1").Delete(&models.StoryCustomer{}).Error)
	require.NoError(t, softdelete.Restore(db.Scopes(softdelete.RootOnly), &models.StoryInvoice{ID: 2}).Error)

	other, pid := concurrent.Session(t, open(t))
	var failed, locked, done atomic.Bool
	require.NoError(t, db.Callback().Delete().After("gorm:commit_or_rollback_transaction").Register("test:failed", func(db *gorm.DB) {
		failed.Store(failed.Load() || errors.Is(db.Error, softdelete.ErrRestricted))
	}))
	var wait sync.WaitGroup
	report, err := models.OpenTrash(t, db, &models.StoryCustomer{}).Empty(t.Context(), softdelete.EmptyOptions{All: true, Where: func(tx *gorm.DB) *gorm.DB {
		// Once a batch has failed, the other purger comes, and goes when somebody waits for it.
		if !failed.Load() || locked.Swap(true) {
			return tx
		}
		assert.NoError(t, other.Exec("SELECT id FROM story_customers FOR UPDATE").Error)
		wait.Go(func() {
			assert.Eventually(t, func() bool {
				var waits bool
				err := db.Raw("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid)))", pid).Scan(&waits).Error
				return err == nil && (waits || done.Load())
			}, time.Minute, time.Millisecond)
			assert.NoError(t, other.Rollback().Error)
		})
		return tx
	}})
	done.Store(true)
	wait.Wait()
	require.NoError(t, err)
	require.True(t, locked.Load(), "the other purger was there")
	require.Equal(t, []int{2}, tables.Column[int](t, db, "SELECT id FROM story_customers ORDER BY id"), "%v", report)
	require.Len(t, report.Failed, 1)
	require.Equal(t, []any{uint(2)}, report.Failed[0].Key)
	require.Equal(t, map[string]int64{"story_customers": 3, "story_invoices": 3}, report.Rows)
}
