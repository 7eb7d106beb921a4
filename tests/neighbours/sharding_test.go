package neighbours_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/sharding"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// shardedHit is kept in two tables, by its site. It has no marker.
type shardedHit struct {
	ID     int64
	SiteID int64
	Page   string
}

func (shardedHit) TableName() string { return "hits" }

func byShards() *sharding.Sharding {
	return sharding.Register(sharding.Config{ShardingKey: "site_id", NumberOfShards: 2, PrimaryKeyGenerator: sharding.PKSnowflake}, "hits")
}

// Where gorm.io/sharding is on a handle, this library is not: db.Use says so. Used the other way round, an operation that has to
// be all or nothing says so before it writes.
func TestShardingIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		for _, way := range beside.Ways() {
			t.Run(way.String(), func(t *testing.T) {
				db := open(t, way.Config())
				config := softdelete.Config{Models: []any{&beside.Author{}, &beside.Book{}, &beside.AuthorLabel{}}}
				if !way.Second {
					require.NoError(t, db.Use(byShards()))
					err := db.Use(softdelete.New(config))
					require.ErrorIs(t, err, gorm.ErrUnsupportedDriver)
					require.ErrorContains(t, err, "gorm.io/sharding")
					require.NotContains(t, db.Plugins, "softdelete")
					return
				}
				plain := open(t)
				require.NoError(t, plain.AutoMigrate(&beside.Label{}, &beside.Author{}, &beside.Book{}))
				require.NoError(t, plain.Exec("DELETE FROM books").Error)
				require.NoError(t, plain.Exec("DELETE FROM authors").Error)
				require.NoError(t, plain.Create(&beside.Author{ID: 1, Books: []beside.Book{{ID: 11}}}).Error)
				require.NoError(t, db.Use(softdelete.New(config)))
				require.NoError(t, db.Use(byShards()))
				for name, tx := range map[string]*gorm.DB{
					"delete": db.Delete(&beside.Author{ID: 1}), "restore": softdelete.Restore(db, &beside.Author{ID: 1}),
					"force delete": softdelete.ForceDelete(db, &beside.Author{ID: 1}),
				} {
					require.ErrorIs(t, tx.Error, gorm.ErrUnsupportedDriver, name)
					require.ErrorContains(t, tx.Error, "gorm.io/sharding", name)
				}
				var n int64
				require.NoError(t, plain.Model(&beside.Author{}).Where("deleted_at IS NULL").Count(&n).Error)
				require.EqualValues(t, 1, n)
				require.NoError(t, plain.Model(&beside.Book{}).Where("deleted_at IS NULL").Count(&n).Error)
				require.EqualValues(t, 1, n)
			})
		}
	})
}

// Two handles on one pool: one for the tables in shards, one for the trash.
func TestBesideShardingOnAHandleOfItsOwn(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		pool, err := db.DB()
		require.NoError(t, err)
		sharded, err := gorm.Open(behind{db.Dialector, pool}, testdb.Config())
		require.NoError(t, err)
		for _, shard := range []string{"hits_0", "hits_1"} {
			require.NoError(t, sharded.Table(shard).AutoMigrate(&shardedHit{}))
		}
		require.NoError(t, sharded.Use(byShards()))
		return sharded
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		sharded := w.Used.(*gorm.DB)
		require.NoError(t, w.Plain.Exec("DELETE FROM hits_1").Error)
		require.NoError(t, sharded.Create(&shardedHit{SiteID: 1, Page: "/"}).Error)
		w.HoldLaws(t)
		require.Equal(t, "/", w.Raw(t, "SELECT page FROM hits_1"))
		require.NoError(t, sharded.Where("site_id = ?", int64(1)).Delete(&shardedHit{}).Error)
		require.Empty(t, w.Raw(t, "SELECT page FROM hits_1"))
	})
}
