package trashui_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// Ledger refers to accounts, of which nothing but the database knows.
type Ledger struct {
	ID           uint    `gorm:"primaryKey;autoIncrement:false"`
	AccountLogin string  `gorm:"size:60"`
	Account      Account `gorm:"foreignKey:AccountLogin"`
}

// Scrap has no key.
type Scrap struct {
	Text string `gorm:"size:60"`
	softdelete.Tracked
}

// TestStays says in words why rows stay, whatever holds them.
func TestStays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, softdelete.AutoMigrate(s.db, &Ledger{}, &Scrap{}))
		require.NoError(t, s.db.Create(&[]Account{{Login: "held"}, {Login: "watched"}}).Error)
		require.NoError(t, s.db.Create(&Ledger{ID: 1, AccountLogin: "held"}).Error)
		require.NoError(t, s.db.Create(&Scrap{Text: "x"}).Error)
		require.NoError(t, s.db.Create(&Marker{ID: 1}).Error)
		require.NoError(t, s.db.Delete(&Marker{ID: 1}).Error)
		s.delete(t, 40*day, "ana", "", &Scrap{}, "1 = 1")
		s.delete(t, 40*day, "ana", "", &[]Account{{Login: "held"}, {Login: "watched"}})
		var err error
		s.trash, err = softdelete.OpenTrash(s.db, &Account{}, &Marker{}, &Scrap{})
		require.NoError(t, err)
		reasons := func(a answer) map[string]string {
			require.Equal(t, http.StatusOK, a.status, a.body)
			found := map[string]string{}
			for _, row := range a.json(t)["failed"].([]any) {
				name := within(row, "table").(string)
				for _, key := range within(row, "key").([]any) {
					name += "/" + key.(string)
				}
				found[name] = within(row, "error").(string)
			}
			return found
		}
		untold := map[string]string{
			"markers": "Its rows do not say when they were deleted, so none is removed by age",
			"scraps":  "Its rows have no key, so none can be removed one by one",
		}
		foreseen := reasons(s.get(t, "preview?op=empty&older_than=30d"))
		for table, why := range untold {
			require.Equal(t, why, foreseen[table])
		}
		s.observe(func(softdelete.Event) { s.refuses = errNo })
		have := reasons(s.post(t, "empty", map[string]any{"older_than": "30d"}))
		require.Equal(t, "The database or the application did not let it go", have["accounts/watched"])
		s.observe(nil)
		have = reasons(s.post(t, "empty", map[string]any{"older_than": "30d"}))
		untold["accounts/held"] = "Rows of another table still refer to it"
		require.Equal(t, untold, have)

		page := s.see(t, "preview?op=empty&older_than=30d").body
		require.Contains(t, page, "Its rows do not say when they were deleted")
	})
}
