package marker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	wrappedMark struct{ DeletedAt *embedding }
	unixMark    struct {
		Marker    soft_delete.DeletedAt `gorm:"softDelete:nano,DeletedAtField:DeletedAt"`
		DeletedAt *time.Time
	}
	zeroMark struct {
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:'1970-01-01 00:00:01'"`
	}
)

// TestGenericAPI says that gorm.G treats them as the classic API does.
func TestGenericAPI(t *testing.T) {
	t.Parallel()
	t.Run("wrapped", generic[wrappedMark])
	t.Run("unix", generic[unixMark])
	t.Run("zero value", generic[zeroMark])
	t.Run("beside a flag", generic[timeBeside])
}

// generic is the test of one form.
func generic[M any](t *testing.T) { //nolint:thelper // it is the body of a test
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		f := formOf[M]("")
		db := plugged(t, at(t, open, moment()))
		require.NoError(t, db.AutoMigrate(f.ball(0, 0)))
		g := gorm.G[ball[M]](db)
		for id := range uint(3) {
			require.NoError(t, g.Create(t.Context(), f.ball(id+1, 1).(*ball[M])))
		}
		n, err := g.Where("id = ?", 2).Delete(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		left, err := g.Count(t.Context(), "id")
		require.NoError(t, err)
		require.EqualValues(t, 2, left)
		_, err = g.Where("id = ?", 2).First(t.Context())
		require.ErrorIs(t, err, gorm.ErrRecordNotFound)
		row, err := g.Scopes(softdelete.StatementScope(softdelete.OnlyTrashed)).First(t.Context())
		require.NoError(t, err)
		require.True(t, isTrashed(t, db, &row))
		n, err = g.Where("id = ?", 2).Update(t.Context(), "title", "no")
		require.NoError(t, err)
		require.Zero(t, n)
		require.EqualValues(t, 1, softdelete.Restore(db, &row).RowsAffected)
		require.Equal(t, []uint{1, 2, 3}, live(t, db, f.ball(0, 0)))
	})
}
