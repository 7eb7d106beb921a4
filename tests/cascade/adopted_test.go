package cascade_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	adoptedUser struct {
		gorm.Model

		Sessions []adoptedSession `gorm:"foreignKey:UserID;constraint:OnDelete:CASCADE"`
	}
	adoptedSession struct {
		gorm.Model

		UserID uint
	}
	adoptedTrackedUser struct {
		ID       uint
		Sessions []adoptedTrackedSession `gorm:"foreignKey:UserID;constraint:OnDelete:CASCADE"`
		softdelete.Tracked
	}
	adoptedTrackedSession struct {
		ID     uint
		UserID uint
		softdelete.Tracked
	}
)

func (adoptedUser) TableName() string           { return "users" }
func (adoptedSession) TableName() string        { return "sessions" }
func (adoptedTrackedUser) TableName() string    { return "users" }
func (adoptedTrackedSession) TableName() string { return "sessions" }

// TestAdoptedTrash says that children of parents which GORM alone has trashed come back with these, once they have been trashed by
// the SQL of docs/adopt.md; with a deletion_id that came later too.
func TestAdoptedTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		before := open(t)
		require.NoError(t, before.AutoMigrate(&adoptedUser{}, &adoptedSession{}))
		for id := uint(1); id < 3; id++ {
			user := adoptedUser{Model: gorm.Model{ID: id}, Sessions: []adoptedSession{{}, {}}}
			require.NoError(t, before.Create(&user).Error)
			require.NoError(t, before.Model(&user.Sessions[0]).Update("deleted_at", time.Now().Add(-time.Hour)).Error)
			require.NoError(t, before.Delete(&user).Error)
		}
		require.NoError(t, before.Exec("UPDATE sessions SET deleted_at = (SELECT deleted_at FROM users WHERE users.id = sessions.user_id) WHERE deleted_at IS NULL AND user_id IN "+
			"(SELECT id FROM users WHERE deleted_at IS NOT NULL)").Error)
		var n int64
		db := open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, softdelete.Restore(db, &adoptedUser{Model: gorm.Model{ID: 1}}).Error)
		require.NoError(t, db.Model(&adoptedSession{}).Where("user_id = 1").Count(&n).Error)
		require.EqualValues(t, 1, n)

		db = open(t)
		require.NoError(t, db.Use(softdelete.New()))
		require.NoError(t, db.AutoMigrate(&adoptedTrackedUser{}, &adoptedTrackedSession{}))
		require.NoError(t, softdelete.Restore(db, &adoptedTrackedUser{ID: 2}).Error)
		require.NoError(t, db.Model(&adoptedTrackedSession{}).Where("user_id = 2").Count(&n).Error)
		require.EqualValues(t, 1, n)
	})
}
