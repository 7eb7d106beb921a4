package mount_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
)

// router is a way to put the page below a path.
type router struct {
	name, root string
	serve      func(t *testing.T, page http.Handler) (address string) // of the server, without a slash at its end
}

// routers are those that docs/page.md shows, and some that are easily got wrong.
var routers = []router{
	{"net/http", "/admin/trash/", on(func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/admin/trash/", page)
		return mux
	})},
	{"net/http and StripPrefix", "/admin/trash/", on(func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/admin/trash/", http.StripPrefix("/admin/trash", page))
		return mux
	})},
	{"net/http below /rows/", "/rows/", on(func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/rows/", page)
		return mux
	})},
	{"net/http below /rows/, and StripPrefix", "/rows/", on(func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/rows/", http.StripPrefix("/rows", page))
		return mux
	})},
	{"net/http with a tenant in the path", "/of/7%2F8/trash/", on(func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/of/{tenant}/trash/", page)
		return mux
	})},
	{"net/http at the root", "/", on(func(page http.Handler) http.Handler { return page })},
	{"chi, Mount", "/admin/trash/", on(func(page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Mount("/admin/trash", http.StripPrefix("/admin/trash", page))
		return r
	})},
	{"chi, Handle", "/admin/trash/", on(func(page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Route("/admin", func(r chi.Router) {
			r.Handle("/trash/*", http.StripPrefix("/admin/trash", page))
		})
		return r
	})},
	{"chi, without StripPrefix", "/admin/trash/", on(func(page http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Handle("/admin/trash/*", page)
		return r
	})},
	{"echo", "/admin/trash/", on(func(page http.Handler) http.Handler {
		e := echo.New()
		e.Any("/admin/trash/*", echo.WrapHandler(http.StripPrefix("/admin/trash", page)))
		return e
	})},
	{"gin", "/admin/trash/", on(func(page http.Handler) http.Handler {
		r := gin.New()
		r.Any("/admin/trash/*rest", gin.WrapH(http.StripPrefix("/admin/trash", page)))
		return r
	})},
	{"fiber", "/admin/trash/", func(t *testing.T, page http.Handler) string {
		t.Helper()
		app := fiber.New()
		app.Use("/admin/trash", adaptor.HTTPHandler(http.StripPrefix("/admin/trash", page)))
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() { ended <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
		t.Cleanup(func() {
			require.NoError(t, app.Shutdown())
			require.NoError(t, <-ended)
		})
		return "http://" + listener.Addr().String()
	}},
	{"a proxy that takes the prefix off", "/tools/trash/", behind("/tools/trash", "", func(page http.Handler) http.Handler { return page })},
	{"a proxy to another path", "/tools/trash/", behind("/tools/trash", "/admin/bin", func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/admin/bin/", page)
		return mux
	})},
	{"a proxy to a longer path, and StripPrefix", "/t/", behind("/t", "/a/b/c", func(page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/a/b/c/", http.StripPrefix("/a/b/c", page))
		return mux
	})},
}

// on serves a handler of net/http's.
func on(mount func(page http.Handler) http.Handler) func(*testing.T, http.Handler) string {
	return func(t *testing.T, page http.Handler) string {
		t.Helper()
		server := httptest.NewServer(mount(page))
		t.Cleanup(server.Close)
		return server.URL
	}
}

// behind serves it behind a proxy that puts another prefix in place of one.
func behind(outside, inside string, mount func(page http.Handler) http.Handler) func(*testing.T, http.Handler) string {
	return func(t *testing.T, page http.Handler) string {
		t.Helper()
		target, err := url.Parse(on(mount)(t, page) + inside)
		require.NoError(t, err)
		proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		}}
		mux := http.NewServeMux()
		mux.Handle(outside+"/", http.StripPrefix(outside, proxy))
		return on(func(http.Handler) http.Handler { return mux })(t, nil)
	}
}
