package trashui_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// mounts are the ways in which net/http puts a page below a path, and where that is.
var mounts = []struct {
	name, root string
	mount      func(page http.Handler) http.Handler
}{
	{"as it is", "/", func(page http.Handler) http.Handler { return page }},
	{"mux at the root", "/", on("/")},
	{"mux", "/admin/trash/", on("/admin/trash/")},
	{"mux and StripPrefix", "/admin/trash/", stripped("/admin/trash/", "/admin/trash")},
	{"mux and StripPrefix with a slash", "/admin/trash/", stripped("/admin/trash/", "/admin/trash/")},
	{"host", "/trash/", on("example.com/trash/")},
	{"method", "/trash/", func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("GET /trash/", page)
		mux.Handle("POST  /trash/", page)
		return mux
	}},
	{"wildcards", "/of/7/trash/", on("/of/{tenant}/trash/")},
	{"rest", "/trash/", on("/trash/{rest...}")},
	{"escaped", "/a%20b/c%2Fd/", on("/a%20b/c%2Fd/")},
	{"rows", "/rows/", on("/rows/")},
	{"rows and StripPrefix", "/rows/", stripped("/rows/", "/rows")},
	{"rows below rows", "/rows/rows/", on("/rows/rows/")},
	{"preview and StripPrefix", "/preview/", stripped("/preview/", "/preview")},
	{"mux in a mux", "/admin/trash/", func(page http.Handler) http.Handler {
		return stripped("/admin/", "/admin")(on("/trash/")(page))
	}},
	{"mux in a mux, StripPrefix in both", "/admin/trash/", func(page http.Handler) http.Handler {
		return stripped("/admin/", "/admin")(stripped("/trash/", "/trash")(page))
	}},
	{"mux in a mux of the whole path", "/admin/trash/", func(page http.Handler) http.Handler {
		return on("/admin/")(on("/admin/trash/")(page))
	}},
	{"mux in a mux of the same name", "/admin/admin/", func(page http.Handler) http.Handler {
		return stripped("/admin/", "/admin")(on("/admin/")(page))
	}},
	{"a router that sets no pattern", "/admin/trash/", func(page http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Pattern = ""
			http.StripPrefix("/admin/trash", page).ServeHTTP(w, r)
		})
	}},
	{"a router that ends patterns with a star", "/admin/trash/", func(page http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Pattern = "/admin/trash/*"
			page.ServeHTTP(w, r)
		})
	}},
}

func on(pattern string) func(http.Handler) http.Handler {
	return func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle(pattern, page)
		return mux
	}
}

func stripped(pattern, prefix string) func(http.Handler) http.Handler {
	return func(page http.Handler) http.Handler { return on(pattern)(http.StripPrefix(prefix, page)) }
}

var link = regexp.MustCompile(`(?:href|action)="([^"]*)"`)

// TestMounts says that the page finds itself wherever it is mounted: its routes answer, keys come
// whole, what is done leads back.
func TestMounts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, open testdb.Opener) {
		s := openShop(t, open)
		require.NoError(t, s.db.Create([]Account{{Login: "a/b,c%2F?.", Note: "x"}, {Login: "."}, {Login: ".."}, {Login: "rows"}, {Login: "käse 日本"}}).Error)
		s.delete(t, day, "ana", "", &Account{}, "1 = 1")
		d := s.delete(t, 2*day, "ana", "", &Order{ID: 10})
		page, err := trashui.New(s.trash, s.options)
		require.NoError(t, err)
		for _, m := range mounts {
			t.Run(m.name, func(t *testing.T) {
				handler := m.mount(page)
				do := func(method, path string, form url.Values) *httptest.ResponseRecorder {
					r := httptest.NewRequestWithContext(t.Context(), method, m.root+path, strings.NewReader(form.Encode()))
					r.Header.Set("Accept", "application/json")
					if method == http.MethodPost {
						r.Header.Set("Accept", "text/html")
						r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					}
					w := httptest.NewRecorder()
					handler.ServeHTTP(w, r)
					return w
				}
				for path, want := range map[string]string{
					"": `"days"`, "rows": `"items"`, "rows/orders/10": `"hidden"`, "rows/lines/10,cup%2Cred": `"cup,red"`,
					"rows/accounts/a%2Fb%2Cc%252F%3F.": `"a/b,c%2F?."`, "rows/accounts/%252E": `["."]`, "rows/accounts/%252E%252E": `[".."]`, "rows/accounts/rows": `["rows"]`,
					"rows/accounts/k%C3%A4se%20%E6%97%A5%E6%9C%AC": `"käse 日本"`,
					"deletions":                  `"items"`,
					"deletions/" + d.ID.String(): `"items"`, "preview?op=restore&item=orders/10": `"fingerprint"`, "openapi.json": `"openapi"`,
				} {
					w := do(http.MethodGet, path, nil)
					require.Equal(t, http.StatusOK, w.Code, path+w.Body.String())
					require.Contains(t, w.Body.String(), want, path)
				}
				require.Equal(t, http.StatusNotFound, do(http.MethodGet, "nowhere", nil).Code)
				require.Equal(t, http.StatusNotFound, do(http.MethodGet, "rows/orders/10/more", nil).Code)

				plan := do(http.MethodGet, "preview?op=restore&item=orders/10", nil)
				w := do(http.MethodPost, "restore", url.Values{"item": {"orders/10"}, "plan": {fingerprint(t, plan.Body.String())}, "back": {"rows?actor=ana"}})
				require.Equal(t, http.StatusSeeOther, w.Code, w.Body.String())
				base, err := url.Parse("http://example.com" + m.root + "restore")
				require.NoError(t, err)
				to, err := base.Parse(w.Header().Get("Location"))
				require.NoError(t, err)
				require.Equal(t, m.root+"rows", to.EscapedPath())
				require.Equal(t, "./rows?actor=ana&done=restored.0.lines%3A2.orders%3A1", w.Header().Get("Location"))
				d = s.delete(t, 2*day, "ana", "", &Order{ID: 10})
			})
		}
	})
}

// TestRootWithoutSlash says that the root leads to itself with a slash, where a router lets it
// come without.
func TestRootWithoutSlash(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	page, err := trashui.New(s.trash, s.options)
	require.NoError(t, err)
	for path, handler := range map[string]http.Handler{
		"/admin/trash": on("/admin/trash")(page),
		"/a:b":         on("/a:b")(page),
		"/trash":       http.StripPrefix("/trash", page),
		"/rows":        stripped("/rows", "/rows")(page),
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path+"?limit=3", nil))
		require.Equal(t, http.StatusPermanentRedirect, w.Code, path)
		base, err := url.Parse("http://example.com" + path)
		require.NoError(t, err)
		to, err := base.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		require.Equal(t, "http://example.com"+path+"/?limit=3", to.String())
	}
}

// TestLinksAreRelative says that no page has a link that names where it is mounted, or leads out.
func TestLinksAreRelative(t *testing.T) {
	t.Parallel()
	s := openShop(t, testdb.OpenerFor(t, testdb.Names()[0]))
	d := s.delete(t, 2*day, "ana", "", &Customer{ID: 1})
	for _, path := range []string{"", "rows", "rows/customers/1", "deletions", "deletions/" + d.ID.String(), "preview?op=restore&item=customers/1", "preview?op=undo&id=" + d.ID.String(), "preview?op=empty", "preview?op=empty&older_than=1d", "doctor", "nowhere", "rows/customers/77"} {
		for _, found := range link.FindAllStringSubmatch(s.see(t, path).body, -1) {
			require.NotRegexp(t, `^(/|[a-z]+:)`, found[1], path)
		}
	}
}
