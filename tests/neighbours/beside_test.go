package neighbours_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/plugin/dbresolver"
	stats "gorm.io/plugin/prometheus"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/beside"
)

// Reads go to a replica, here another pool on the same database: what it is not to be asked is in the tests of replicas.
func TestBesideResolver(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		pool, err := db.DB()
		require.NoError(t, err)
		replica := &watched{ConnPool: pool}
		require.NoError(t, db.Use(dbresolver.Register(dbresolver.Config{Replicas: []gorm.Dialector{behind{db.Dialector, replica}}})))
		return replica
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		replica := w.Used.(*watched)
		replica.take()
		w.HoldLaws(t)
		require.NotEmpty(t, replica.take(), "reads go there")
		require.NoError(t, w.DB.Delete(&beside.Author{}, 7).Error)
		require.Empty(t, replica.take())
	})
}

// Metrics of the pool are those of the handle's.
func TestBesidePrometheus(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		plugin := stats.New(stats.Config{DBName: t.Name(), RefreshInterval: 3600})
		require.NoError(t, db.Use(plugin))
		return plugin
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		w.HoldLaws(t)
		plugin := w.Used.(*stats.Prometheus)
		pool, err := plugin.DB.DB()
		require.NoError(t, err)
		plugin.DBStats.Set(pool.Stats())
		registry := prometheus.NewRegistry()
		require.NoError(t, registry.Register(plugin.OpenConnections))
		found, err := registry.Gather()
		require.NoError(t, err)
		require.Positive(t, found[0].GetMetric()[0].GetGauge().GetValue())
	})
}

// Nothing of another tenant's is read, deleted, restored, undone, purged, emptied or removed, though it hang on the rows at hand.
func TestBesideTenant(t *testing.T) {
	t.Parallel()
	use := func(t *testing.T, db *gorm.DB) any {
		t.Helper()
		require.NoError(t, db.Use(tenancy{}))
		return nil
	}
	beside.Each(t, beside.Plugin{Use: use}, func(t *testing.T, w *beside.World) {
		w.Context = ofTenant(w.Context, beside.Tenant)
		plain := w.Plain
		require.NoError(t, plain.Create(&[]beside.Author{{ID: 8, Tenant: "b"}, {ID: 9, Tenant: "b"}}).Error)
		require.NoError(t, plain.Create(&[]beside.Book{
			{ID: 81, AuthorID: 8, Tenant: "b"}, {ID: 91, AuthorID: 9, Tenant: "b"}, {ID: 18, AuthorID: 1, Tenant: "b"}, {ID: 19, AuthorID: 1, Tenant: "b"},
		}).Error)
		require.NoError(t, plain.Delete(&beside.Author{}, 9).Error)
		require.NoError(t, plain.Delete(&beside.Book{}, 19).Error)
		others := func() (list []string) {
			return []string{
				w.Raw(t, "SELECT id FROM authors WHERE tenant = 'b' AND deleted_at IS NULL ORDER BY id"),
				w.Raw(t, "SELECT id FROM authors WHERE tenant = 'b' AND deleted_at IS NOT NULL ORDER BY id"),
				w.Raw(t, "SELECT id FROM books WHERE tenant = 'b' AND deleted_at IS NULL ORDER BY id"),
				w.Raw(t, "SELECT id FROM books WHERE tenant = 'b' AND deleted_at IS NOT NULL ORDER BY id"),
			}
		}
		want := []string{"8", "9", "18 81", "19 91"}
		require.Equal(t, want, others())
		w.Did = func(step string) { require.Equal(t, want, others(), step) }
		w.HoldLaws(t)

		db := w.DB.WithContext(w.Context)
		for _, tx := range []*gorm.DB{
			db.Delete(&beside.Author{ID: 8}), softdelete.Restore(db, &beside.Author{ID: 9}), softdelete.Purge(db, &beside.Author{ID: 9}),
			softdelete.ForceDelete(db, &beside.Author{ID: 8}), db.Model(&beside.Author{ID: 8}).Update("name", "x"),
		} {
			require.NoError(t, tx.Error)
			require.Zero(t, tx.RowsAffected)
		}
		require.Equal(t, want, others())
	})
}
