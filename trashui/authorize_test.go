package trashui_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

var errNo = errors.New("no s3cret reason")

// refusing is an Authorize that refuses what a function says.
func refusing(refused func(action trashui.Action, target trashui.Target) bool) func(*http.Request, trashui.Action, trashui.Target) error {
	return func(_ *http.Request, action trashui.Action, target trashui.Target) error {
		if refused(action, target) {
			return errNo
		}
		return nil
	}
}

// isRow tells if a target is a row.
func isRow(target trashui.Target, table string, key ...any) bool {
	return target.Table == table && slices.Equal(target.Key, key)
}

// TestNew says that nobody gets a page that everybody may use without having said so.
func TestNew(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	_, err := trashui.New(s.trash, trashui.Options{})
	require.ErrorContains(t, err, "Authorize")
	_, err = trashui.New(nil, trashui.Options{AllowAll: true})
	require.ErrorContains(t, err, "OpenTrash")
	s.options.Authorize = refusing(func(trashui.Action, trashui.Target) bool { return true })
	require.Equal(t, http.StatusForbidden, s.get(t, "").status, "Authorize decides though AllowAll is given")
}

// TestRefused says that what may not be viewed is left out of all lists and counts, and that
// nobody is told if it is there.
func TestRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		first := s.delete(t, day, "ana", "both", &[]Customer{{ID: 1}, {ID: 2}})
		second := s.delete(t, 2*day, "bob", "", &Customer{ID: 3})
		s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
			return target.Table == "orders" || isRow(target, "customers", uint(2)) || target.Table == "lines" && len(target.Key) > 0 && target.Key[0] == uint(30) || isRow(target, "customers", uint(77))
		})
		overview := s.get(t, "").json(t)
		counts := map[string]any{}
		for _, m := range overview["items"].([]any) {
			counts[m.(map[string]any)["table"].(string)] = m.(map[string]any)["trashed"]
		}
		require.Equal(t, map[string]any{"customers": 2.0, "lines": 10.0}, counts)
		byDay := map[string]any{}
		for _, d := range overview["days"].([]any) {
			if n := d.(map[string]any)["rows"]; n != 0.0 {
				byDay[d.(map[string]any)["date"].(string)] = n
			}
		}
		require.Equal(t, map[string]any{"2026-03-12": 3.0, "2026-03-13": 9.0}, byDay)
		operations := []any{
			map[string]any{"id": first.ID.String(), "deletion_id": first.ID.String(), "at": first.At.UTC().Format(time.RFC3339Nano), "by": "ana", "reason": "both", "rows": map[string]any{"customers": 1.0, "lines": 8.0}, "example": `Customer "Ana"`},
			map[string]any{"id": second.ID.String(), "deletion_id": second.ID.String(), "at": second.At.UTC().Format(time.RFC3339Nano), "by": "bob", "reason": "", "rows": map[string]any{"customers": 1.0, "lines": 2.0}, "example": `Customer "Eve"`},
		}
		require.Equal(t, operations, overview["deletions"])
		require.Equal(t, operations, s.get(t, "deletions").json(t)["items"])
		require.Equal(t, operations[1].(map[string]any)["rows"], s.get(t, "deletions/"+second.ID.String()).json(t)["rows"])
		require.Equal(t, operations[1], s.get(t, "rows/customers/3").json(t)["deletion"])

		seen := map[string]int{}
		pages := 0
		for after := ""; after != "" || pages == 0; pages++ {
			page := s.get(t, "rows?limit=3&after="+url.QueryEscape(after)).json(t)
			for _, row := range page["items"].([]any) {
				row := row.(map[string]any)
				seen[row["table"].(string)]++
				require.NotEqual(t, "orders", row["table"])
				require.NotEqual(t, "Bob", row["label"])
			}
			after = page["next"].(string)
		}
		require.Equal(t, map[string]int{"customers": 2, "lines": 10}, seen)

		for _, path := range []string{
			"rows/customers/2", "rows/customers/77", "rows/orders/10", "rows/orders/77", "rows/orders/nonsense", "rows/lines/30,tea", "rows/lines/30,nix", "rows?model=orders", "rows?model=Order",
			"preview?op=restore&item=customers/2", "preview?op=restore&item=customers/77", "preview?op=restore&item=orders/10", "preview?op=purge&item=orders/nonsense",
			"preview?op=restore&item=customers/1", "preview?op=undo&id=" + first.ID.String(), // which reach orders
		} {
			a := s.get(t, path)
			require.Equal(t, http.StatusForbidden, a.status, path+a.body)
			require.JSONEq(t, `{"status":403,"title":"Not allowed","detail":"You may not do this, or may not see it."}`, a.body)
			require.Equal(t, http.StatusForbidden, s.see(t, path).status)
		}
		require.Equal(t, http.StatusNotFound, s.get(t, "rows/customers/78").status)
	})
}

