package write_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestUpsertsWithACondition says that an upsert which names the condition of an index finds it as it is, and when it has become
// one of live rows besides, as Doctor makes it.
func TestUpsertsWithACondition(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"postgres", "sqlite"} {
		for name, index := range map[string]string{
			"of all rows":  "CREATE UNIQUE INDEX shelves_label ON shelves (label) WHERE room > 0 OR room IS NULL",
			"of live rows": "CREATE UNIQUE INDEX shelves_label ON shelves (label) WHERE (room > 0 OR room IS NULL) AND deleted_at IS NULL",
		} {
			t.Run(database+" "+name, func(t *testing.T) {
				t.Parallel()
				db := testdb.Open(t, database)
				key := map[string]string{"postgres": "bigserial PRIMARY KEY", "sqlite": "integer PRIMARY KEY"}[database]
				require.NoError(t, db.Exec("CREATE TABLE shelves (id "+key+", room bigint, label varchar(40), colour text, deleted_at timestamp)").Error)
				require.NoError(t, db.Exec(index).Error)
				require.NoError(t, db.Use(softdelete.New()))
				upsert := clause.OnConflict{
					Columns:     []clause.Column{{Name: "label"}},
					TargetWhere: clause.Where{Exprs: []clause.Expression{gorm.Expr("room > 0 OR room IS NULL")}},
					DoUpdates:   clause.AssignmentColumns([]string{"colour"}),
				}
				for _, colour := range []string{"red", "green"} {
					require.NoError(t, db.Clauses(upsert).Create(&untoldShelf{Room: 1, Label: "A", Colour: colour}).Error)
				}
				var have []string
				require.NoError(t, db.Model(&untoldShelf{}).Pluck("colour", &have).Error)
				require.Equal(t, []string{"green"}, have)
				require.NoError(t, db.Where("label = ?", "A").Delete(&untoldShelf{}).Error)
				err := db.Clauses(upsert).Create(&untoldShelf{Room: 1, Label: "A", Colour: "blue"}).Error
				if name == "of all rows" {
					require.ErrorIs(t, err, softdelete.ErrTrashed)
					return
				}
				require.NoError(t, err)
			})
		}
	}
}
