package associations_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestRawOfTheGenericAPI is of SQL that GORM CLI takes from the comments of an interface: it is run as it is.
func TestRawOfTheGenericAPI(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		plain, db := setUp(t, open)
		fill(t, plain, "roles"+gone+"id = 2")
		ctx, table := t.Context(), clause.Table{Name: clause.CurrentTable}
		ids := func(roles []Role, err error) (ids []uint) {
			require.NoError(t, err)
			for _, role := range roles {
				ids = append(ids, role.ID)
			}
			return ids
		}
		require.Equal(t, []uint{2, 3, 4}, ids(gorm.G[Role](db).Raw("SELECT * FROM ? WHERE name = ? ORDER BY id", table, "b").Find(ctx)), "trashed rows too")
		require.Equal(t, []uint{3, 4}, ids(gorm.G[Role](db).Raw("SELECT * FROM ? WHERE name = ? AND ? ORDER BY id", table, "b", softdelete.Live(&Role{}, "")).Find(ctx)))
		require.Equal(t, []uint{3, 4}, ids(gorm.G[Role](db).Where(clause.Expr{SQL: "name = ?\nOR name = ?", Vars: []any{"b", "c"}}).Order("id").Find(ctx)), "a condition is none of it")
		role, err := gorm.G[Role](db).Raw("SELECT * FROM ? WHERE id = ?", table, 2).Take(ctx)
		require.NoError(t, err)
		trashed, err := softdelete.IsTrashed(db, &role)
		require.NoError(t, err)
		require.True(t, trashed)

		require.NoError(t, gorm.G[Role](db).Exec(ctx, "UPDATE ? SET name = ? WHERE name = ?", table, "new", "b"))
		require.Equal(t, []uint{2, 3, 4}, ids(gorm.G[Role](db).Raw("SELECT * FROM ? WHERE name = ? ORDER BY id", table, "new").Find(ctx)), "trashed rows too")
		require.NoError(t, gorm.G[Role](db).Exec(ctx, "UPDATE ? SET name = ? WHERE name = ? AND ?", table, "live", "new", softdelete.Live(&Role{}, "")))
		require.Equal(t, []uint{2}, ids(gorm.G[Role](db).Raw("SELECT * FROM ? WHERE name = ?", table, "new").Find(ctx)))
	})
}
