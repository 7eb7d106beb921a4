package read_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

type qualifiedShop struct {
	ID    uint
	Name  string
	Items []qualifiedItem `gorm:"foreignKey:ShopID"`
	softdelete.Tracked
}

type qualifiedItem struct {
	ID     uint
	Name   string `gorm:"size:191;uniqueIndex"`
	ShopID *uint
	Shop   *qualifiedShop
	softdelete.Tracked
}

func (qualifiedItem) TableName() string { return "softdelete_qualified.items" }

// A table in another schema of PostgreSQL is read and written as any other.
func TestQualifiedTable(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "postgres")
	require.NoError(t, db.Use(softdelete.New()))
	require.NoError(t, db.Exec("DROP SCHEMA IF EXISTS softdelete_qualified CASCADE").Error)
	require.NoError(t, db.Exec("CREATE SCHEMA softdelete_qualified").Error)
	t.Cleanup(func() { require.NoError(t, db.Exec("DROP SCHEMA softdelete_qualified CASCADE").Error) })
	require.NoError(t, db.AutoMigrate(&qualifiedShop{}, &qualifiedItem{}))
	shop := qualifiedShop{Name: "corner", Items: []qualifiedItem{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	require.NoError(t, db.Create(&shop).Error)

	var d softdelete.Deletion
	require.NoError(t, db.Scopes(softdelete.Into(&d)).Delete(&shop.Items[0]).Error)
	require.Equal(t, map[string]int64{"softdelete_qualified.items": 1}, d.Rows)
	var items []qualifiedItem
	require.NoError(t, db.Joins("Shop").Find(&items).Error)
	require.Len(t, items, 2)
	var shops []qualifiedShop
	require.NoError(t, db.Preload("Items", softdelete.OnlyTrashed).Find(&shops).Error)
	require.Len(t, shops[0].Items, 1)
	require.NoError(t, db.Where(softdelete.Live(&qualifiedItem{}, "")).Scopes(softdelete.WithTrashed).Find(&items).Error)
	require.Len(t, items, 2)

	two := []qualifiedItem{shop.Items[0], shop.Items[1]}
	require.EqualValues(t, 1, db.Delete(&two).RowsAffected)
	require.ErrorIs(t, db.Save(&shop.Items[1]).Error, softdelete.ErrTrashed)
	upsert := db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&[]qualifiedItem{{ID: shop.Items[1].ID, Name: "q"}, {Name: "z"}})
	require.ErrorIs(t, upsert.Error, softdelete.ErrTrashed)
	require.NoError(t, db.Scopes(softdelete.Revive).Create(&qualifiedItem{Name: "b"}).Error)

	require.EqualValues(t, 1, db.Joins("Shop").Where(`"Shop".name = ?`, "corner").Delete(&qualifiedItem{}).RowsAffected, "c has a shop, b none")
	require.EqualValues(t, 1, softdelete.Restore(db, &two).RowsAffected)
	require.EqualValues(t, 1, softdelete.Purge(db.Where("1 = 1"), &qualifiedItem{}).RowsAffected)
	require.EqualValues(t, 1, softdelete.ForceDelete(db.Where("1 = 1").Limit(1), &qualifiedItem{}).RowsAffected)
	require.NoError(t, db.Find(&items).Error)
	require.Len(t, items, 1)
}
