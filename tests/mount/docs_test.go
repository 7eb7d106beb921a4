package mount_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/musicstore"
	"github.com/gorm-softdelete/softdelete/trashui"
)

// What stands between "docs" and "end" stands in docs/page.md, too, word for word.

// User is who is logged in.
type User struct {
	Email    string
	Role     string
	TenantID uint
}

// sessionKey is where the tests have who is logged in.
type sessionKey struct{}

func userOfSession(r *http.Request) *User {
	user, _ := r.Context().Value(sessionKey{}).(*User)
	return user
}

// docs
type userKey struct{}

// requireLogin lets in who has a session, and looks once for each request who that is.
func requireLogin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user := userOfSession(r) // yours: by its cookie, with role and tenant; nil for nobody
		if user == nil {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey{}, user)))
	})
}

func userOf(r *http.Request) *User {
	user, _ := r.Context().Value(userKey{}).(*User)
	return user
}

// end

// docs
var errNotAllowed = errors.New("not allowed")

func mayUseTrash(r *http.Request, action trashui.Action, target trashui.Target) error {
	user := userOf(r) // of your session
	switch {
	case user == nil:
		return errNotAllowed
	case user.Role == "admin":
		return nil
	case target.Table == "invoices" || target.Table == "customers":
		return errNotAllowed // neither seen nor counted
	case user.Role == "support":
		if action == trashui.ActionPurge || action == trashui.ActionEmpty {
			return errNotAllowed // nothing for good
		}
		return nil
	}
	return errNotAllowed
}

// end

func minimal(mux *http.ServeMux, db *gorm.DB) error {
	// docs
	trash, err := softdelete.OpenTrash(db)
	if err != nil {
		return err
	}
	page, err := trashui.New(trash, trashui.Options{
		Authorize: mayUseTrash,
		Actor:     func(r *http.Request) any { return userOf(r).Email },
	})
	if err != nil {
		return err
	}
	mux.Handle("/admin/trash/", requireLogin(page))
	// end
	return nil
}

func tenants() trashui.Options {
	// docs
	options := trashui.Options{
		Authorize: mayUseTrash,
		Scope: func(r *http.Request) func(*gorm.DB) *gorm.DB {
			tenant := userOf(r).TenantID
			return func(tx *gorm.DB) *gorm.DB {
				switch tx.Statement.Model.(type) {
				case *Line: // has no tenant_id: it is its order's
					return tx.Where("order_id IN (SELECT id FROM orders WHERE tenant_id = ?)", tenant)
				case *Genre: // everybody's
					return tx
				}
				return tx.Where("tenant_id = ?", tenant)
			}
		},
	}
	// end
	return options
}

func strict() trashui.Options {
	// docs
	options := trashui.Options{
		Authorize:     mayUseTrash,
		ReadOnly:      false, // true: a page to look at
		RequireReason: true,  // who writes says why; observers are told
		Doctor:        true,  // adds a page of what Doctor finds
	}
	// end
	return options
}

func shown() trashui.Options {
	// docs
	options := trashui.Options{
		Authorize: mayUseTrash,
		Columns: func(table string) []string {
			switch table {
			case "customers":
				return []string{"id", "name", "city", "created_at"}
			case "api_keys":
				return []string{} // nothing but when, who and why
			}
			return nil // as it is done without this function
		},
		Label: func(item softdelete.Item, row any) string {
			if order, ok := row.(*Order); ok {
				return "Order " + order.Number
			}
			return "" // as it is done without this function
		},
	}
	// end
	return options
}

// Models of somebody's.
type (
	Order struct {
		ID       uint
		TenantID uint
		Number   string
		Lines    []Line `softdelete:"cascade"`
		softdelete.Tracked
	}
	Line struct {
		ID      uint
		OrderID uint
		Title   string
		softdelete.Tracked
	}
	Genre struct {
		ID   uint
		Name string
		softdelete.Tracked
	}
)

func others(page http.Handler) []http.Handler {
	// docs
	// chi
	r := chi.NewRouter()
	r.Mount("/admin/trash", http.StripPrefix("/admin/trash", page))

	// echo
	e := echo.New()
	e.Any("/admin/trash/*", echo.WrapHandler(http.StripPrefix("/admin/trash", page)))

	// gin
	g := gin.New()
	g.Any("/admin/trash/*rest", gin.WrapH(http.StripPrefix("/admin/trash", page)))

	// fiber
	f := fiber.New()
	f.Use("/admin/trash", adaptor.HTTPHandler(http.StripPrefix("/admin/trash", page)))
	// end
	return []http.Handler{r, e, g, adaptor.FiberApp(f)}
}

func proxied(inside *url.URL) http.Handler {
	// docs
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(inside)       // http://10.0.0.7:8080/admin/trash, where the application has the page
		r.Out.Host = r.In.Host // as the browser has it, by which writes from other sites are told
	}}
	http.Handle("/tools/trash/", http.StripPrefix("/tools/trash", proxy))
	// end
	return http.DefaultServeMux
}

