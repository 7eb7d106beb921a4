package trashui_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestNoID says that the id which is none names no operation, where rows are asked for one by one too: there it would be a list
// of all of the trash.
func TestNoID(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		s.options.Authorize = refusing(func(trashui.Action, trashui.Target) bool { return false })
		require.Equal(t, http.StatusNotFound, s.get(t, "deletions/"+uuid.Nil.String()).status)
		require.Equal(t, http.StatusNotFound, s.get(t, "preview?op=undo&id="+uuid.Nil.String()).status)
		require.Equal(t, http.StatusConflict, s.post(t, "undo", map[string]any{"id": uuid.Nil.String(), "plan": "x"}).status)
	})
}
