package trashui_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestFormerRows says that the overview sends people to the rows, where these were trashed before they could say with which deletion.
func TestFormerRows(t *testing.T) {
	t.Parallel()
	const said = "does not say with which it went"
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NotContains(t, s.see(t, "").body, said)
		require.NoError(t, s.db.Exec("UPDATE customers SET deleted_at = ? WHERE id = 1", s.db.NowFunc()).Error)
		body := s.see(t, "").body
		require.Contains(t, body, "No deletion has rows in the trash. What is there "+said)
		require.Contains(t, body, `<a href="./rows">rows</a>`)
		s.delete(t, day, "ana", "", &Customer{ID: 2})
		require.NotContains(t, s.see(t, "").body, said)
	})
}
