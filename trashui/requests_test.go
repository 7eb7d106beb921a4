package trashui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// TestMethods says which methods an address takes, and that no other does anything.
func TestMethods(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, day, "ana", "", &Customer{ID: 1})
	reads := []string{"", "rows", "rows/customers/1", "deletions", "deletions/" + d.ID.String(), "preview?op=undo&id=" + d.ID.String(), "doctor", "openapi.json", "style.css"}
	writes := []string{"restore", "purge", "undo", "empty"}
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND"} {
		for _, path := range reads {
			a := s.send(t, method, path, nil, "Accept", "application/json")
			require.Equal(t, http.StatusMethodNotAllowed, a.status, path)
			require.Equal(t, "GET, HEAD", a.header.Get("Allow"))
		}
		for _, path := range writes {
			a := s.send(t, method, path, nil, "Accept", "application/json")
			require.Equal(t, http.StatusMethodNotAllowed, a.status, path)
			require.Equal(t, "POST", a.header.Get("Allow"))
		}
	}
	for _, path := range reads {
		require.Equal(t, http.StatusMethodNotAllowed, s.post(t, path, nil).status, path)
		a := s.send(t, http.MethodHead, path, nil)
		require.Equal(t, http.StatusOK, a.status, path)
		require.Empty(t, a.body)
		require.Equal(t, s.see(t, path).header.Get("Content-Type"), a.header.Get("Content-Type"))
	}
	for _, path := range writes {
		require.Equal(t, http.StatusMethodNotAllowed, s.get(t, path).status, path)
		require.Equal(t, http.StatusMethodNotAllowed, s.send(t, http.MethodHead, path, nil).status, path)
	}
	for _, path := range []string{"nix", "rows/", "rows/customers", "rows/customers/1/2", "deletions/x/y", "style.css/x", "Rows", "restore/1"} {
		require.Equal(t, http.StatusNotFound, s.see(t, path).status, path)
	}
	s.options.Doctor = false
	require.Equal(t, http.StatusNotFound, s.see(t, "doctor").status)
}

// TestAccept says who gets a page, and who JSON.
func TestAccept(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	const page, asJSON = "text/html; charset=utf-8", "application/json"
	for accept, want := range map[string]string{
		"":          page,
		"*/*":       page,
		"text/html": page,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": page,
		"application/json":                        asJSON,
		"application/json, text/plain, */*":       asJSON,
		"application/json, text/html":             page,
		"application/json;q=0.9, text/html":       page,
		"application/json, text/html;q=0.9":       asJSON,
		"application/problem+json":                asJSON,
		"application/json;q=0":                    page,
		"application/json;q=nix":                  page,
		"image/avif,image/webp,*/*;q=0.8":         page,
		"APPLICATION/JSON":                        asJSON,
		"application/json; charset=utf-8":         asJSON,
		";;;, application/json":                   asJSON,
		strings.Repeat("a/b,", 1000) + asJSON:     asJSON,
		"application/vnd.api+json, text/html,*/*": page,
	} {
		a := s.send(t, http.MethodGet, "rows", nil, "Accept", accept)
		require.Equal(t, want, a.header.Get("Content-Type"), accept)
		require.Contains(t, a.header.Values("Vary"), "Accept")
	}
	a := s.send(t, http.MethodPost, "restore", strings.NewReader("{}"), "Content-Type", "application/json")
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), "who sends JSON and says nothing gets JSON")
	a = s.send(t, http.MethodPost, "restore", strings.NewReader("{}"), "Content-Type", "application/json", "Accept", "text/html")
	require.Equal(t, page, a.header.Get("Content-Type"))
}

// TestCrossOrigin says that no other page sends a form here.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	s.delete(t, day, "ana", "", &Customer{ID: 1})
	plan := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
	form := url.Values{"item": {"customers/1"}, "plan": {plan}}.Encode()
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		a := s.send(t, http.MethodPost, "restore", strings.NewReader(form), append(header, "Content-Type", "application/x-www-form-urlencoded")...)
		require.Equal(t, http.StatusForbidden, a.status, header)
		require.Contains(t, a.body, "another page")
	}
	require.Len(t, s.get(t, "rows").json(t)["items"], 7)
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://example.com"}} {
		a := s.send(t, http.MethodPost, "restore", strings.NewReader(form), append(header, "Content-Type", "application/x-www-form-urlencoded")...)
		require.Equal(t, http.StatusSeeOther, a.status, a.body)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
	}
}

