package rawsql_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// BenchmarkPolicies is what each policy adds to statements on SQLite.
func BenchmarkPolicies(b *testing.B) {
	for _, policy := range []struct {
		name string
		is   softdelete.RawPolicy
	}{{"allow", softdelete.RawAllow}, {"log", softdelete.RawLog}, {"refuse", softdelete.RawRefuse}} {
		db := testdb.Open(b, "sqlite")
		require.NoError(b, db.Use(softdelete.New(softdelete.Config{RawSQL: policy.is, Models: []any{&post{}, &author{}, &comment{}}})))
		require.NoError(b, softdelete.AutoMigrate(db, &author{}, &post{}, &comment{}))
		require.NoError(b, db.Create(&author{ID: 1}).Error)
		require.NoError(b, db.Create(&post{ID: 1, AuthorID: 1}).Error)
		for _, of := range []struct {
			name string
			run  func() *gorm.DB
		}{
			{"First", func() *gorm.DB { return db.First(&post{}, 1) }},
			{"Where", func() *gorm.DB { return db.Where("title LIKE ? OR id = ?", "from%", 1).Find(&[]post{}) }},
			{"Live in a join", func() *gorm.DB {
				return db.Joins("LEFT JOIN comments c ON c.post_id = posts.id AND ?", softdelete.Live(&comment{}, "c")).Find(&[]post{})
			}},
			{"Raw", func() *gorm.DB {
				return db.Raw("SELECT * FROM posts WHERE id = ? AND deleted_at IS NULL", 1).Scan(&[]post{})
			}},
		} {
			b.Run(of.name+"/"+policy.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := of.run().Error; err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
