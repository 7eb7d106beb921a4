package trashui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestOffers says that what may not be done is not offered.
func TestOffers(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, day, "ana", "", &Customer{ID: 1})
	operation := "deletions/" + d.ID.String()
	list := s.see(t, "rows").body
	require.Contains(t, list, `href="#bar"`, "who goes by the keyboard need not pass all check boxes")
	require.Contains(t, list, `id="bar"`)
	view := s.view(t, "rows?limit=1")
	require.Equal(t, true, within(view, "Body", "CanRestore"))
	require.Equal(t, true, within(view, "Body", "CanPurge"))
	require.Equal(t, true, within(view, "CanEmpty"))
	require.NotEmpty(t, within(s.view(t, operation), "Body", "UndoTo"))
	row := s.view(t, "rows/orders/10")
	for _, name := range []string{"RestoreTo", "PurgeTo", "UndoTo"} {
		require.NotEmpty(t, within(row, "Body", name))
	}
	require.Empty(t, within(s.view(t, "rows/customers/1"), "Body", "UndoTo"), "a restore brings back all of the deletion")
	for action, hidden := range map[trashui.Action][]string{trashui.ActionRestore: {"RestoreTo"}, trashui.ActionPurge: {"PurgeTo"}, trashui.ActionUndo: {"UndoTo"}, trashui.ActionEmpty: nil, "all": {"RestoreTo", "PurgeTo", "UndoTo"}} {
		s.options.Authorize = refusing(func(asked trashui.Action, _ trashui.Target) bool {
			return asked == action || action == "all" && asked != trashui.ActionView
		})
		row := s.view(t, "rows/orders/10")
		for _, name := range []string{"RestoreTo", "PurgeTo", "UndoTo"} {
			require.Equal(t, slices.Contains(hidden, name), within(row, "Body", name) == "", action)
		}
		require.Equal(t, slices.Contains(hidden, "UndoTo"), within(s.view(t, operation), "Body", "UndoTo") == "")
		require.Equal(t, slices.Contains(hidden, "UndoTo"), within(s.view(t, "deletions"), "Body", "Items", 0, "UndoTo") == "")
		require.Equal(t, slices.Contains(hidden, "UndoTo"), within(s.view(t, ""), "Body", "Deletions", 0, "UndoTo") == "")
		rows := s.view(t, "rows?model=customers")
		require.Equal(t, !slices.Contains(hidden, "RestoreTo"), within(rows, "Body", "CanRestore"))
		require.Equal(t, !slices.Contains(hidden, "PurgeTo"), within(rows, "Body", "Items", 0, "CanPurge"))
		require.Equal(t, action != trashui.ActionEmpty && action != "all", within(rows, "CanEmpty"))
	}
}

// TestOffersNoUndo says that an operation is not offered to be undone that reaches what may not be
// viewed, or not be undone.
func TestOffersNoUndo(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, day, "ana", "", &Customer{ID: 1})
	for _, refused := range []trashui.Action{trashui.ActionView, trashui.ActionUndo} {
		s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
			return action == refused && target.Table == "lines"
		})
		for _, href := range []any{
			within(s.view(t, ""), "Body", "Deletions", 0, "UndoTo"), within(s.view(t, "deletions"), "Body", "Items", 0, "UndoTo"),
			within(s.view(t, "deletions/"+d.ID.String()), "Body", "UndoTo"), within(s.view(t, "rows/customers/1"), "Body", "UndoTo"),
		} {
			require.Empty(t, href, refused)
		}
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=undo&id="+d.ID.String()).status)
	}
	s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
		return action == trashui.ActionRestore && target.Table == "lines"
	})
	require.Empty(t, within(s.view(t, "rows/orders/10"), "Body", "RestoreTo"))
	require.NotEmpty(t, within(s.view(t, "rows/orders/10"), "Body", "PurgeTo"))
}

