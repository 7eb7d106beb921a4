package marker_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestAsGORMAlone says that each form means to the plugin what it means to GORM: rows written by the one are read right by the
// other, and a delete writes the same columns.
func TestAsGORMAlone(t *testing.T) {
	t.Parallel()
	for _, f := range forms() {
		if !f.alone {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, open testdb.Opener) {
				now := moment()
				alone := at(t, open, now)
				require.NoError(t, alone.AutoMigrate(f.ball(0, 0)))
				for id := range uint(6) {
					require.NoError(t, alone.Create(f.ball(id+1, 1)).Error)
				}
				fresh := rows(t, alone)
				require.NoError(t, alone.Delete(f.ball(1, 1)).Error)
				require.NoError(t, alone.Where("id = 2").Delete(f.ball(0, 0)).Error)
				before := live(t, alone, f.ball(0, 0))
				require.Equal(t, []uint{3, 4, 5, 6}, before)

				db := plugged(t, at(t, open, now))
				enabled, err := softdelete.Enabled(db, f.ball(0, 0))
				require.NoError(t, err)
				require.True(t, enabled)
				require.Equal(t, before, live(t, db, f.ball(0, 0)))
				require.Equal(t, []uint{1, 2}, trashed(t, db, f.ball(0, 0)))
				for id := range uint(6) {
					row := f.ball(0, 0)
					require.NoError(t, db.Unscoped().First(row, id+1).Error)
					require.Equal(t, id < 2, isTrashed(t, db, row), id)
				}

				// One delete of each, with the same clock.
				value := f.ball(3, 1)
				require.NoError(t, db.Delete(value).Error)
				written := rows(t, alone)
				if f.along != "" {
					require.EqualValues(t, 1, written[3][f.along])
					delete(written[1], f.along)
					delete(written[2], f.along)
					delete(written[3], f.along)
				}
				require.Equal(t, written[1], written[3], "the same columns, the same values")
				require.Equal(t, written[1], written[2])
				likeItsRow(t, db, value)
				require.Equal(t, []uint{4, 5, 6}, live(t, alone, f.ball(0, 0)))

				// Restored, GORM alone reads them.
				require.NoError(t, softdelete.Restore(db, value).Error)
				require.EqualValues(t, 2, softdelete.Restore(db.Where("id < 3"), f.ball(0, 0)).RowsAffected)
				require.Equal(t, []uint{1, 2, 3, 4, 5, 6}, live(t, db, f.ball(0, 0)))
				after := rows(t, alone)
				if f.quoted {
					return
				}
				require.Equal(t, []uint{1, 2, 3, 4, 5, 6}, live(t, alone, f.ball(0, 0)))
				require.Equal(t, fresh, after, "as if they had never been trashed")

				// Created, deleted and read by either.
				require.NoError(t, db.Create(f.ball(7, 1)).Error)
				require.Equal(t, after[3], rows(t, alone)[7])
				require.NoError(t, alone.Session(&gorm.Session{}).Delete(f.ball(7, 1)).Error)
				require.Contains(t, trashed(t, db, f.ball(0, 0)), uint(7))
			})
		})
	}
}