// TestSense says what is refused as it makes no sense, is too much, or is not understood.
func TestSense(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		long := strings.Repeat("x", 20_000)
		for path, status := range map[string]int{
			"rows?limit=501": 422, "rows?limit=0": 422, "rows?limit=-1": 422, "rows?limit=x": 422, "rows?limit=500": 200, "rows?limit=": 200,
			"rows?since=soon": 422, "rows?until=2026-13-01": 422, "rows?since=2026-03-01&until=2026-03-14": 200, "rows?since=2026-03-01T00:00:00%2B01:00": 200, "rows?since=0000-01-01": 422,
			"rows?model=nix": 422, "rows?model=trashui_test.Customer": 200, "rows?model=Customer&model=orders": 200, "rows?after=nonsense": 422, "deletions?after=nonsense": 422,
			"rows?actor=" + long: 422, "rows?actor=%00": 422, "rows?reason=%ff": 422, "rows?model=%zz": 422, "rows?" + strings.Repeat("model=customers&", 3000): 422,
			"rows?actor=" + strings.Repeat("x", 300<<10): 413, "rows?a;b": 422, "rows?unknown=1": 200,
			"rows?actor=%27%3B%20DROP%20TABLE%20customers%3B--": 200, "rows?reason=%25_%5C": 200, "rows?actor=nobody&model=invoices": 200, "deletions?actor=nobody&model=invoices": 200,
			"preview": 422, "preview?op=nix": 422, "preview?op=restore": 422, "preview?op=undo": 422, "preview?op=undo&id=nix": 422, "preview?op=undo&id={01a2249e-4220-7788-9f0f-1e33f7352415}": 422,
			"preview?op=undo&id=01a2249e-4220-7788-9f0f-1e33f7352415": 404, "preview?op=undo&id=01a2249e-4220-7788-9f0f-1e33f7352415&item=customers/1": 422,
			"preview?op=restore&item=customers": 422, "preview?op=restore&item=nix/1": 422, "preview?op=restore&item=customers/x": 422, "preview?op=restore&item=customers/1,2": 422,
			"preview?op=restore&item=customers/2": 404, "preview?op=restore&item=customers/1&item=customers/2": 404, "preview?op=restore&item=customers/%25zz": 422, "preview?op=restore&item=customers/99999999999999999999": 422,
			"preview?op=purge&item=customers/1&parents=1": 422, "preview?op=restore&item=" + strings.Repeat("customers/1&item=", 501): 422,
			"preview?op=empty": 422, "preview?op=empty&older_than=x": 422, "preview?op=empty&older_than=-1h": 422, "preview?op=empty&older_than=0d": 422, "preview?op=empty&older_than=2w": 200,
			"preview?op=empty&until=2027-01-01": 422, "preview?op=empty&until=2026-01-01": 200,
			"rows/nix/1": 404, "rows/customers/2": 404, "rows/customers/x": 404, "rows/customers/1,2": 404, "rows/lines/10": 404, "rows/customers/99999999999999999999": 404, "rows/customers/18446744073709551615": 404, "rows/accounts/%00": 404, "rows/accounts/%ff": 404,
			"deletions/nix": 404, "deletions/01a2249e-4220-7788-9f0f-1e33f7352415": 404, "deletions/00000000-0000-0000-0000-000000000000": 404,
		} {
			a := s.get(t, path)
			require.Equal(t, status, a.status, path[:min(len(path), 200)]+a.body+s.log.String())
			if status != 200 && path != "preview?op=empty" {
				require.Equal(t, status, s.see(t, path).status)
			}
		}
		require.Equal(t, 200, s.see(t, "preview?op=empty").status, "a person is asked for the age")
		for _, path := range []string{"restore", "purge", "undo", "empty"} {
			for _, kind := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/jsonx"} {
				require.Equal(t, http.StatusUnsupportedMediaType, s.send(t, http.MethodPost, path, strings.NewReader("x=1"), "Content-Type", kind, "Accept", "application/json").status)
			}
			large := strings.NewReader(`{"reason":"` + strings.Repeat("x", 1<<20) + `"}`)
			require.Equal(t, http.StatusRequestEntityTooLarge, s.send(t, http.MethodPost, path, large, "Content-Type", "application/json", "Accept", "application/json").status)
			for _, body := range []string{"", "nix", "[]", `{"item":"x"}`, `{"items":[]}`, `{"item":["customers/1"]}{}`, `{}`, `{"plan":"x"}`, `{"item":["customers/1"],"id":"x"}`, `{"older_than":"x"}`, `{"reason":"\u0000","older_than":"1d","item":["customers/1"],"plan":"x","id":"01a2249e-4220-7788-9f0f-1e33f7352415"}`} {
				a := s.send(t, http.MethodPost, path, strings.NewReader(body), "Content-Type", "application/json", "Accept", "application/json")
				require.Equal(t, http.StatusUnprocessableEntity, a.status, path+body+a.body)
			}
			require.Equal(t, http.StatusUnprocessableEntity, s.send(t, http.MethodPost, path, strings.NewReader("%zz"), "Content-Type", "application/x-www-form-urlencoded").status)
		}
		require.Len(t, s.get(t, "rows").json(t)["items"], 7)
		require.Empty(t, s.log.String(), "none of it is a failure")
	})
}