// TestUnknownTables says that who may see some tables only is not told which others there are.
func TestUnknownTables(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.options.Authorize = refusing(func(_ trashui.Action, target trashui.Target) bool {
		return target.Table != "" && target.Table != "customers"
	})
	for _, path := range []string{"rows/orders/1", "rows/nix/1", "rows?model=orders", "rows?model=nix", "preview?op=restore&item=orders/1", "preview?op=restore&item=nix/1", "deletions?model=nix"} {
		require.Equal(t, http.StatusForbidden, s.get(t, path).status, path)
	}
	require.Equal(t, http.StatusNotFound, s.get(t, "rows/customers/1").status)
}

// TestActions says which action is asked for what, and that a refusal leaves all as it was.
func TestActions(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		asked := map[string]bool{}
		refuse := ""
		s.options.Authorize = func(r *http.Request, action trashui.Action, target trashui.Target) error {
			name := fmt.Sprintf("%s %s %v", action, target.Table, target.Key)
			if target.DeletionID != uuid.Nil && target.Key == nil {
				require.Equal(t, d.ID, target.DeletionID)
				name += " of it"
			}
			require.NotNil(t, r)
			require.True(t, target.Table == "" || target.Model != "", name)
			asked[name] = true
			if name == refuse {
				return errNo
			}
			return nil
		}
		id := d.ID.String()
		plan := func(path string) string { return fingerprint(t, s.get(t, path).body) }
		restore, purge, undo := plan("preview?op=restore&item=customers/1"), plan("preview?op=purge&item=customers/1"), plan("preview?op=undo&id="+id)
		for _, test := range []struct {
			path, preview string
			body          map[string]any
			asks          []string
		}{
			{"restore", "preview?op=restore&item=customers/1", map[string]any{"item": []string{"customers/1"}, "plan": restore}, []string{"view customers []", "view customers [1]", "restore customers [1]", "view orders []", "restore orders []", "restore lines []"}},
			{"purge", "preview?op=purge&item=customers/1", map[string]any{"item": []string{"customers/1"}, "plan": purge}, []string{"view customers []", "view customers [1]", "purge customers [1]", "view lines []", "purge orders []", "purge lines []"}},
			{"undo", "preview?op=undo&id=" + id, map[string]any{"id": id, "plan": undo}, []string{"view  [] of it", "undo  [] of it", "undo customers [] of it", "undo orders [] of it", "undo lines [] of it", "view orders []"}},
			{"empty", "preview?op=empty&older_than=30d", map[string]any{"older_than": "30d"}, []string{"view  []", "empty  []"}},
		} {
			for _, refuse = range test.asks {
				asked = map[string]bool{}
				if test.preview != "" {
					require.Equal(t, http.StatusForbidden, s.get(t, test.preview).status, refuse)
				}
				a := s.post(t, test.path, test.body)
				require.Equal(t, http.StatusForbidden, a.status, refuse+a.body)
				require.True(t, asked[refuse], "%s: %s is not asked: %v", test.path, refuse, slices.Sorted(maps.Keys(asked)))
			}
		}
		refuse = ""
		require.Len(t, s.get(t, "rows").json(t)["items"], 7, "nothing was done")
	})
}

// TestOneRow says that who may restore one row need not be let to do so to its table, unless others
// of that go along.
func TestOneRow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Order{ID: 10})
		s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
			return action != trashui.ActionView && !isRow(target, "lines", uint(10), "tea") && !isRow(target, "orders", uint(10))
		})
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=restore&item=lines/10,cup%252Cred").status)
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=purge&item=lines/10,tea&item=lines/10,cup%252Cred").status)
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=purge&item=orders/10").status, "lines go along")
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=restore&item=orders/10").status)
		require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=restore&item=lines/10,tea&item=orders/10").status, "another line does")
		plan := s.get(t, "preview?op=purge&item=lines/10,tea")
		require.Equal(t, http.StatusOK, plan.status, plan.body)
		require.Equal(t, http.StatusOK, s.post(t, "purge", map[string]any{"item": []string{"lines/10,tea"}, "plan": fingerprint(t, plan.body)}).status)
		require.Equal(t, 2, s.left(t))
	})
}

