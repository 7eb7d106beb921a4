package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/plugin/soft_delete"
)

type shopUser struct {
	ID        uint
	Name      string
	Orders    []shopOrder `gorm:"foreignKey:UserID"`
	DeletedAt soft_delete.DeletedAt
}

type shopOrder struct {
	ID        uint
	UserID    uint
	User      *shopUser `gorm:"foreignKey:UserID"`
	Title     string
	Lines     []shopLine `gorm:"foreignKey:OrderID"`
	DeletedAt soft_delete.DeletedAt
}

type shopLine struct {
	ID        uint
	OrderID   uint
	DeletedAt soft_delete.DeletedAt
}

func ana() shopUser {
	return shopUser{ID: 1, Name: "Ana", Orders: []shopOrder{{ID: 1, Title: "x", Lines: []shopLine{{ID: 1}}}, {ID: 2, Title: "y"}}}
}

func TestComparedSoftDeleteDeletesAndReads(t *testing.T) {
	t.Parallel()
	db, notes := openCompared(t)
	require.NoError(t, db.AutoMigrate(&shopUser{}, &shopOrder{}, &shopLine{}))
	user := ana()
	require.NoError(t, db.Create(&user).Error)

	notes.take()
	require.NoError(t, db.Where("user_id = ?", 1).Delete(&shopOrder{}).Error)
	updates := notes.take()
	require.Len(t, updates, 1, "many rows in one statement")
	require.Contains(t, unquoted(updates[0]), "user_id = 1 AND shop_orders.deleted_at = 0")

	var orders []shopOrder
	require.NoError(t, db.Find(&orders).Error)
	require.Empty(t, orders)
	require.NoError(t, db.Unscoped().Find(&orders).Error)
	require.Len(t, orders, 2, "they are marked")
	var read shopUser
	require.NoError(t, db.Preload("Orders").Take(&read, 1).Error)
	require.Empty(t, read.Orders, "a preload leaves them out")

	require.NoError(t, db.Unscoped().Model(&shopOrder{}).Where("user_id = ?", 1).Update("deleted_at", 0).Error)
	require.NoError(t, db.Find(&orders).Error)
	require.Len(t, orders, 2, "the marker is written by hand, under Unscoped")
}

func TestComparedSoftDeleteBringsAStaleRowBack(t *testing.T) {
	t.Parallel()
	db, _ := openCompared(t)
	require.NoError(t, db.AutoMigrate(&shopUser{}))
	require.NoError(t, db.Create(&shopUser{ID: 1, Name: "Ana"}).Error)
	var stale shopUser
	require.NoError(t, db.First(&stale, 1).Error)
	require.NoError(t, db.Delete(&shopUser{}, 1).Error)
	stale.Name = "Edited"
	require.NoError(t, db.Save(&stale).Error)
	var live int64
	require.NoError(t, db.Model(&shopUser{}).Count(&live).Error)
	require.EqualValues(t, 1, live)
}

func TestComparedSoftDeleteLeaksByAnOrOfJoins(t *testing.T) {
	t.Parallel()
	db, _ := openCompared(t)
	require.NoError(t, db.AutoMigrate(&shopUser{}, &shopOrder{}, &shopLine{}))
	user := ana()
	require.NoError(t, db.Create(&user).Error)
	require.NoError(t, db.Delete(&shopUser{}, 1).Error)

	var orders []shopOrder
	require.NoError(t, db.Joins("User").Find(&orders).Error)
	require.Nil(t, orders[0].User, "a joined relation has the filter")
	require.NoError(t, db.Joins("User", db.Where("name = ?", "Ben").Or("name = ?", "Ana")).Find(&orders).Error)
	require.NotNil(t, orders[0].User, "but not beside an OR")

	var users []shopUser
	require.NoError(t, db.Where("name = ?", "Ben").Or("name = ?", "Ana").Find(&users).Error)
	require.Empty(t, users, "an ordinary query holds")
}

func TestComparedSoftDeleteTakesNamedChildrenAlong(t *testing.T) {
	t.Parallel()
	db, _ := openCompared(t)
	require.NoError(t, db.AutoMigrate(&shopUser{}, &shopOrder{}, &shopLine{}))
	user := ana()
	require.NoError(t, db.Create(&user).Error)
	live := func(model any) (n int64) {
		require.NoError(t, db.Model(model).Count(&n).Error)
		return n
	}
	require.NoError(t, db.Select("Orders").Delete(&user).Error)
	require.Zero(t, live(&shopUser{}))
	require.Zero(t, live(&shopOrder{}), "the relation that was named")
	require.EqualValues(t, 1, live(&shopLine{}), "one level deep")
}

func TestComparedSoftDeleteOnUniqueValues(t *testing.T) {
	t.Parallel()
	type account struct {
		ID        uint
		Email     string                `gorm:"uniqueIndex:one"`
		DeletedAt soft_delete.DeletedAt `gorm:"uniqueIndex:one"`
	}
	type flagged struct {
		ID    uint
		Email string                `gorm:"uniqueIndex:once"`
		IsDel soft_delete.DeletedAt `gorm:"softDelete:flag;uniqueIndex:once"`
	}
	db, _ := openCompared(t)
	require.NoError(t, db.AutoMigrate(&account{}, &flagged{}))

	// Of a second, the second delete fails. Others may be a second apart, so it is tried until two are not.
	failed := false
	for i := 0; i < 20 && !failed; i++ {
		email := fmt.Sprint(i)
		begun := time.Now().Unix()
		require.NoError(t, db.Create(&account{Email: email}).Error)
		require.NoError(t, db.Where("email = ?", email).Delete(&account{}).Error)
		require.NoError(t, db.Create(&account{Email: email}).Error, "the value is free again")
		err := db.Where("email = ?", email).Delete(&account{}).Error
		failed = time.Now().Unix() == begun
		if failed {
			require.ErrorContains(t, err, "UNIQUE", "once a second")
		}
	}
	require.True(t, failed)

	require.NoError(t, db.Create(&flagged{Email: "a"}).Error)
	require.NoError(t, db.Where("email = ?", "a").Delete(&flagged{}).Error)
	require.NoError(t, db.Create(&flagged{Email: "a"}).Error)
	require.ErrorContains(t, db.Where("email = ?", "a").Delete(&flagged{}).Error, "UNIQUE", "with a flag, once")
}
