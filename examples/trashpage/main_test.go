package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// TestRoles says what each of the four may see and do.
func TestRoles(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	pool, err := db.DB()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	handler, err := pages(db)
	require.NoError(t, err)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	require.Contains(t, ask(http.MethodGet, "/", "").Body.String(), "/support/trash/")
	for _, test := range []struct {
		who                                    string
		overview, customer, undo, purge, empty int
	}{
		{"ana", 200, 200, 200, 200, 200},
		{"support", 200, 200, 200, 403, 403},
		{"editor", 200, 403, 403, 403, 403}, // an undo would bring places in playlists back
		{"guest", 200, 403, 403, 403, 403},
		{"nobody", 403, 403, 403, 403, 403},
	} {
		for path, want := range map[string]int{
			"": test.overview, "rows": test.overview, "deletions": test.overview, "style.css": 200, "rows/customers/36": test.customer,
			"preview?op=undo&id=" + store.Mistake: test.undo, "preview?op=purge&item=artists/7": test.purge, "preview?op=empty": test.empty,
		} {
			w := ask(http.MethodGet, "/"+test.who+"/trash/"+path, "")
			require.Equal(t, want, w.Code, "%s %s\n%s", test.who, path, w.Body)
			if path == "rows" && test.customer != 200 {
				require.NotContains(t, w.Body.String(), "customers")
			}
			require.NotContains(t, w.Body.String(), "$2a$10$", "a secret")
		}
	}
	preview := ask(http.MethodGet, "/support/trash/preview?op=undo&id="+store.Mistake, "").Body.String()
	_, plan, _ := strings.Cut(preview, `name="plan" value="`)
	plan, _, _ = strings.Cut(plan, `"`)
	w := ask(http.MethodPost, "/support/trash/undo", url.Values{"plan": {plan}, "id": {store.Mistake}}.Encode())
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.NoError(t, db.First(&store.Artist{}, store.MistakeID).Error)
}
