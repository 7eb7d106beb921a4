package conditions_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestAValueWithinQuotesIsRefused where a driver may write values into the SQL
// itself: the value could end the quotes, or the comment.
func TestAValueWithinQuotesIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		w := newWorld(t, open)
		if w.kind != "mysql" {
			t.Skip("values go to the server on their own")
		}
		for _, raw := range []string{`name <> '?'`, `name <> 'it''s ?'`, `name <> 'it\'s ?'`, `name <> '\'?'`, "id > 0 -- ?\n", "id > 0 # ?\n", "id > 0 /* ? */", `name <> "it\\'s ?"`} {
			for where, run := range map[string]func(*gorm.DB) *gorm.DB{
				"Where": func(tx *gorm.DB) *gorm.DB { return tx.Where(raw, "x") },
				"Joins": func(tx *gorm.DB) *gorm.DB {
					return tx.Joins("JOIN owners ON owners.id = tags.owner_id AND owners."+raw, "x")
				},
				"Select": func(tx *gorm.DB) *gorm.DB { return tx.Select("id, "+raw+" AS x", "x") },
			} {
				var tags []Tag
				require.ErrorContains(t, run(w.db).Find(&tags).Error, "gives a value to", where+" "+raw)
				require.Empty(t, tags)
			}
		}
		// What has no value is text.
		var tags []Tag
		require.NoError(t, w.db.Where("name <> 'why?' -- why?").Where("id < ? /* why? */", 9).Find(&tags).Error)
		require.Equal(t, []uint{1}, ids(tags))
	})
}
