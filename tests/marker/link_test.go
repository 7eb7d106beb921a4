package marker_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type (
	linkUser struct {
		ID    uint
		Roles []linkRole `gorm:"many2many:link_pairs;joinForeignKey:UserID;joinReferences:RoleID"`
	}
	linkRole struct{ ID uint }
	linkPair struct {
		UserID    uint      `gorm:"primaryKey"`
		RoleID    uint      `gorm:"primaryKey"`
		DeletedAt embedding `gorm:"<-:create"`
	}
)

// A join table whose marker is wrapped, and closed to updates: unlinking is a soft delete, linking again brings the pair back.
func TestLinks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.SetupJoinTable(&linkUser{}, "Roles", &linkPair{}))
		plugged(t, db, &linkPair{})
		require.NoError(t, db.AutoMigrate(&linkUser{}, &linkRole{}, &linkPair{}))
		user := linkUser{ID: 1, Roles: []linkRole{{ID: 1}, {ID: 2}}}
		require.NoError(t, db.Create(&user).Error)
		roles := func(tx *gorm.DB) int64 { return tx.Model(&user).Association("Roles").Count() }
		require.NoError(t, db.Model(&user).Association("Roles").Delete(&linkRole{ID: 1}))
		require.EqualValues(t, 1, roles(db))
		var all int64
		require.NoError(t, db.Unscoped().Model(&linkPair{}).Count(&all).Error)
		require.EqualValues(t, 2, all)
		require.NoError(t, db.Model(&user).Association("Roles").Append(&linkRole{ID: 1}))
		require.EqualValues(t, 2, roles(db))
		require.NoError(t, db.Unscoped().Model(&linkPair{}).Count(&all).Error)
		require.EqualValues(t, 2, all)
	})
}
