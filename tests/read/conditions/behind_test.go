package conditions_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestAStringBehindAJoinedRelation does not go on with the condition of that, in
// which the filter is.
func TestAStringBehindAJoinedRelation(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range []string{"OR 1 = 1", "/* LEFT */ OR 1 = 1", "-- JOIN\nOR 1 = 1", "IS NULL OR 1 = 1", "AND 1 = 1 OR 1 = 1", "OR 1 = 1 JOIN owners ON 1 = 1", "XOR 0 = 1", "|| 1"} {
			var notes []Note
			require.Error(t, w.db.InnerJoins("Tag").Joins(raw).Find(&notes).Error, raw)
			require.Empty(t, notes, raw)
			var n int64
			require.Error(t, w.db.Model(&Note{}).Joins("Tag").Joins(raw).Count(&n).Error, raw)
			tags := clause.Join{Type: clause.InnerJoin, Table: clause.Table{Name: "tags"}, ON: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "tags.id = notes.tag_id"}}}}
			require.Error(t, w.db.Clauses(clause.From{Joins: []clause.Join{tags, {Expression: clause.Expr{SQL: raw}}}}).Find(&notes).Error, raw)
			require.Empty(t, notes, raw)
		}
		for _, raw := range []string{"", "JOIN owners ON 1 = 1 OR 1 = 1", " left join owners ON 1 = 1", "-- whose\n/* it */ INNER JOIN owners ON 1 = 1", "CROSS JOIN owners", ", owners"} {
			var notes []Note
			require.NoError(t, w.db.InnerJoins("Tag").Joins(raw).Find(&notes).Error, raw)
			require.Len(t, notes, 1, raw)
			require.EqualValues(t, 1, notes[0].ID, raw)
		}
	})
}
