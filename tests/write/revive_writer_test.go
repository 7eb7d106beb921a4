package write_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	writerGuest struct {
		ID    uint
		Email string `gorm:"size:50;uniqueIndex"`
		softdelete.Tracked
	}
	writerNote struct {
		ID uint
		N  int
	}
)

// TestReviveBesideAWriter says that who writes between the look of a Revive and its write does not have it refused: SQLite, where a
// transaction has only read so far, lets it no longer write once another has.
func TestReviveBesideAWriter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &writerGuest{}, &writerNote{})
		require.NoError(t, db.Create(&writerGuest{ID: 1, Email: "ana"}).Error)
		require.NoError(t, db.Create(&writerNote{ID: 1}).Error)
		require.NoError(t, db.Delete(&writerGuest{ID: 1}).Error)
		other := open(t)
		if db.Name() == "sqlite" {
			pool, err := other.DB()
			require.NoError(t, err)
			pool.SetMaxOpenConns(1)
			require.NoError(t, other.Exec("PRAGMA busy_timeout = 0").Error, "it does not wait for the test's own Revive")
		}

		looked := false
		paused := concurrent.Pause(db, func(query string) {
			if looked && strings.HasPrefix(query, "UPDATE") {
				_ = other.Model(&writerNote{ID: 1}).Update("n", 7).Error
			}
			looked = looked || strings.HasPrefix(query, "SELECT")
		})
		guest := writerGuest{Email: "ana"}
		require.NoError(t, paused.Scopes(softdelete.Revive).Create(&guest).Error)
		require.True(t, looked)
		require.EqualValues(t, 1, guest.ID)
		require.Equal(t, []int{1}, tables.LiveIDs(t, db, "writer_guests"))
	})
}
