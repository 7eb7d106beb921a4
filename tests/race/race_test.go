package race_test

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/concurrent"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// agree fails the test if a row's marker and tracking columns are not of one piece.
func agree(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, row := range tables.Stored(t, db, "a_notes", "id") {
		for _, column := range []string{"deleted_by", "deletion_id"} {
			require.Equal(t, row["deleted_at"] == nil, row[column] == nil, "%v", row)
		}
	}
}

func TestConcurrentDeletesTrashEachRowOnce(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		for range 5 {
			models.TheNotes(t, db)
			var rows, marked atomic.Int64
			values := make([][]models.ANote, concurrent.Racers)
			concurrent.Race(t, func(i int, random *rand.Rand) {
				values[i] = []models.ANote{{ID: 1}, {ID: 2}, {ID: 5}, {ID: 3}, {ID: 4}}
				ctx := softdelete.WithActor(t.Context(), i)
				if random.IntN(2) == 0 {
					tx := db.WithContext(ctx).Delete(&values[i])
					rows.Add(tx.RowsAffected)
					_ = tx.Error
				} else {
					for k := range values[i] {
						rows.Add(db.WithContext(ctx).Delete(&values[i][k]).RowsAffected)
					}
				}
				for _, value := range values[i] {
					if value.DeletedAt.Valid {
						marked.Add(1)
					}
				}
			})
			require.NoError(t, db.Delete(&models.ANote{}, []uint{1, 2, 3, 4}).Error)
			require.LessOrEqual(t, rows.Load(), int64(4))
			require.Equal(t, rows.Load(), marked.Load(), "the values marked are those whose delete trashed the row")
			agreed := map[uint]models.ANote{}
			var trashed []models.ANote
			require.NoError(t, db.Unscoped().Find(&trashed).Error)
			for _, row := range trashed {
				require.True(t, row.DeletedAt.Valid)
				agreed[row.ID] = row
			}
			for _, slice := range values {
				for _, value := range slice {
					if value.DeletedAt.Valid {
						require.Equal(t, agreed[value.ID].DeletionID, value.DeletionID)
						require.Equal(t, agreed[value.ID].DeletedBy, value.DeletedBy)
					}
				}
			}
		}
	})
}

func TestConcurrentDeletesRestoresAndSaves(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		models.TheNotes(t, db)
		var trashed [7]atomic.Int64
		trashed[5].Store(1)
		trashed[6].Store(1)
		var saved atomic.Int64
		concurrent.Race(t, func(i int, random *rand.Rand) {
			tx := db.WithContext(softdelete.WithActor(t.Context(), i))
			for range 40 {
				id := uint(random.IntN(6) + 1)
				value := models.ANote{ID: id, Title: string(rune('a' + id)), Score: int(id)}
				switch random.IntN(5) {
				case 0:
					trashed[id].Add(tx.Delete(&value).RowsAffected)
				case 1:
					trashed[id].Add(-softdelete.Restore(tx, &value).RowsAffected)
				case 2:
					if err := tx.Save(&value).Error; err == nil {
						saved.Add(1)
					} else if !errors.Is(err, softdelete.ErrTrashed) && db.Name() == "postgres" {
						t.Errorf("Save: %v", err)
					}
				case 3:
					_ = tx.Save(&[]models.ANote{value}).Error
				case 4:
					_ = tx.Clauses(handles.OnConflict("id")).Create(&value).Error
				}
			}
		})
		require.NotZero(t, saved.Load())
		agree(t, db)
		var rows []models.ANote
		require.NoError(t, db.Unscoped().Order("id").Find(&rows).Error)
		require.Len(t, rows, 6, "nothing is lost, nothing doubled")
		for _, row := range rows {
			require.Equal(t, trashed[row.ID].Load() == 1, row.DeletedAt.Valid, "row %d: a write that is no delete or restore changed its marker", row.ID)
		}
	})
}

func TestConcurrentDeletesRestoresAndPurges(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		for range 4 {
			models.TheNotes(t, db)
			var trashed, purged [7]atomic.Int64
			trashed[5].Store(1)
			trashed[6].Store(1)
			concurrent.Race(t, func(i int, random *rand.Rand) {
				tx := db.WithContext(softdelete.WithActor(t.Context(), i))
				for range 12 {
					id := uint(random.IntN(6) + 1)
					switch random.IntN(5) {
					case 0, 1:
						trashed[id].Add(tx.Delete(&models.ANote{}, id).RowsAffected)
					case 2, 3:
						trashed[id].Add(-softdelete.Restore(tx, &models.ANote{ID: id}).RowsAffected)
					case 4:
						n := softdelete.Purge(tx, &models.ANote{ID: id}).RowsAffected
						purged[id].Add(n)
						trashed[id].Add(-n)
					}
				}
			})
			agree(t, db)
			found := map[uint]models.ANote{}
			var rows []models.ANote
			require.NoError(t, db.Unscoped().Find(&rows).Error)
			for _, row := range rows {
				found[row.ID] = row
			}
			for id := uint(1); id <= 6; id++ {
				row, exists := found[id]
				require.Equal(t, purged[id].Load() == 0, exists, "row %d", id)
				require.Equal(t, trashed[id].Load() == 1, exists && row.DeletedAt.Valid, "row %d", id)
			}
		}
	})
}

func TestConcurrentReadingsDiffer(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		now := models.Past()
		db := open(t, &gorm.Config{NowFunc: func() time.Time { return now }})
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&models.AClock3{}))
		for id := range uint(concurrent.Racers * 5) {
			require.NoError(t, db.Create(&models.AClock3{ID: id + 1}).Error)
		}
		concurrent.Race(t, func(i int, _ *rand.Rand) {
			for k := range 5 {
				if err := db.Delete(&models.AClock3{ID: uint(i*5 + k + 1)}).Error; err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
		require.Equal(t, []int{concurrent.Racers * 5}, tables.Column[int](t, db, "SELECT count(DISTINCT deleted_at) FROM a_clock3"))
	})
}

func TestConcurrentFirstStatements(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		setup := handles.WithPlugin(t, open, softdelete.Config{}, &models.AWriter{}, &models.APost{}, &models.ABio{}, &models.ATag{}, &models.ANote{})
		for range 3 {
			models.NearTrash(t, setup)
			before := models.TrashedNear(t, setup)
			db := open(t)
			require.NoError(t, db.Use(softdelete.New()))
			concurrent.Race(t, func(i int, _ *rand.Rand) {
				// Whichever model is met first: none of these may read or write past the plugin.
				var err error
				switch i % 3 {
				case 0:
					err = db.Model(&models.AWriter{ID: 2}).Update("name", "new").Error
				case 1:
					err = db.Delete(&models.APost{ID: 2}).Error
				case 2:
					var bios []models.ABio
					if err = db.Find(&bios).Error; err == nil && len(bios) != 1 {
						err = errors.New("a trashed row was read")
					}
				}
				if err != nil {
					t.Error(err)
				}
			})
			require.Equal(t, before, models.TrashedNear(t, setup))
		}
	})
}
