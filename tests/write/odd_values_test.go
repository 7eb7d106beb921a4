package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/database"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type (
	oddPair struct {
		A string `gorm:"primaryKey"`
		B string `gorm:"primaryKey"`
		softdelete.Timestamp
	}
	oddDay struct {
		ID    uint      `gorm:"primaryKey;autoIncrement:false"`
		Owner int       `gorm:"uniqueIndex:odd_owner_day"`
		Day   time.Time `gorm:"uniqueIndex:odd_owner_day"`
		Hits  int
		softdelete.Timestamp
	}
	oddUUID struct {
		ID   string `gorm:"type:uuid;primaryKey"`
		Hits int
		softdelete.Timestamp
	}
	oddTag struct {
		ID uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Timestamp
	}
	oddPost struct {
		ID   uint     `gorm:"primaryKey;autoIncrement:false"`
		Tags []oddTag `gorm:"many2many:odd_taggings"`
		softdelete.Timestamp
	}
	oddTagging struct {
		OddPostID uint `gorm:"primaryKey;autoIncrement:false"`
		OddTagID  uint `gorm:"primaryKey;autoIncrement:false"`
		softdelete.Flagged
	}
)

func TestReviveNeverChangesTheMarkerOfALiveRow(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		stale := *models.TheNotes(t, db)["a"]
		stale.DeletedAt = gorm.DeletedAt{Time: time.Now(), Valid: true}
		require.NoError(t, db.Scopes(softdelete.Revive).Save(&[]models.ANote{stale}).Error)
		require.Equal(t, []string{"a", "b", "c", "d"}, models.LiveNotes(t, db))
	})
}

func TestReviveByValueIsAnError(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		require.ErrorIs(t, db.Scopes(softdelete.Revive).Create(*notes["x"]).Error, gorm.ErrInvalidValue)
		require.ErrorIs(t, db.Scopes(softdelete.Revive).Create([1]models.ANote{*notes["x"]}).Error, gorm.ErrInvalidValue)
		require.Equal(t, []string{"x", "y"}, models.TrashedNotes(t, db))
	})
}

func TestSaveUnderOnlyTrashedLeavesLiveRows(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		live := *models.TheNotes(t, db)["a"]
		before := tables.Stored(t, db, "a_notes", "id")
		live.Title = "changed"
		tx := db.Scopes(softdelete.OnlyTrashed).Save(&live)
		require.NoError(t, tx.Error)
		require.Zero(t, tx.RowsAffected)
		require.ErrorIs(t, db.Scopes(softdelete.OnlyTrashed).Save(&[]models.ANote{live}).Error, gorm.ErrInvalidData)
		require.Equal(t, before, tables.Stored(t, db, "a_notes", "id"))
	})
}

func TestKeysBehindPointersAndInterfacesCount(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &models.ANote{})
		notes := models.TheNotes(t, db)
		slice := &[]*models.ANote{notes["b"]}
		require.NoError(t, db.Model(&slice).Where("score > 0").Delete(&models.ANote{}).Error)
		require.Equal(t, []string{"a", "c", "d"}, models.LiveNotes(t, db))
		var value any = notes["c"]
		require.NoError(t, db.Where("score > 0").Delete(&value).Error)
		require.Equal(t, []string{"a", "d"}, models.LiveNotes(t, db))
		require.True(t, notes["c"].DeletedAt.Valid)
		value = notes["x"]
		require.NoError(t, softdelete.Restore(db.Where("score > 0"), &value).Error)
		require.Equal(t, []string{"a", "d", "x"}, models.LiveNotes(t, db))
		require.False(t, notes["x"].DeletedAt.Valid)
		value = notes["y"]
		require.NoError(t, softdelete.Purge(db.Where("score > 0"), &value).Error)
		require.Equal(t, []string{"b", "c"}, models.TrashedNotes(t, db))

		require.ErrorIs(t, softdelete.Restore(db, new(any)).Error, gorm.ErrInvalidValue)
		value = (*models.ANote)(nil)
		require.ErrorIs(t, softdelete.Restore(db.Where("score > 0"), &value).Error, gorm.ErrInvalidValue)
		_, err := softdelete.Of[any](db).Count(t.Context())
		require.ErrorIs(t, err, gorm.ErrInvalidValue)
		require.ErrorIs(t, db.Model([]*models.ANote{nil}).Delete(&models.ANote{ID: 1}).Error, gorm.ErrInvalidData)
		require.ErrorIs(t, softdelete.Restore(db.Model([]*models.ANote{nil}), &models.ANote{ID: 2}).Error, gorm.ErrInvalidData)
	})
}

