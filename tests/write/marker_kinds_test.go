package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

func TestEachMarkerIsSetAndCleared(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, make := range models.SomeMarked() {
			db := handles.WithPlugin(t, open, softdelete.Config{}, make(1, "a"))
			table := tables.TableOf(t, db, make(1, "a"))
			require.NoError(t, db.Create(make(1, "a")).Error, kind)
			require.NoError(t, db.Create(make(2, "b")).Error, kind)
			live := tables.Stored(t, db, table, "id")
			value := make(1, "a")
			require.EqualValues(t, 1, db.Delete(value).RowsAffected, kind)
			trashed, err := softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.True(t, trashed, kind)
			loaded := make(1, "")
			require.ErrorIs(t, db.First(make(1, ""), 1).Error, gorm.ErrRecordNotFound, kind)
			require.NoError(t, db.Unscoped().First(loaded, 1).Error, kind)
			trashed, err = softdelete.IsTrashed(db, loaded)
			require.NoError(t, err, kind)
			require.True(t, trashed, kind)
			rows := tables.Stored(t, db, table, "id")
			require.NotEqual(t, live[0], rows[0], kind)
			require.Equal(t, live[1], rows[1], kind)
			require.Zero(t, db.Delete(make(1, "a")).RowsAffected, kind)
			require.Equal(t, rows, tables.Stored(t, db, table, "id"), "%s: stamped again", kind)

			require.EqualValues(t, 1, softdelete.Restore(db, value).RowsAffected, kind)
			trashed, err = softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.False(t, trashed, kind)
			require.Equal(t, live, tables.Stored(t, db, table, "id"), "%s: a restore gives back the row as it was", kind)
		}
	})
}