// TestFilterStays says that the state of the filters is in all links of a list, and in the way
// back of what is done from it.
func TestFilterStays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana & co", "spring cleaning", &Customer{ID: 1})
		s.delete(t, 2*day, "ana & co", "autumn", &Customer{ID: 2})
		query := "model=lines&model=orders&actor=ana+%26+co&since=2026-03-01&until=2026-03-14&limit=4"
		view := s.view(t, "rows?"+query)
		require.Len(t, within(view, "Body", "Items"), 4)
		want, err := url.ParseQuery(query)
		require.NoError(t, err)
		for _, name := range []string{"NextHref", "Back"} {
			link, err := url.Parse(within(view, "Body", name).(string))
			require.NoError(t, err)
			have := link.Query()
			have.Del("after")
			require.Equal(t, want, have, name)
		}
		next := s.view(t, strings.TrimPrefix(within(view, "Body", "NextHref").(string), "./"))
		first, err := url.Parse(within(next, "Body", "FirstHref").(string))
		require.NoError(t, err)
		require.Equal(t, want, first.Query())
		require.Empty(t, within(view, "Body", "FirstHref"))
		filter := within(view, "Body", "Filter")
		require.Equal(t, true, within(filter, "Active"))
		require.Equal(t, "ana & co", within(filter, "Actor"))
		selected := 0
		for _, option := range within(filter, "Models").([]any) {
			if within(option, "Selected") == true {
				selected++
			}
		}
		require.Equal(t, 2, selected)

		none := s.view(t, "rows?actor=nobody&model=customers")
		require.Empty(t, within(none, "Body", "Items"))
		require.Equal(t, "nobody", within(none, "Body", "Filter", "Actor"))
		require.Equal(t, "rows?actor=nobody&model=customers", within(none, "Body", "Back"))

		back := "rows?" + query
		preview := s.view(t, "preview?"+url.Values{"op": {"restore"}, "item": {"customers/1"}, "back": {back}}.Encode())
		require.Equal(t, want.Encode(), strings.TrimPrefix(field(t, preview, "back"), "rows?"))
		require.Equal(t, "./rows?"+want.Encode(), within(preview, "Body", "Back"))
		of := within(view, "Body", "Items", 0, "Href").(string)
		row := s.view(t, strings.TrimPrefix(of, "./"))
		require.Equal(t, "../../rows?"+want.Encode(), within(row, "Body", "ListHref"), "by way of its page, too")
		for _, name := range []string{"RestoreTo", "PurgeTo", "UndoTo"} {
			link, err := url.Parse(within(row, "Body", name).(string))
			require.NoError(t, err)
			require.Equal(t, "rows?"+want.Encode(), link.Query().Get("back"), name)
		}
		undo := s.view(t, "deletions?actor=ana+%26+co")
		one := s.view(t, strings.TrimPrefix(within(undo, "Body", "Items", 0, "Href").(string), "./")+"&limit=1")
		require.Equal(t, "../deletions?actor=ana+%26+co", within(one, "Body", "ListHref"))
		next = s.view(t, strings.TrimPrefix(within(one, "Body", "NextHref").(string), "../"))
		require.Equal(t, "../deletions?actor=ana+%26+co", within(next, "Body", "ListHref"))
		require.Len(t, within(undo, "Body", "Items"), 2)
		link, err := url.Parse(within(undo, "Body", "Items", 0, "UndoTo").(string))
		require.NoError(t, err)
		require.Equal(t, "deletions?actor=ana+%26+co", link.Query().Get("back"))
		require.Equal(t, d.ID.String(), link.Query().Get("id"))
	})
}

// field is the value of a hidden field of a form.
func field(t *testing.T, view map[string]any, name string) string {
	t.Helper()
	for _, option := range within(view, "Body", "Fields").([]any) {
		if within(option, "Text") == name {
			return within(option, "Value").(string)
		}
	}
	require.Fail(t, "no field "+name)
	return ""
}

// TestUntil says what a date means: since its begin, until its end.
func TestUntil(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		for i, at := range []time.Time{time.Date(2026, 3, 9, 23, 59, 59, 0, time.UTC), time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 10, 23, 59, 59, 0, time.UTC), time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)} {
			require.NoError(t, s.db.Create(&Account{Login: fmt.Sprint("a", i)}).Error)
			s.delete(t, noon.Sub(at), "ana", "", &Account{Login: fmt.Sprint("a", i)})
		}
		logins := func(query string) (list []string) {
			for _, item := range s.get(t, "rows?"+query).json(t)["items"].([]any) {
				list = append(list, within(item, "key", 0).(string))
			}
			return list
		}
		require.Equal(t, []string{"a2", "a1"}, logins("since=2026-03-10&until=2026-03-10"))
		require.Equal(t, []string{"a3", "a2", "a1"}, logins("since=2026-03-10"))
		require.Equal(t, []string{"a0"}, logins("until=2026-03-10T00:00:00Z"))
		for _, ask := range []func(*http.Request, trashui.Action, trashui.Target) error{nil, refusing(func(trashui.Action, trashui.Target) bool { return false })} {
			s.options.Authorize = ask
			day := within(s.view(t, ""), "Body", "Days").([]any)[25]
			require.Equal(t, "2026-03-10", within(day, "Date"))
			require.Equal(t, int64(2), within(day, "Rows"))
			require.Equal(t, []string{"a2", "a1"}, logins(strings.TrimPrefix(within(day, "Href").(string), "./rows?")))
		}
	})
}

