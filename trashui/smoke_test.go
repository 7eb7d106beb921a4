package trashui_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// TestRoundTrip says that what was deleted is found, shown, previewed and brought back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, 2*day, "ana", "spring cleaning", &Customer{ID: 1})
		s.delete(t, 40*day, "bob", "", &Order{}, "id = ?", 20)
		require.NoError(t, s.db.Create(&Marker{ID: 7, Code: "x"}).Error)
		require.NoError(t, s.db.Delete(&Marker{ID: 7}).Error)
		for _, path := range []string{"", "rows", "rows?model=Customer&actor=ana&limit=2", "rows/customers/1", "rows/lines/10,cup%2Cred", "rows/markers/7", "deletions", "deletions/" + d.ID.String(), "preview?op=restore&item=customers/1", "preview?op=purge&item=customers/1&item=orders/20", "preview?op=undo&id=" + d.ID.String(), "preview?op=empty&older_than=30d", "preview?op=restore&item=orders/10&parents=1", "doctor", "openapi.json"} {
			a := s.get(t, path)
			require.Equal(t, http.StatusOK, a.status, path+a.body+s.log.String())
			t.Log(path, a.body)
			a = s.see(t, path)
			require.Equal(t, http.StatusOK, a.status, path+a.body+s.log.String())
		}
		require.JSONEq(t, `{"items":[{"table":"markers","model":"Marker","key":["7"],"at":null,"by":"","reason":"","deletion_id":null,"label":"x","kept_until":null}],"next":""}`, s.get(t, "rows?model=markers").body)
		plan := s.get(t, "preview?op=restore&item=customers/1").json(t)
		a := s.post(t, "restore", map[string]any{"item": []string{"customers/1"}, "plan": plan["fingerprint"], "reason": "sorry"})
		require.Equal(t, http.StatusOK, a.status, a.body+s.log.String())
		require.JSONEq(t, `{"rows":{"customers":1,"orders":2,"lines":4},"failed":[]}`, a.body)
		a = s.post(t, "restore", map[string]any{"item": []string{"customers/1"}, "plan": plan["fingerprint"]})
		require.Equal(t, http.StatusConflict, a.status, a.body)
		plan = s.get(t, "preview?op=purge&item=orders/20").json(t)
		a = s.submit(t, "purge", url.Values{"item": {"orders/20"}, "plan": {plan["fingerprint"].(string)}, "confirm": {"3"}, "back": {"rows?model=orders"}})
		require.Equal(t, http.StatusSeeOther, a.status, a.body+s.log.String())
		require.Equal(t, "./rows?model=orders&done=purged.0.lines%3A2.orders%3A1", a.header.Get("Location"))
	})
}
