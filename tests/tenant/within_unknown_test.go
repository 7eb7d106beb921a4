package tenant_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
)

// fencedCrate is what rows of a table hang on that only the database knows.
type fencedCrate struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false"`
	Tenant int
	softdelete.Timestamp
}

// fencedMark hangs on a row of that table.
type fencedMark struct {
	ID      uint
	StampID uint
	softdelete.Timestamp
}

// TestWithinUnknownTable says that rows of which no model is known are in nobody's scope.
func TestWithinUnknownTable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		db := open(t)
		require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&fencedCrate{}}})))
		require.NoError(t, db.AutoMigrate(&fencedCrate{}))
		require.NoError(t, db.Exec("CREATE TABLE fenced_stamps (id integer PRIMARY KEY, crate_id bigint, FOREIGN KEY (crate_id) REFERENCES fenced_crates (id) ON DELETE CASCADE)").Error)
		require.NoError(t, db.Exec("CREATE TABLE fenced_marks (id integer PRIMARY KEY, stamp_id integer, deleted_at timestamp NULL, FOREIGN KEY (stamp_id) REFERENCES fenced_stamps (id) ON DELETE SET NULL)").Error)
		require.NoError(t, db.Create(&[]fencedCrate{{ID: 1, Tenant: 1}, {ID: 2, Tenant: 1}, {ID: 3, Tenant: 1}}).Error)
		require.NoError(t, db.Exec("INSERT INTO fenced_stamps (id, crate_id) VALUES (1, 1), (3, 3)").Error)
		require.NoError(t, db.Create(&fencedMark{ID: 1, StampID: 3}).Error)
		require.NoError(t, db.Where("1 = 1").Delete(&fencedCrate{}).Error)
		trash := models.OpenTrash(t, db).Within(func(db *gorm.DB) *gorm.DB { return db.Where("tenant = 1") })
		_, err := trash.Purge(t.Context(), softdelete.Item{Table: "fenced_crates", Key: []any{1}})
		require.ErrorIs(t, err, softdelete.ErrOutOfScope)
		held := softdelete.Item{Table: "fenced_crates", Key: []any{3}} // by a live row, on one of which no model is known
		_, preview := trash.Preview(t.Context(), softdelete.OpPurge, held)
		require.ErrorIs(t, preview, softdelete.ErrOutOfScope)
		_, err = trash.Purge(t.Context(), held)
		require.EqualError(t, err, preview.Error())
		plan, err := models.OpenTrash(t, db).Preview(t.Context(), softdelete.OpPurge, held)
		require.NoError(t, err)
		require.Len(t, plan.Restricted, 1)
		rows, err := trash.Purge(t.Context(), softdelete.Item{Table: "fenced_crates", Key: []any{2}})
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"fenced_crates": 1}, rows)
	})
}