// TestEmptyRefused says that tables that may not be emptied stay, and what would take rows of them
// along stays with them.
func TestEmptyRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		refuse := ""
		s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
			return fmt.Sprintf("%s %s %v", action, target.Table, target.Key) == refuse
		})
		for _, refuse = range []string{"empty orders []", "view orders []"} {
			report := s.get(t, "preview?op=empty&older_than=30d").json(t)
			require.Equal(t, map[string]any{"lines": 4.0}, report["rows"], refuse)
			require.Len(t, report["failed"], 1)
		}
		refuse = "empty orders []"
		a := s.post(t, "empty", map[string]any{"older_than": "30d"})
		require.Equal(t, http.StatusOK, a.status, a.body)
		require.Equal(t, map[string]any{"lines": 4.0}, a.json(t)["rows"])
		refuse = ""
		require.Len(t, s.get(t, "rows").json(t)["items"], 3)
	})
}

// TestTablesBesideTheTrash says that tables which have no trash are asked for, too, where their rows
// would go along.
func TestTablesBesideTheTrash(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&[]Note{{ID: 1, CustomerID: 1}, {ID: 2, CustomerID: 1}}).Error)
		s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		plan := fingerprint(t, s.get(t, "preview?op=purge&item=customers/1").body)
		for _, refused := range []trashui.Action{trashui.ActionView, trashui.ActionPurge, trashui.ActionEmpty} {
			s.options.Authorize = refusing(func(action trashui.Action, target trashui.Target) bool {
				require.False(t, target.Table == "notes" && target.Model != "Note", "%v", target)
				return action == refused && target.Table == "notes"
			})
			if refused != trashui.ActionEmpty {
				require.Equal(t, http.StatusForbidden, s.get(t, "preview?op=purge&item=customers/1").status)
				require.Equal(t, http.StatusForbidden, s.post(t, "purge", map[string]any{"item": []string{"customers/1"}, "plan": plan}).status)
			}
			if refused != trashui.ActionPurge {
				report := s.get(t, "preview?op=empty&older_than=30d").json(t)
				require.Equal(t, map[string]any{"lines": 4.0, "orders": 2.0}, report["rows"], refused)
				require.Len(t, report["failed"], 1)
			}
		}
		require.Equal(t, 7, s.left(t))
		s.options.Authorize = nil
		a := s.submit(t, "purge", url.Values{"item": {"customers/1"}, "plan": {plan}})
		require.Equal(t, "./rows?done=purged.0.lines%3A4.orders%3A2.customers%3A1.%3A2", a.header.Get("Location"), "those are counted, and not named")
	})
}

// TestReadOnly says that a page for looking offers no write and refuses each, and that a preview of
// one can be looked at.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
	plan := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
	s.options.ReadOnly = true
	for _, path := range []string{"", "rows", "rows/customers/1", "deletions", "deletions/" + d.ID.String(), "doctor"} {
		require.Equal(t, http.StatusOK, s.get(t, path).status)
		require.NotContains(t, s.see(t, path).body, "preview?", "nothing is offered")
	}
	for _, path := range []string{"preview?op=restore&item=customers/1", "preview?op=purge&item=customers/1", "preview?op=undo&id=" + d.ID.String(), "preview?op=empty&older_than=30d"} {
		require.Equal(t, http.StatusOK, s.get(t, path).status, "a preview changes nothing")
		page := s.see(t, path).body
		require.Contains(t, page, ">customers<")
		require.NotContains(t, page, `method="post"`)
		require.NotContains(t, page, `name="plan"`)
	}
	require.Equal(t, http.StatusForbidden, s.post(t, "restore", map[string]any{"item": []string{"customers/1"}, "plan": plan}).status)
	require.Equal(t, http.StatusForbidden, s.submit(t, "empty", url.Values{"older_than": {"30d"}}).status)
	require.Len(t, s.get(t, "rows").json(t)["items"], 7)
	require.NotContains(t, strings.ToLower(s.log.String()), "error")
}