// TestDocs says that what docs/page.md shows is code that compiles, and does what it says there.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/page.md")
	require.NoError(t, err)
	code, err := os.ReadFile("docs_test.go")
	require.NoError(t, err)
	fresh, err := os.ReadFile("fresh/main.go")
	require.NoError(t, err)
	blocks := map[string]bool{strings.TrimSpace(string(fresh)): true}
	for _, found := range regexp.MustCompile(`(?ms)^(\t*)// docs\n(.*?)^\t*// end$`).FindAllStringSubmatch(string(code), -1) {
		blocks[strings.TrimSpace(regexp.MustCompile(`(?m)^`+found[1]).ReplaceAllString(found[2], ""))] = true
	}
	shown := regexp.MustCompile("(?ms)^```go\n(.*?)^```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, shown, len(blocks))
	for _, block := range shown {
		require.True(t, blocks[strings.TrimSpace(block[1])], "this is not in docs_test.go:\n%s", block[1])
	}
}

// TestDocsWork says that the pages of the docs let in whom they say, and nobody else.
func TestDocsWork(t *testing.T) {
	t.Parallel()
	db, trash := musicstore.Open(t)
	mux := http.NewServeMux()
	require.NoError(t, minimal(mux, db))
	status := func(handler http.Handler, user *User, path string) int {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), sessionKey{}, user), http.MethodGet, "/admin/trash/"+path, nil)
		w := httptest.NewRecorder()
		requireLogin(handler).ServeHTTP(w, r)
		return w.Code
	}
	admin, support, guest := &User{Role: "admin"}, &User{Role: "support"}, &User{Role: "guest"}
	require.Equal(t, http.StatusSeeOther, status(mux, nil, ""))
	require.Equal(t, http.StatusForbidden, status(mux, guest, ""))
	for path, want := range map[string][2]int{
		"": {200, 200}, "rows?model=customers": {200, 403}, "rows/albums/21": {200, 200}, "preview?op=purge&item=albums/21": {200, 403}, "preview?op=empty": {200, 403},
	} {
		require.Equal(t, want[0], status(mux, admin, path), path)
		require.Equal(t, want[1], status(mux, support, path), path)
	}
	for _, options := range []trashui.Options{strict(), shown()} {
		page, err := trashui.New(trash, options)
		require.NoError(t, err)
		all := http.NewServeMux()
		all.Handle("/admin/trash/", page)
		require.Equal(t, http.StatusOK, status(all, admin, "rows/albums/21"))
		for _, handler := range others(page) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/admin/trash/style.css", nil))
			require.Equal(t, http.StatusOK, w.Code)
		}
	}
	require.NotNil(t, proxied(&url.URL{Scheme: "http", Host: "10.0.0.7:8080", Path: "/admin/trash"}))
}

// TestDocsTenants says that the scope of the docs leaves a tenant what is the tenant's, also in a
// table that has no such column.
func TestDocsTenants(t *testing.T) {
	t.Parallel()
	db := testdb.OpenerFor(t, testdb.Names()[0])(t, testdb.Config())
	require.NoError(t, db.Use(softdelete.New(softdelete.Config{Models: []any{&Order{}, &Line{}, &Genre{}}})))
	require.NoError(t, softdelete.AutoMigrate(db))
	for tenant := range uint(2) {
		order := &Order{TenantID: tenant + 1, Lines: []Line{{Title: "one"}, {Title: "two"}}}
		require.NoError(t, db.Create(order).Error)
		require.NoError(t, db.Delete(order).Error)
	}
	genre := &Genre{Name: "Rock"}
	require.NoError(t, db.Create(genre).Error)
	require.NoError(t, db.Delete(genre).Error)
	trash, err := softdelete.OpenTrash(db)
	require.NoError(t, err)
	page, err := trashui.New(trash, tenants())
	require.NoError(t, err)
	type reply struct {
		Items       []json.RawMessage
		Fingerprint string
		Rows        map[string]int
	}
	send := func(method, path, body string) (status int, answer reply) {
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), sessionKey{}, &User{Role: "admin", TenantID: 1}), method, path, strings.NewReader(body))
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		requireLogin(page).ServeHTTP(w, r)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer), w.Body.String())
		return w.Code, answer
	}
	_, rows := send(http.MethodGet, "/rows", "")
	require.Len(t, rows.Items, 4)
	status, _ := send(http.MethodGet, "/rows/lines/3", "")
	require.Equal(t, http.StatusNotFound, status)
	status, plan := send(http.MethodGet, "/preview?op=restore&item=orders/1", "")
	require.Equal(t, http.StatusOK, status)
	status, done := send(http.MethodPost, "/restore", `{"item":["orders/1"],"plan":"`+plan.Fingerprint+`"}`)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, map[string]int{"orders": 1, "lines": 2}, done.Rows)
}