func TestKeysThatLookAlikeAreToldApart(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := handles.WithPlugin(t, open, softdelete.Config{}, &oddPair{})
		pairs := []oddPair{{A: "a_b", B: "c"}, {A: "a", B: "b_c"}}
		require.NoError(t, db.Create(&pairs).Error)
		tx := db.Delete(&pairs)
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		require.NoError(t, softdelete.Restore(db, &pairs[0]).Error)
		require.NoError(t, db.Save(&[]oddPair{{A: "a_b", B: "c"}}).Error)
		again := []oddPair{{A: "a_b", B: "c"}, {A: "a", B: "b_c"}}
		require.NoError(t, db.Delete(&again).Error)
		require.True(t, again[0].DeletedAt.Valid)
		require.False(t, again[1].DeletedAt.Valid)
	})
}

func TestKeysInAnotherSpelling(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		database.NeedsUUIDs(t, open)
		db := handles.WithPlugin(t, open, softdelete.Config{}, &oddDay{}, &oddUUID{})
		day := time.Date(2024, 1, 2, 3, 0, 0, 0, time.FixedZone("", 3600))
		require.NoError(t, db.Create(&oddDay{ID: 1, Owner: 1, Day: day}).Error)
		require.NoError(t, db.Delete(&oddDay{ID: 1}).Error)
		upsert := db.Clauses(handles.OnConflict("owner", "day")).Create(&[]oddDay{{ID: 2, Owner: 1, Day: day}, {ID: 3, Owner: 2, Day: day}})
		require.ErrorIs(t, upsert.Error, softdelete.ErrTrashed)
		revived := oddDay{Owner: 1, Day: day, Hits: 5}
		require.NoError(t, db.Scopes(softdelete.Revive).Create(&revived).Error)
		require.EqualValues(t, 1, revived.ID)

		upper := []string{"01A1FEA3-C9BE-7B6F-8159-3D464BD5C3B0", "01A1FEA3-C9BE-7B6F-8159-3D464BD5C3B1"}
		for _, id := range upper {
			require.NoError(t, db.Create(&oddUUID{ID: id}).Error)
		}
		values := []oddUUID{{ID: upper[0]}, {ID: upper[1]}}
		require.NoError(t, db.Delete(&values).Error)
		other := "01A1FEA3-C9BE-7B6F-8159-3D464BD5C3B2"
		require.ErrorIs(t, db.Save(&[]oddUUID{{ID: upper[0]}, {ID: other}}).Error, softdelete.ErrTrashed)
	})
}

func TestFlaggedJoinTableFirstReadByAssociation(t *testing.T) {
	t.Parallel()
	handles.EachPath(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.SetupJoinTable(&oddPost{}, "Tags", &oddTagging{}))
		require.NoError(t, db.AutoMigrate(&oddPost{}, &oddTag{}, &oddTagging{}))
		require.NoError(t, db.Exec("INSERT INTO odd_posts (id) VALUES (1)").Error)
		require.NoError(t, db.Exec("INSERT INTO odd_tags (id) VALUES (1), (2)").Error)
		require.NoError(t, db.Exec("INSERT INTO odd_taggings (odd_post_id, odd_tag_id, is_deleted) VALUES (1, 1, false), (1, 2, true)").Error)
		for range 2 {
			var tags []oddTag
			require.NoError(t, db.Model(&oddPost{ID: 1}).Association("Tags").Find(&tags))
			require.Len(t, tags, 1)
		}
	})
}
