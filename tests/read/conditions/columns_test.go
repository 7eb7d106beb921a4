package conditions_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/clause"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestRawColumnsOfAList: a column of several that is written as it is reaches no
// further than one.
func TestRawColumnsOfAList(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		for _, raw := range []string{"1 = 1) OR (1", "id) IN (1) OR 1 = 1 OR (id", "id"} {
			in := clause.IN{Column: []clause.Column{{Name: raw, Raw: true}}, Values: []any{1, 2, 3}}
			var tags []Tag
			require.NoError(t, w.db.Where(in).Find(&tags).Error, raw)
			require.Equal(t, []uint{1}, ids(tags), raw)
			require.NoError(t, w.db.Model(&Tag{}).Where(in).Update("rank", 9).Error, raw)
			require.Equal(t, w.seed[:1], w.settle(t), raw)
		}
	})
}
