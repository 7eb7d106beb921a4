package trashui_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

// left is how many rows are in the trash.
func (s *shop) left(t *testing.T) int {
	t.Helper()
	page, err := s.trash.List(t.Context(), softdelete.ListOptions{Limit: 1000})
	require.NoError(t, err)
	return len(page.Items)
}

// TestConfirm says that what is for good is typed out where it was asked for, and that a wrong
// number does nothing.
func TestConfirm(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		plan := fingerprint(t, s.get(t, "preview?op=purge&item=customers/1").body)
		form := url.Values{"item": {"customers/1"}, "plan": {plan}}
		for _, wrong := range []string{"", "6", "8", "07", "-7", "7x", "seven", "٧", "7e0"} {
			form.Set("confirm", wrong)
			require.Equal(t, http.StatusUnprocessableEntity, s.submit(t, "purge", form).status, wrong)
		}
		require.Equal(t, http.StatusUnprocessableEntity, s.post(t, "purge", map[string]any{"item": []string{"customers/1"}, "plan": plan, "confirm": 6}).status)
		restore := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
		require.Equal(t, http.StatusUnprocessableEntity, s.post(t, "restore", map[string]any{"item": []string{"customers/1"}, "plan": restore, "confirm": 6}).status)
		require.Equal(t, http.StatusUnprocessableEntity, s.submit(t, "restore", url.Values{"item": {"customers/1"}, "plan": {restore}, "confirm": {"6"}}).status)
		require.Equal(t, 7, s.left(t))
		form.Set("confirm", " 7 ")
		require.Equal(t, http.StatusSeeOther, s.submit(t, "purge", form).status)
		require.Zero(t, s.left(t))

		s.delete(t, 40*day, "ana", "", &Customer{ID: 2})
		plan = fingerprint(t, s.get(t, "preview?op=purge&item=customers/2").body)
		form = url.Values{"item": {"customers/2"}, "plan": {plan}}
		require.Equal(t, http.StatusSeeOther, s.submit(t, "purge", form).status, "who has no such field has the fingerprint")
		require.Zero(t, s.left(t))

		s.delete(t, 40*day, "ana", "", &Customer{ID: 3})
		form = url.Values{"older_than": {"30d"}}
		for _, wrong := range []string{"", "6"} {
			form.Set("confirm", wrong)
			require.Equal(t, http.StatusUnprocessableEntity, s.submit(t, "empty", form).status)
		}
		form["was"] = []string{"customers:1", "orders:2", "lines:3"}
		require.Equal(t, http.StatusConflict, s.submit(t, "empty", form).status, "it has changed")
		require.Equal(t, http.StatusUnprocessableEntity, s.post(t, "empty", map[string]any{"older_than": "30d", "confirm": "6"}).status)
		require.Equal(t, 7, s.left(t))
		require.JSONEq(t, `{"rows":{"customers":1,"orders":2,"lines":4},"failed":[]}`, s.post(t, "empty", map[string]any{"older_than": "30d", "confirm": 7}).body)
		require.Zero(t, s.left(t))
	})
}