// TestFailures says that an error of ours is a page that says nothing of it, and a line in the log.
func TestFailures(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		usual := s.options
		for name, change := range map[string]func(*trashui.Options){
			"authorize": func(o *trashui.Options) {
				o.Authorize = func(*http.Request, trashui.Action, trashui.Target) error { panic("s3cret") }
			},
			"label":    func(o *trashui.Options) { o.Label = func(softdelete.Item, any) string { panic("s3cret") } },
			"actor":    func(o *trashui.Options) { o.Actor = func(*http.Request) any { panic("s3cret") } },
			"scope":    func(o *trashui.Options) { o.Scope = func(*http.Request) func(*gorm.DB) *gorm.DB { panic("s3cret") } },
			"columns":  func(o *trashui.Options) { o.Columns = func(string) []string { panic("s3cret") } },
			"no scope": func(o *trashui.Options) { o.Scope = func(*http.Request) func(*gorm.DB) *gorm.DB { return nil } },
			"bad scope": func(o *trashui.Options) {
				o.Scope = scope(func(db *gorm.DB) *gorm.DB { return db.Where("s3cret = 1") })
			},
			"panicking scope": func(o *trashui.Options) {
				o.Scope = scope(func(*gorm.DB) *gorm.DB { panic("s3cret") })
			},
		} {
			s.options = usual
			change(&s.options)
			for _, get := range []func(*testing.T, string) answer{s.get, s.see} {
				a := get(t, "rows")
				require.Equal(t, http.StatusInternalServerError, a.status, name)
				require.Equal(t, 1, strings.Count(s.log.String(), "level=ERROR"), name+s.log.String())
				require.Contains(t, s.log.String(), "method=GET path=/admin/trash/rows")
				_, reference, _ := strings.Cut(s.log.String(), "reference=")
				require.Contains(t, a.body, strings.Fields(reference)[0])
				s.log.Reset()
			}
		}
		s.options = usual
		s.options.Authorize = func(*http.Request, trashui.Action, trashui.Target) error { panic(http.ErrAbortHandler) }
		require.PanicsWithValue(t, http.ErrAbortHandler, func() { s.get(t, "rows") })

		s.options = usual
		for _, table := range []string{"lines", "orders", "invoices", "customers", "accounts", "markers"} {
			require.NoError(t, s.db.Migrator().DropTable(table))
		}
		for _, path := range []string{"", "rows", "rows/customers/1", "deletions", "preview?op=restore&item=customers/1", "preview?op=empty&older_than=1d"} {
			s.log.Reset()
			require.Equal(t, http.StatusInternalServerError, s.get(t, path).status, path)
			require.Equal(t, 1, strings.Count(s.log.String(), "level=ERROR"), s.log.String())
		}
	})
}

func scope(scope func(*gorm.DB) *gorm.DB) func(*http.Request) func(*gorm.DB) *gorm.DB {
	return func(*http.Request) func(*gorm.DB) *gorm.DB { return scope }
}

// TestGone says that a client that has gone is no failure, and that what takes too long says so.
func TestGone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		plan := fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, r := range []*http.Request{
			httptest.NewRequestWithContext(ctx, http.MethodGet, "/admin/trash/rows", nil),
			httptest.NewRequestWithContext(ctx, http.MethodPost, "/admin/trash/restore", strings.NewReader(url.Values{"item": {"customers/1"}, "plan": {plan}}.Encode())),
		} {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			s.page(t).ServeHTTP(w, r)
			require.Equal(t, 499, w.Code)
		}
		require.Empty(t, s.log.String())
		require.Len(t, s.get(t, "rows").json(t)["items"], 7, "nothing was done")
	})
}

