package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

type firstRow struct {
	ID   uint
	Name string
	softdelete.Timestamp
}

// The first statement that a handle has of a model is held to all that later ones are.
func TestFirstWriteOfAModel(t *testing.T) {
	t.Parallel()
	set := firstRow{Name: "new"}
	set.DeletedAt = gorm.DeletedAt{Valid: true, Time: time.Now()}
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain := open(t)
		require.NoError(t, plain.AutoMigrate(&firstRow{}))
		require.NoError(t, plain.Create(&[]firstRow{{ID: 1, Name: "live"}, {ID: 2, Name: "trashed"}}).Error)
		require.NoError(t, plain.Delete(&firstRow{ID: 2}).Error)
		for name, write := range map[string]func(db *gorm.DB) error{
			"Save under WithTrashed": func(db *gorm.DB) error {
				return db.Scopes(softdelete.WithTrashed).Save(&firstRow{ID: 2, Name: "saved"}).Error
			},
			"Save under OnlyTrashed": func(db *gorm.DB) error {
				return db.Scopes(softdelete.OnlyTrashed).Save(&firstRow{ID: 2, Name: "saved"}).Error
			},
			"all columns": func(db *gorm.DB) error {
				return db.Scopes(softdelete.WithTrashed).Model(&firstRow{}).Where("id = 2").Select("*").Omit("id").Updates(firstRow{Name: "all"}).Error
			},
			"a marker that is set": func(db *gorm.DB) error { return db.Model(&firstRow{ID: 1}).Updates(set).Error },
			"Save of a live row":   func(db *gorm.DB) error { row := set; row.ID = 1; return db.Save(&row).Error },
		} {
			db := open(t)
			require.NoError(t, db.Use(softdelete.New()))
			require.NoError(t, write(db), name)
			require.Equal(t, []uint{1}, tables.Column[uint](t, plain, "SELECT id FROM first_rows WHERE deleted_at IS NULL"), name)
		}
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.ErrorIs(t, db.Save(&firstRow{ID: 2}).Error, softdelete.ErrTrashed)
	})
}