// TestNotice says that what was done is said on the list, and that an address can make it say
// nothing else than numbers.
func TestNotice(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table == "invoices" })
	for _, path := range []string{"", "rows", "deletions"} {
		notice := within(s.view(t, path+"?done=restored.2.orders%3A1.lines%3A2.%3A4"), "Notice")
		require.Equal(t, map[string]any{
			"Done": "restored", "Total": int64(7), "More": int64(2), "Failed": []any{}, "Unfinished": false, "Again": "",
			"Rows": []any{map[string]any{"Table": "orders", "Rows": int64(1), "More": false}, map[string]any{"Table": "lines", "Rows": int64(2), "More": false}},
		}, notice)
	}
	for _, wrong := range []string{"", "x", "restored", "hacked.0", "restored.x", "restored.-1", "restored.0.orders", "restored.0.orders:x", "restored.0.nix:1", "restored.0.invoices:1", "restored.0.orders:1.orders:1", "restored.0.orders:99999999999999999", "restored.0.%zz:1", "restored.00", "restored.0.", "restored.0<b>", "RESTORED.0", strings.Repeat("restored.0.", 200)} {
		require.Nil(t, within(s.view(t, "rows?"+url.Values{"done": {wrong}}.Encode()), "Notice"), wrong)
	}
}

// TestManyRows says that a table with more rows than are looked at says so, and that none is
// counted that may not be viewed.
func TestManyRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		var accounts []Account
		for i := range 600 {
			accounts = append(accounts, Account{Login: fmt.Sprintf("a%03d", i)})
		}
		require.NoError(t, s.db.CreateInBatches(accounts, 100).Error)
		s.delete(t, 2*day, "ana", "", &Account{}, "login < 'a300'")
		s.delete(t, day, "ana", "", &Account{}, "1 = 1")
		of := func() any { return within(s.get(t, "").json(t), "items", 0) }
		require.InDelta(t, 600, within(of(), "trashed"), 0)
		s.options.Authorize = refusing(func(trashui.Action, trashui.Target) bool { return false })
		require.InDelta(t, 600, within(of(), "trashed"), 0, "none of those is refused that were looked at")
		require.Equal(t, false, within(of(), "more"))
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return isRow(target, "accounts", "a599") })
		require.InDelta(t, 499, within(of(), "trashed"), 0)
		require.Equal(t, true, within(of(), "more"))
		require.Nil(t, within(of(), "oldest"))
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
			return len(target.Key) > 0 && target.Key[0].(string) >= "a003"
		})
		require.Len(t, s.get(t, "rows").json(t)["items"], 3, "it is gone on for them")
		found, next := 0, ""
		for pages := 0; next != "" || pages == 0; pages++ {
			rows := s.get(t, "rows?limit=2&after="+url.QueryEscape(next)).json(t)
			found += len(rows["items"].([]any))
			next = rows["next"].(string)
		}
		require.Equal(t, 3, found)
	})
}

// TestAllRefused says that who may see nothing is told nothing.
func TestAllRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, day, "ana", "", &Customer{ID: 1})
	s.options.Authorize = refusing(func(trashui.Action, trashui.Target) bool { return true })
	for _, path := range []string{"", "rows", "rows/customers/1", "deletions", "deletions/" + d.ID.String(), "preview?op=restore&item=customers/1", "preview?op=undo&id=" + d.ID.String(), "preview?op=empty", "preview?op=empty&older_than=1d", "doctor", "openapi.json"} {
		require.Equal(t, http.StatusForbidden, s.get(t, path).status, path)
		require.NotContains(t, s.see(t, path).body, "ustomer")
	}
	require.Equal(t, http.StatusOK, s.see(t, "style.css").status)
	s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool { return target.Table != "" })
	for _, path := range []string{"", "rows", "deletions", "doctor"} {
		a := s.get(t, path)
		require.Equal(t, http.StatusOK, a.status, path)
		require.Empty(t, a.json(t)["items"], path)
	}
	require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=empty&older_than=1d").status)
}