// TestImpatient says that a read that takes too long is told to be narrowed down, and is no failure.
func TestImpatient(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		d := s.delete(t, day, "ana", "", &Customer{ID: 1})
		page, err := trashui.New(s.trash, s.options)
		require.NoError(t, err)
		for _, path := range []string{"", "rows", "rows/customers/1", "deletions", "deletions/" + d.ID.String(), "preview?op=restore&item=customers/1", "preview?op=undo&id=" + d.ID.String(), "preview?op=empty&older_than=1h"} {
			w := httptest.NewRecorder()
			trashui.Impatient(page).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+path, nil))
			require.Equal(t, http.StatusServiceUnavailable, w.Code, path+w.Body.String())
		}
		require.Empty(t, s.log.String())
	})
}

// TestMuchHangsOnARow says that a row is shown though it takes too long to say what would come back with it, and offered all the same.
func TestMuchHangsOnARow(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		const patience = 4 * time.Second
		s.options.Scope = scope(func(tx *gorm.DB) *gorm.DB {
			if until, ok := tx.Statement.Context.Deadline(); ok && time.Until(until) < patience/3 {
				<-tx.Statement.Context.Done() // what has less time than the page does not come to an end
			}
			return tx.Where("tenant_id = ?", 1)
		})
		page, err := trashui.New(s.trash, s.options)
		require.NoError(t, err)
		view := trashui.View(trashui.Patient(page, patience), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/rows/customers/1", nil))
		require.Equal(t, "Ana", within(view, "Heading"))
		require.Nil(t, within(view, "Body", "Restore"))
		require.Contains(t, within(view, "Body", "RestoreTo"), "op=restore")
		require.Empty(t, s.log.String())
	})
}

// TestFormReadBefore says that a form that something before the page has read is as good, and that
// who is asked about a request can read it.
func TestFormReadBefore(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	read := ""
	s.options.Actor = func(r *http.Request) any { read = r.FormValue("item"); return nil }
	for _, before := range []bool{true, false} {
		s.delete(t, day, "ana", "", &Customer{ID: 1})
		form := url.Values{"item": {"customers/1"}, "plan": {fingerprint(t, s.get(t, "preview?op=restore&item=customers/1").body)}}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/admin/trash/restore", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if before {
			require.NoError(t, r.ParseForm())
		}
		w := httptest.NewRecorder()
		s.page(t).ServeHTTP(w, r)
		require.Equal(t, http.StatusSeeOther, w.Code, w.Body.String())
		require.Equal(t, "customers/1", read)
	}
}

// TestMisread says that filters that make no sense come back to be mended.
func TestMisread(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	for _, path := range []string{"rows", "deletions"} {
		for _, wrong := range []string{"since=soon", "until=x", "model=nix", "limit=0"} {
			query := path + "?actor=ana&reason=spring&" + wrong
			require.Equal(t, http.StatusUnprocessableEntity, s.see(t, query).status)
			require.Equal(t, "application/problem+json", s.get(t, query).header.Get("Content-Type"))
			filter := within(s.view(t, query), "Body", "Filter")
			require.NotEmpty(t, within(filter, "Problem"), wrong)
			require.Equal(t, "ana", within(filter, "Actor"))
			require.Equal(t, "spring", within(filter, "Reason"))
			require.Len(t, within(filter, "Models"), 6)
			require.Equal(t, true, within(filter, "Active"))
		}
		require.Empty(t, within(s.view(t, path+"?actor=ana"), "Body", "Filter", "Problem"))
	}
}

// TestLongReason says that what is looked for in reasons is no longer than each database takes.
func TestLongReason(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		s.delete(t, day, "ana", "why", &Customer{ID: 1})
		for _, path := range []string{"rows", "deletions"} {
			for _, letter := range []string{"a", "Σ", "*", "日"} {
				long := strings.Repeat(letter, 1000/len(letter))
				require.Equal(t, http.StatusOK, s.get(t, path+"?reason="+url.QueryEscape(long)).status, letter)
				long = strings.Repeat(letter, 16000/len(letter))
				require.Equal(t, http.StatusUnprocessableEntity, s.get(t, path+"?reason="+url.QueryEscape(long)).status, letter)
			}
		}
	})
}
