package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/glebarez/sqlite"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func filled(t *testing.T) *softdelete.Trash {
	t.Helper()
	db, err := gorm.Open(sqlite.Open(filepath.Join(t.TempDir(), "store.db")), &gorm.Config{NowFunc: func() time.Time { return now }})
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	require.NoError(t, store.Register(db))
	require.NoError(t, store.Fill(db, now))
	trash, err := softdelete.OpenTrash(db)
	require.NoError(t, err)
	return trash.WithRetention(store.Retention)
}

// TestSame says that the store is the same each time: pictures of it are, and what tests say of it holds.
func TestSame(t *testing.T) {
	t.Parallel()
	var told []string
	for range 2 {
		trash := filled(t)
		text := ""
		var after string
		for {
			page, err := trash.List(t.Context(), softdelete.ListOptions{Limit: 500, After: after})
			require.NoError(t, err)
			for _, item := range page.Items {
				text += fmt.Sprintln(item.Table, item.Key, item.At.UTC().Truncate(time.Second), item.By, item.Reason, item.DeletionID)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		told = append(told, text)
	}
	require.NotEmpty(t, told[0])
	require.Equal(t, told[0], told[1])
}

// TestStory says that what has a name is as it is said to be.
func TestStory(t *testing.T) {
	t.Parallel()
	trash := filled(t)
	ctx := t.Context()

	page, err := trash.Deletions(ctx, softdelete.ListOptions{Limit: 1000})
	require.NoError(t, err)
	require.Greater(t, len(page.Items), 200, "some hundred deletions")
	require.Equal(t, []string{"genres", "gift_cards"}, page.Untold)
	actors := map[string]bool{}
	for _, deletion := range page.Items {
		actors[deletion.By] = true
	}
	require.Greater(t, len(actors), 5)

	plan, err := trash.PreviewUndo(ctx, uuid.MustParse(store.Mistake))
	require.NoError(t, err)
	require.False(t, plan.Forbidden())
	require.Equal(t, int64(1), plan.Rows["artists"])
	require.Greater(t, plan.Rows["tracks"], int64(20))

	restore := func(table string, key any) softdelete.Plan {
		item, err := trash.Item(ctx, table, key)
		require.NoError(t, err)
		plan, err := trash.Preview(ctx, softdelete.OpRestore, item)
		require.NoError(t, err)
		return plan
	}
	require.NotEmpty(t, restore("customers", store.TakenID).Conflicts)
	require.Equal(t, []string{"Album"}, restore("tracks", store.TrackID).TrashedParents)
	require.False(t, restore("albums", store.AlbumID).Forbidden())

	held, err := trash.Item(ctx, "customers", store.HeldID)
	require.NoError(t, err)
	plan, err = trash.Preview(ctx, softdelete.OpPurge, held)
	require.NoError(t, err)
	require.NotEmpty(t, plan.Restricted)

	stats, err := trash.Stats(ctx)
	require.NoError(t, err)
	overdue := int64(0)
	for _, stat := range stats {
		overdue += stat.Overdue
		require.NotZero(t, stat.Trashed, stat.Table)
	}
	require.NotZero(t, overdue)
}