// TestReason says that the reason and the actor are kept for observers, and that a reason is asked
// for where it is required.
func TestReason(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		var seen []string
		s.observe(func(event softdelete.Event) {
			if !event.Cascaded && event.Operation != softdelete.OpSoftDelete {
				seen = append(seen, strings.Join([]string{event.Operation.String(), event.Table, event.Actor.(string), event.Reason}, " "))
			}
		})
		s.options.Actor = func(r *http.Request) any { return r.Header.Get("X-User") }
		d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
		s.delete(t, 40*day, "ana", "", &Customer{ID: 2})
		s.delete(t, 40*day, "ana", "", &Customer{ID: 3})
		s.options.RequireReason = true
		bodies := map[string]map[string]any{
			"undo":    {"id": d.ID.String(), "plan": fingerprint(t, s.get(t, "preview?op=undo&id="+d.ID.String()).body)},
			"restore": {"item": []string{"customers/2"}, "plan": fingerprint(t, s.get(t, "preview?op=restore&item=customers/2").body)},
			"purge":   {"item": []string{"orders/30"}, "plan": fingerprint(t, s.get(t, "preview?op=purge&item=orders/30").body)},
			"empty":   {"older_than": "30d"},
		}
		for _, path := range []string{"undo", "restore", "purge", "empty"} {
			for _, reason := range []string{"", " \t"} {
				bodies[path]["reason"] = reason
				a := s.post(t, path, bodies[path])
				require.Equal(t, http.StatusUnprocessableEntity, a.status, path)
				require.Contains(t, a.body, "reason is missing")
			}
		}
		form := url.Values{"item": {"customers/2"}, "plan": {bodies["restore"]["plan"].(string)}}
		require.Equal(t, http.StatusUnprocessableEntity, s.submit(t, "restore", form).status)
		require.Equal(t, 21, s.left(t))
		require.Empty(t, seen)
		for _, path := range []string{"undo", "restore", "purge", "empty"} {
			bodies[path]["reason"] = "because of " + path
			a := s.send(t, http.MethodPost, path, marshal(t, bodies[path]), "Content-Type", "application/json", "Accept", "application/json", "X-User", "eve")
			require.Equal(t, http.StatusOK, a.status, a.body+s.log.String())
		}
		for _, want := range []string{"restore customers eve because of undo", "restore customers eve because of restore", "purge orders eve because of purge", "purge customers eve because of empty"} {
			require.Contains(t, seen, want)
		}
	})
}

// TestChanged says that what has changed since it was shown is shown anew, and not done.
func TestChanged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		for id, path := range []string{"restore", "purge", "undo"} {
			d := s.delete(t, day, "ana", "", &Customer{ID: uint(id + 1)})
			item, order := fmt.Sprintf("customers/%d", id+1), uint(10*(id+1))
			body, preview := map[string]any{"item": []string{item}}, "preview?op="+path+"&item="+item
			if path == "undo" {
				body, preview = map[string]any{"id": d.ID.String()}, "preview?op=undo&id="+d.ID.String()
			}
			body["plan"] = fingerprint(t, s.get(t, preview).body)
			require.NoError(t, softdelete.Restore(s.db.Scopes(softdelete.RootOnly), &Line{OrderID: order, SKU: "tea"}).Error)
			a := s.post(t, path, body)
			require.Equal(t, http.StatusConflict, a.status, path)
			plan := a.json(t)
			require.NotEqual(t, body["plan"], plan["fingerprint"])
			require.Equal(t, map[string]any{"customers": 1.0, "orders": 2.0, "lines": 3.0}, plan["rows"])
			form := url.Values{"plan": {body["plan"].(string)}, "was": {"customers:1", "orders:2", "lines:4", "nix:9", "x", ":", "%zz:1", "lines:-3"}}
			form["item"], _ = body["item"].([]string)
			if id, ok := body["id"].(string); ok {
				form.Set("id", id)
			}
			require.Equal(t, http.StatusConflict, s.submit(t, path, form).status)
			require.Equal(t, 6*(id+1), s.left(t))
		}
	})
}

// TestForged says that no fingerprint but the right one does anything.
func TestForged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana", "", &Customer{ID: 1})
		s.delete(t, day, "ana", "", &Customer{ID: 2})
		id := d.ID.String()
		plans := map[string]string{
			"restore": fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body), "purge": fingerprint(t, s.get(t, "preview?op=purge&item=customers/1").body), "undo": fingerprint(t, s.get(t, "preview?op=undo&id="+id).body),
			"others": fingerprint(t, s.get(t, "preview?op=restore&item=customers/2").body), "more": fingerprint(t, s.get(t, "preview?op=restore&item=customers/1&item=customers/2").body), "part": fingerprint(t, s.get(t, "preview?op=restore&item=orders/10&parents=1").body), "nonsense": "x",
		}
		for name, plan := range plans {
			for path, body := range map[string]map[string]any{"restore": {"item": []string{"customers/1"}}, "purge": {"item": []string{"customers/1"}}, "undo": {"id": id}} {
				if name == path {
					continue
				}
				body["plan"] = plan
				a := s.post(t, path, body)
				require.Equal(t, http.StatusConflict, a.status, name+path)
				require.Equal(t, plans[path], a.json(t)["fingerprint"])
			}
		}
		require.Equal(t, 14, s.left(t))
		for _, path := range []string{"restore", "purge"} {
			a := s.post(t, path, map[string]any{"item": []string{"customers/1"}})
			require.Equal(t, http.StatusUnprocessableEntity, a.status)
			require.Contains(t, a.body, "plan is missing")
		}
		require.Equal(t, 14, s.left(t))
	})
}

