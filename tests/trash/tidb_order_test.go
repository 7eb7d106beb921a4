package trash_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/record"
)

type orderedLetter struct {
	ID uint
	softdelete.Tracked
}

type orderedPage struct {
	Tenant int64 `gorm:"primaryKey;autoIncrement:false"`
	Number int64 `gorm:"primaryKey;autoIncrement:false"`
	softdelete.Tracked
}

type orderedModel struct {
	gorm.Model
	Title string
}

// TestListReadsAnIndexInOrderOnTiDB: TiDB sorts by an unsigned key, and by one of several columns, though each index ends in it. A
// page of a long trash must not sort all of it.
func TestListReadsAnIndexInOrderOnTiDB(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, "tidb")
	models := []any{&orderedLetter{}, &orderedPage{}, &orderedModel{}}
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: models})))
	require.NoError(t, softdelete.AutoMigrate(db, models...))
	require.NoError(t, db.Create(&[]orderedLetter{{}, {}, {}}).Error)
	require.NoError(t, db.Create(&[]orderedPage{{Number: 1}, {Number: 2}, {Number: 3}}).Error)
	require.NoError(t, db.Create(&[]orderedModel{{}, {}, {}}).Error)
	for _, model := range models {
		require.NoError(t, db.Where("1 = 1").Delete(model).Error)
	}
	statements := record.Record(t, db)
	for _, model := range models {
		trash, err := softdelete.OpenTrash(db, model)
		require.NoError(t, err)
		page, err := trash.List(t.Context(), softdelete.ListOptions{Limit: 2})
		require.NoError(t, err)
		_, err = trash.List(t.Context(), softdelete.ListOptions{Limit: 2, After: page.Next})
		require.NoError(t, err)
		calls := slices.DeleteFunc(statements.TakeCalls(), func(c record.Call) bool { return !strings.HasPrefix(c.SQL, "SELECT") })
		require.Len(t, calls, 2)
		for _, call := range calls {
			var plan []struct {
				ID           string
				OperatorInfo string `gorm:"column:operator info"`
			}
			require.NoError(t, db.Raw("EXPLAIN "+call.SQL, call.Args...).Scan(&plan).Error)
			ordered := false
			for _, step := range plan {
				require.NotContains(t, step.ID, "TopN", "%s: %v", call.SQL, plan)
				require.NotContains(t, step.ID, "Sort", "%s: %v", call.SQL, plan)
				ordered = ordered || strings.Contains(step.OperatorInfo, "keep order:true")
			}
			require.True(t, ordered, "%s: %v", call.SQL, plan)
		}
		statements.Take()
	}
}
