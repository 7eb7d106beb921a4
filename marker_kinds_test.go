package softdelete_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/soft_delete"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// These have one marker each, of every kind.
type (
	aPointer struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		RemovedAt *gorm.DeletedAt `gorm:"column:gone_at"`
	}
	aZero struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt gorm.DeletedAt `gorm:"zeroValue:1970-01-01 00:00:01;default:'1970-01-01 00:00:01'"`
	}
	aSecond struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt soft_delete.DeletedAt
	}
	aMilli struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt soft_delete.DeletedAt `gorm:"softDelete:milli"`
	}
	aNano struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt *soft_delete.DeletedAt `gorm:"softDelete:nano"`
	}
	aFlag struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag"`
	}
	aMixed struct {
		ID        uint `gorm:"primaryKey;autoIncrement:false"`
		Title     string
		DeletedAt time.Time
		IsDel     soft_delete.DeletedAt `gorm:"softDelete:flag,DeletedAtField:DeletedAt"`
	}
	aStamped struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Timestamp
	}
	aFlagged struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Flagged
		At *time.Time `softdelete:"at"`
	}
	aTracked struct {
		ID    uint `gorm:"primaryKey;autoIncrement:false"`
		Title string
		softdelete.Tracked
	}
)

// someMarked are constructors for each kind of marker.
func someMarked() map[string]func(id uint, title string) any {
	return map[string]func(id uint, title string) any{
		"*gorm.DeletedAt":      func(id uint, title string) any { return &aPointer{ID: id, Title: title} },
		"zero value":           func(id uint, title string) any { return &aZero{ID: id, Title: title} },
		"soft_delete second":   func(id uint, title string) any { return &aSecond{ID: id, Title: title} },
		"soft_delete milli":    func(id uint, title string) any { return &aMilli{ID: id, Title: title} },
		"*soft_delete nano":    func(id uint, title string) any { return &aNano{ID: id, Title: title} },
		"soft_delete flag":     func(id uint, title string) any { return &aFlag{ID: id, Title: title} },
		"soft_delete mixed":    func(id uint, title string) any { return &aMixed{ID: id, Title: title} },
		"softdelete.Timestamp": func(id uint, title string) any { return &aStamped{ID: id, Title: title} },
		"softdelete.Flagged":   func(id uint, title string) any { return &aFlagged{ID: id, Title: title} },
		"softdelete.Tracked":   func(id uint, title string) any { return &aTracked{ID: id, Title: title} },
	}
}

func TestEachMarkerIsSetAndCleared(t *testing.T) {
	t.Parallel()
	eachPath(t, func(t *testing.T, open testdb.Opener) {
		for kind, make := range someMarked() {
			db := withPlugin(t, open, softdelete.Config{}, make(1, "a"))
			table := tableOf(t, db, make(1, "a"))
			require.NoError(t, db.Create(make(1, "a")).Error, kind)
			require.NoError(t, db.Create(make(2, "b")).Error, kind)
			live := stored(t, db, table, "id")
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
			rows := stored(t, db, table, "id")
			require.NotEqual(t, live[0], rows[0], kind)
			require.Equal(t, live[1], rows[1], kind)
			require.Zero(t, db.Delete(make(1, "a")).RowsAffected, kind)
			require.Equal(t, rows, stored(t, db, table, "id"), "%s: stamped again", kind)

			require.EqualValues(t, 1, softdelete.Restore(db, value).RowsAffected, kind)
			trashed, err = softdelete.IsTrashed(db, value)
			require.NoError(t, err, kind)
			require.False(t, trashed, kind)
			require.Equal(t, live, stored(t, db, table, "id"), "%s: a restore gives back the row as it was", kind)
		}
	})
}

func tableOf(t *testing.T, db *gorm.DB, model any) string {
	t.Helper()
	stmt := &gorm.Statement{DB: db}
	require.NoError(t, stmt.Parse(model))
	return stmt.Schema.Table
}