// TestBack says where a write leads, and that it never leads off the page.
func TestBack(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	for back, want := range map[string]string{
		"":                                   "./rows?",
		"rows":                               "./rows?",
		"rows?model=orders&actor=a%26b&x=1":  "./rows?actor=a%26b&model=orders&",
		"deletions?since=2026-01-01":         "./deletions?since=2026-01-01&",
		"./":                                 "./?",
		"./?done=x":                          "./?",
		"https://evil.example/":              "./rows?",
		"//evil.example":                     "./rows?",
		"/\\evil.example":                    "./rows?",
		"\\\\evil.example":                   "./rows?",
		"javascript:alert(1)":                "./rows?",
		"../../other":                        "./rows?",
		"rows/../../x":                       "./rows?",
		"rows\r\nSet-Cookie: a=b":            "./rows?",
		"rows?actor=%0d%0aSet-Cookie:%20a=b": "./rows?actor=%0D%0ASet-Cookie%3A+a%3Db&",
		"rows?%zz":                           "./rows?",
		"rows#x":                             "./rows?",
		" rows":                              "./rows?",
		"rows?after=abc&limit=7":             "./rows?after=abc&limit=7&",
	} {
		s.delete(t, day, "ana", "", &Order{ID: 10})
		form := url.Values{"item": {"orders/10"}, "plan": {fingerprint(t, s.get(t, "preview?op=restore&item=orders/10").body)}, "back": {back}}
		a := s.submit(t, "restore", form)
		require.Equal(t, http.StatusSeeOther, a.status, back+a.body)
		require.Equal(t, want+"done=restored.0.lines%3A2.orders%3A1", a.header.Get("Location"), back)
	}
}

// TestEmptyKeepsItsList says that who asks from a list how old rows have to be, and then for what that is, is led back to the list.
func TestEmptyKeepsItsList(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		page := s.send(t, http.MethodGet, "preview?op=empty", nil, "Referer", "http://example.com/admin/trash/rows?model=customers&actor=ana")
		age, _, _ := strings.Cut(page.body, "</form>")
		require.Contains(t, age, `name="back" value="rows?actor=ana&amp;model=customers"`)
		page = s.send(t, http.MethodGet, "preview?op=empty&older_than=1h&back="+url.QueryEscape("rows?actor=ana&model=customers"), nil)
		require.Equal(t, 2, strings.Count(page.body, `name="back" value="rows?actor=ana&amp;model=customers"`), "another age, and doing it")
		require.NotContains(t, s.send(t, http.MethodGet, "preview?op=empty", nil).body, `name="back"`)
	})
}

// TestReferrer says that who links to a preview from a list of ours comes back to that, also if the
// link does not name it; and that nothing else is a way back.
func TestReferrer(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.delete(t, day, "ana", "", &Order{ID: 10})
	for referrer, want := range map[string]string{
		"": "rows",
		"http://example.com/admin/trash/rows?actor=ana&x=1": "rows?actor=ana",
		"http://example.com/admin/trash/deletions?limit=7":  "deletions?limit=7",
		"http://example.com/admin/trash/":                   "./",
		"http://example.com/admin/trash/rows/orders/10":     "rows",
		"http://example.com/admin/trash/preview?op=undo":    "rows",
		"http://example.com/other/rows?actor=ana":           "rows",
		"http://evil.example/admin/trash/rows?actor=ana":    "rows",
		"::": "rows",
	} {
		page := s.send(t, http.MethodGet, "preview?op=restore&item=orders/10", nil, "Referer", referrer)
		require.Contains(t, page.body, `name="back" value="`+want+`"`, referrer)
		page = s.send(t, http.MethodGet, "preview?op=restore&item=orders/10&back=deletions", nil, "Referer", referrer)
		require.Contains(t, page.body, `name="back" value="deletions"`, referrer)
	}
}

