package trashui_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestEmptyUntil says that no row goes that was trashed at the moment up to which is emptied, or after it: whatever the database's clock says.
func TestEmptyUntil(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		for _, clock := range []softdelete.Clock{softdelete.AppClock, softdelete.DatabaseClock} {
			s := &shop{at: noon} // which the database's clock is long past
			config := testdb.Config()
			config.NowFunc = func() time.Time { return s.at }
			s.db = open(t, config)
			require.NoError(t, s.db.Use(softdelete.New(softdelete.Config{Models: []any{&Account{}, &Marker{}}, Clock: clock})))
			require.NoError(t, softdelete.AutoMigrate(s.db, &Account{}, &Marker{}))
			require.NoError(t, s.db.Exec("DELETE FROM accounts").Error)
			require.NoError(t, s.db.Exec("DELETE FROM markers").Error)
			until := noon.Add(-30 * day)
			for login, at := range map[string]time.Time{"before": until.Add(-time.Millisecond), "at": until, "after": until.Add(time.Millisecond), "new": noon.Add(-day)} {
				a := Account{Login: login}
				a.DeletedAt = gorm.DeletedAt{Time: at, Valid: true}
				require.NoError(t, s.db.Create(&a).Error)
			}
			require.NoError(t, s.db.Create(&Marker{ID: 1, Flagged: softdelete.Flagged{IsDeleted: true}}).Error)
			var err error
			s.trash, err = softdelete.OpenTrash(s.db)
			require.NoError(t, err)
			s.options = trashui.Options{AllowAll: true}
			report := s.get(t, "preview?op=empty&older_than=30d").json(t)
			require.Equal(t, map[string]any{"accounts": 1.0}, report["rows"], clock)
			require.Len(t, report["failed"], 1)
			require.Equal(t, until.Format(time.RFC3339), report["until"])
			s.at = noon.Add(time.Hour)
			a := s.submit(t, "empty", url.Values{"older_than": {"30d"}, "until": {report["until"].(string)}, "confirm": {"1"}})
			require.Equal(t, http.StatusSeeOther, a.status, a.body)
			var left []string
			require.NoError(t, s.db.Unscoped().Model(&Account{}).Order("login").Pluck("login", &left).Error)
			require.Equal(t, []string{"after", "at", "new"}, left)
		}
	})
}
