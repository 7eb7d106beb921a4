package tenant_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// region is a type that shows rows of a region and of none, by SQL that has an OR in it and asks for nothing.
type region string

func (region) QueryClauses(f *schema.Field) []clause.Interface { return []clause.Interface{near{f}} }

func (region) UpdateClauses(f *schema.Field) []clause.Interface { return []clause.Interface{near{f}} }

func (region) DeleteClauses(f *schema.Field) []clause.Interface { return []clause.Interface{near{f}} }

type near struct{ field *schema.Field }

func (near) Name() string               { return "" }
func (near) Build(clause.Builder)       {}
func (near) MergeClause(*clause.Clause) {}

func (n near) ModifyStatement(stmt *gorm.Statement) {
	column := clause.Column{Table: clause.CurrentTable, Name: n.field.DBName}
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "? = 'north' OR ? = ''", Vars: []any{column, column}}}})
}

type city struct {
	ID     uint
	Region region
	softdelete.Timestamp
	Shops []shop
}

type shop struct {
	ID     uint
	CityID uint
	City   *city
	softdelete.Timestamp
	Region region
}

func newCities(t *testing.T, open testdb.Opener) *gorm.DB {
	t.Helper()
	db := open(t)
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&city{}, &shop{}}})))
	require.NoError(t, db.AutoMigrate(&city{}, &shop{}))
	require.NoError(t, db.Create(&[]city{
		{ID: 1, Region: "north", Shops: []shop{{ID: 1, Region: "north"}, {ID: 2, Region: "north"}, {ID: 3, Region: "south"}}},
		{ID: 2, Region: "north", Shops: []shop{{ID: 4, Region: ""}}},
		{ID: 3, Region: "south", Shops: []shop{{ID: 5, Region: "north"}}},
	}).Error)
	require.NoError(t, db.Delete(&shop{}, 2).Error)
	require.NoError(t, db.Delete(&city{}, 2).Error)
	return db
}

// What a type says has an OR in it, which reaches the filter nowhere.
func TestReadsKeepTheFilterOutsideOfWhatTypesSay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newCities(t, open)
		var ids []uint
		require.NoError(t, db.Model(&shop{}).Order("id").Pluck("id", &ids).Error)
		require.Equal(t, []uint{1, 4, 5}, ids)

		var shops []shop
		require.NoError(t, db.Joins("City").Order("shops.id").Find(&shops).Error)
		require.Len(t, shops, 3)
		require.NotNil(t, shops[0].City)
		require.Nil(t, shops[1].City, "it is in the trash")
		require.Nil(t, shops[2].City, "it is in the south")

		shops = nil
		require.NoError(t, db.InnerJoins("City", db.Where("1 = 1").Or("1 = 1")).Find(&shops).Error)
		require.Len(t, shops, 1)

		var cities []city
		require.NoError(t, db.Preload("Shops").Order("id").Find(&cities).Error)
		require.Len(t, cities, 1)
		require.Len(t, cities[0].Shops, 1)

		q := db.Model(&shop{}).Where("city_id = ?", 1)
		var n int64
		require.NoError(t, q.Count(&n).Error)
		require.EqualValues(t, 1, n)
		shops = nil
		require.NoError(t, q.Find(&shops).Error)
		require.Len(t, shops, 1)

		require.NoError(t, db.Model(&shop{}).Where("1 = 1").Update("city_id", 1).Error)
		require.NoError(t, db.Raw("SELECT id FROM shops WHERE city_id = 1 ORDER BY id").Scan(&ids).Error)
		require.Equal(t, []uint{1, 2, 3, 4, 5}, ids, "2 and 3 were there before")
	})
}

func TestScopesAndVerbsKeepToWhatTypesSay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newCities(t, open)
		var ids []uint
		require.NoError(t, db.Model(&shop{}).Scopes(softdelete.OnlyTrashed).Pluck("id", &ids).Error)
		require.Equal(t, []uint{2}, ids)
		require.NoError(t, db.Model(&shop{}).Scopes(softdelete.WithTrashed).Order("id").Pluck("id", &ids).Error)
		require.Equal(t, []uint{1, 2, 4, 5}, ids)

		tx := db.Delete(&[]shop{{ID: 1}, {ID: 3}})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 1, tx.RowsAffected)
		tx = softdelete.Restore(db.Where("1 = 1"), &shop{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 2, tx.RowsAffected)
		tx = softdelete.ForceDelete(db.Where("1 = 1"), &shop{})
		require.NoError(t, tx.Error)
		require.EqualValues(t, 4, tx.RowsAffected)
		require.NoError(t, db.Raw("SELECT id FROM shops").Scan(&ids).Error)
		require.Equal(t, []uint{3}, ids)
	})
}

// A statement that is not run shows the conditions, and asks nobody anything of the database.
func TestTheSQLShowsWhatTypesSay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := newCities(t, open)
		for _, run := range []func(tx *gorm.DB) *gorm.DB{
			func(tx *gorm.DB) *gorm.DB { return tx.Delete(&shop{ID: 1}) },
			func(tx *gorm.DB) *gorm.DB { return softdelete.Restore(tx, &shop{ID: 2}) },
			func(tx *gorm.DB) *gorm.DB { return softdelete.Purge(tx, &shop{ID: 2}) },
		} {
			sql := db.ToSQL(run)
			require.Contains(t, sql, "= 'north' OR ")
		}
		var n int64
		require.NoError(t, db.Raw("SELECT count(*) FROM shops WHERE deleted_at IS NULL").Scan(&n).Error)
		require.EqualValues(t, 4, n)
	})
}
