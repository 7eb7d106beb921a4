package trash_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/tests/internal/handles"
	"github.com/gorm-softdelete/softdelete/tests/internal/models"
	"github.com/gorm-softdelete/softdelete/tests/internal/tables"
)

// TestScopesNarrowItems says that items are restored, purged and previewed in their own part only, whatever stands in its scopes.
func TestScopesNarrowItems(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, db *gorm.DB, part *softdelete.Trash, _ [3][]uuid.UUID) {
		whole := models.OpenTrash(t, db)
		item := func(table string, id int) softdelete.Item {
			t.Helper()
			item, err := whole.Item(t.Context(), table, id)
			require.NoError(t, err)
			return item
		}
		trashed := func(table string) []int {
			return tables.Column[int](t, db, "SELECT id FROM "+table+" WHERE deleted_at IS NOT NULL ORDER BY id")
		}
		mine, others := []softdelete.Item{item("tenant_albums", 1), item("tenant_notes", 3)}, []softdelete.Item{item("tenant_albums", 3), item("tenant_notes", 2)}
		require.ErrorIs(t, handles.Second(part.Restore(t.Context(), others...)), softdelete.ErrNotFound)
		require.ErrorIs(t, handles.Second(part.Purge(t.Context(), others...)), softdelete.ErrNotFound)
		require.ErrorIs(t, handles.Second(part.Preview(t.Context(), softdelete.OpPurge, others...)), softdelete.ErrNotFound)
		require.Equal(t, []int{1, 2, 3, 4}, trashed("tenant_albums"), "not even those of the part")

		rows := map[string]int64{"tenant_albums": 1, "tenant_songs": 2, "tenant_notes": 1}
		for _, op := range []softdelete.Operation{softdelete.OpRestore, softdelete.OpPurge} {
			plan, err := part.Preview(t.Context(), op, mine...)
			require.NoError(t, err)
			require.Equal(t, rows, plan.Rows)
		}
		done, err := part.Restore(t.Context(), mine...)
		require.NoError(t, err)
		require.Equal(t, rows, done)
		require.Equal(t, []int{2, 3, 4}, trashed("tenant_albums"))
		require.Equal(t, []int{1, 2, 4}, trashed("tenant_notes"))
		done, err = part.Purge(t.Context(), item("tenant_albums", 3), item("tenant_notes", 1))
		require.NoError(t, err)
		require.Equal(t, rows, done)
		require.Equal(t, []int{2, 4}, trashed("tenant_albums"))
		require.Equal(t, []int{2, 4}, trashed("tenant_notes"))
	})
}

// TestScopesNarrowUndo says that an operation is undone and previewed in its own part only.
func TestScopesNarrowUndo(t *testing.T) {
	t.Parallel()
	eachPart(t, func(t *testing.T, db *gorm.DB, part *softdelete.Trash, ids [3][]uuid.UUID) {
		for _, refused := range []string{"all,_trashed", "only_trashed", "a_join", "a_limit"} {
			if strings.Contains(t.Name(), "/"+refused+"_o") {
				require.ErrorIs(t, handles.Second(part.Undo(t.Context(), ids[1][0])), gorm.ErrInvalidValue)
				require.ErrorIs(t, handles.Second(part.PreviewUndo(t.Context(), ids[1][0])), gorm.ErrInvalidValue)
				return
			}
		}
		require.ErrorIs(t, handles.Second(part.Undo(t.Context(), ids[2][0])), softdelete.ErrNotFound)
		require.ErrorIs(t, handles.Second(part.PreviewUndo(t.Context(), ids[2][0])), softdelete.ErrNotFound)
		rows := map[string]int64{"tenant_albums": 1, "tenant_songs": 2}
		plan, err := part.PreviewUndo(t.Context(), ids[1][0])
		require.NoError(t, err)
		require.Equal(t, rows, plan.Rows)
		d, err := part.Undo(t.Context(), ids[1][0])
		require.NoError(t, err)
		require.Equal(t, rows, d.Rows)
		require.Equal(t, []int{1, 2, 4}, tables.Column[int](t, db, "SELECT id FROM tenant_albums WHERE deleted_at IS NOT NULL ORDER BY id"))
	})
}