// TestSeveral says that rows of several tables are one operation, and name each once.
func TestSeveral(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create(&Account{Login: "a/b,c%"}).Error)
		s.delete(t, day, "ana", "", &Order{ID: 10})
		s.delete(t, day, "ana", "", &Account{Login: "a/b,c%"})
		items := []string{"orders/10", "accounts/a%2Fb%2Cc%25", "orders/10", "orders/010"}
		plan := s.get(t, "preview?op=restore&"+url.Values{"item": items}.Encode()).json(t)
		require.Equal(t, map[string]any{"accounts": 1.0, "orders": 1.0, "lines": 2.0}, plan["rows"])
		require.JSONEq(t, `{"rows":{"accounts":1,"orders":1,"lines":2},"failed":[]}`, s.post(t, "restore", map[string]any{"item": items, "plan": plan["fingerprint"]}).body)
		require.Zero(t, s.left(t))
	})
}

// TestEmpty says that emptying goes by age, and up to the moment that the form was shown for.
func TestEmpty(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, 40*day, "ana", "", &Order{ID: 10})
		s.delete(t, 29*day, "ana", "", &Order{ID: 11})
		s.delete(t, 40*day, "ana", "", &Customer{ID: 2})
		require.NoError(t, s.db.Create(&Invoice{ID: 1, CustomerID: 2}).Error, "which holds it")
		require.NoError(t, s.db.Create(&Marker{ID: 1}).Error)
		require.NoError(t, s.db.Delete(&Marker{ID: 1}).Error, "of which nobody knows when")
		report := s.get(t, "preview?op=empty&older_than=720h").json(t)
		require.Equal(t, map[string]any{"orders": 3.0, "lines": 6.0}, report["rows"])
		require.Equal(t, []any{
			map[string]any{"table": "customers", "model": "Customer", "key": []any{"2"}, "error": "A live row belongs to it (Customer.Invoices). Delete it first"},
			map[string]any{"table": "markers", "model": "Marker", "key": []any{}, "error": "Its rows do not say when they were deleted, so none is removed by age"},
		}, report["failed"])
		until := report["until"].(string)
		s.at = noon.Add(2 * day)
		require.Equal(t, report["rows"], s.get(t, "preview?op=empty&older_than=30d&until="+url.QueryEscape(until)).json(t)["rows"])
		a := s.submit(t, "empty", url.Values{"until": {until}, "older_than": {"30d"}, "confirm": {"9"}})
		require.Equal(t, http.StatusSeeOther, a.status, a.body+s.log.String())
		require.Equal(t, "./?done=emptied.2.lines%3A6.orders%3A3", a.header.Get("Location"))
		require.Equal(t, 3+1+1, s.left(t))
	})
}

func marshal(t *testing.T, value any) io.Reader {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return bytes.NewReader(text)
}

// TestMeant says that a write takes what it is about and nothing that is of another one.
func TestMeant(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, 40*day, "ana", "", &Customer{ID: 1})
	item, id := []string{"customers/1"}, d.ID.String()
	plan := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
	for _, test := range []struct {
		path string
		body map[string]any
	}{
		{"restore", map[string]any{"item": item, "plan": plan, "id": id}},
		{"restore", map[string]any{"item": item, "plan": plan, "older_than": "1d"}},
		{"purge", map[string]any{"item": item, "plan": plan, "parents": true}},
		{"undo", map[string]any{"id": id, "plan": plan, "item": item}},
		{"undo", map[string]any{"id": id, "plan": plan, "parents": true}},
		{"empty", map[string]any{"older_than": "1d", "item": item}},
		{"empty", map[string]any{"older_than": "1d", "id": id}},
		{"empty", map[string]any{"older_than": "1d", "parents": true}},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, s.post(t, test.path, test.body).status, test)
	}
	require.Equal(t, 7, s.left(t))
	a := s.submit(t, "restore", url.Values{"item": item, "plan": {plan}, "id": {""}, "older_than": {""}, "until": {""}, "parents": {""}})
	require.Equal(t, http.StatusSeeOther, a.status, "what is empty is not meant")
}
