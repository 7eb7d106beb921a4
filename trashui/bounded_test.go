package trashui_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestBounded says that one request empties no more than so many rows, the oldest, that the page
// says so, and that it offers to go on.
func TestBounded(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Account{{Login: "a"}, {Login: "b"}, {Login: "c"}, {Login: "d"}, {Login: "e"}}).Error)
		for i, login := range []string{"d", "a", "c", "e", "b"} {
			s.delete(t, 60*day-time.Duration(i)*time.Hour, "ana", "", &Account{Login: login})
		}
		s.most = 2
		preview := s.get(t, "preview?op=empty&older_than=30d").json(t)
		require.Equal(t, map[string]any{"accounts": 2.0}, preview["rows"])
		require.Equal(t, true, preview["more"])
		page := s.see(t, "preview?op=empty&older_than=30d").body
		require.Contains(t, page, "The oldest 2 rows; there may be more.")
		require.Contains(t, page, "Remove 2 rows for good")

		require.JSONEq(t, `{"rows":{"accounts":2},"failed":[],"more":true}`, s.post(t, "empty", map[string]any{"older_than": "30d", "confirm": 2}).body)
		for login, status := range map[string]int{"d": http.StatusNotFound, "a": http.StatusNotFound, "c": http.StatusOK, "e": http.StatusOK, "b": http.StatusOK} {
			require.Equal(t, status, s.get(t, "rows/accounts/"+login).status, login)
		}
		a := s.submit(t, "empty", url.Values{"older_than": {"30d"}, "confirm": {"2"}})
		require.Equal(t, "./?done=emptied-30d.0.accounts%3A2", a.header.Get("Location"), a.body)
		page = s.see(t, "?done=emptied-30d.0.accounts%3A2").body
		require.Contains(t, page, "There may be more that is as old.")
		require.Contains(t, page, `href="./preview?older_than=30d&amp;op=empty"`)
		require.NotContains(t, page, "The trash is emptied")
		for _, options := range []func(){func() { s.options.ReadOnly = true }, func() {
			s.options.ReadOnly = false
			s.options.Authorize = refusing(func(action trashui.Action, _ trashui.Target) bool { return action == trashui.ActionEmpty })
		}} {
			options()
			require.NotContains(t, s.see(t, "?done=emptied-30d.0.accounts%3A2").body, "Go on emptying", "it is not offered to who may not")
		}
		s.options.Authorize = nil

		preview = s.get(t, "preview?op=empty&older_than=30d").json(t)
		require.Equal(t, map[string]any{"accounts": 1.0}, preview["rows"])
		require.Equal(t, false, preview["more"])
		require.NotContains(t, s.see(t, "preview?op=empty&older_than=30d").body, "there may be more")
		a = s.submit(t, "empty", url.Values{"older_than": {"30d"}})
		require.Equal(t, "./?done=emptied.0.accounts%3A1", a.header.Get("Location"))
		require.Contains(t, s.see(t, "?done=emptied.0.accounts%3A1").body, "The trash is emptied: 1 row removed for good.")
		require.Zero(t, s.left(t))
	})
}

// TestBoundedAges says that to go on takes up an age in days only, and an address can make it say
// nothing else.
func TestBoundedAges(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	for done, href := range map[string]string{"emptied-.0": "./preview?op=empty", "emptied-2w.0": "./preview?older_than=2w&op=empty"} {
		require.Equal(t, href, within(s.view(t, "?done="+done), "Notice", "Again"))
	}
	for _, wrong := range []string{"emptied-x.0", "emptied-30d-.0", "restored-.0", "purged-30d.0", "emptied-30h.0", "emptied-%3Cb%3E.0", "-.0"} {
		require.Nil(t, within(s.view(t, "?done="+wrong), "Notice"), wrong)
	}
}
