// Package mount puts the trash page below the routers that people use, and attacks it from there.
package mount_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/gorm-softdelete/softdelete"
	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
	"github.com/gorm-softdelete/softdelete/internal/testdb"
	"github.com/gorm-softdelete/softdelete/tests/internal/musicstore"
	"github.com/gorm-softdelete/softdelete/trashui"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode) // it prints all routes otherwise
	os.Exit(testdb.Run(m))
}

// visitor follows links and sends forms, as a browser does.
type visitor struct {
	t      *testing.T
	server string
	root   string
	db     *gorm.DB
}

// answer is a page that came.
type answer struct {
	at     *url.URL
	status int
	header http.Header
	body   string
}

// enter mounts the page of a music store below a router.
func enter(t *testing.T, r router) *visitor {
	t.Helper()
	db, trash := musicstore.Open(t)
	page, err := trashui.New(trash, trashui.Options{AllowAll: true, Doctor: true})
	require.NoError(t, err)
	return &visitor{t: t, server: r.serve(t, page), root: r.root, db: db}
}

// client follows nothing by itself.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (v *visitor) send(method string, to *url.URL, form url.Values) answer {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(v.t.Context(), method, to.String(), body)
	require.NoError(v.t, err)
	request.Header.Set("Accept", "text/html,*/*;q=0.8")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", v.server)
	}
	response, err := client.Do(request)
	require.NoError(v.t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	return answer{to, response.StatusCode, response.Header, string(content)}
}

// get opens an address below the root, as people type it.
func (v *visitor) get(path string) answer {
	v.t.Helper()
	to, err := url.Parse(v.server + v.root + path)
	require.NoError(v.t, err)
	return v.send(http.MethodGet, to, nil)
}

// lead is where a link or a form of a page leads.
type lead struct {
	to     *url.URL
	post   bool
	fields url.Values
}

var (
	anchor = regexp.MustCompile(`<(?:a|link)\b[^>]*?\bhref="([^"]*)"`)
	forms  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	field  = regexp.MustCompile(`<input\b[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)
	attr   = regexp.MustCompile(`\b(method|action)="([^"]*)"`)
)

// leads are those of a page. None leads out of the mount.
func (v *visitor) leads(page answer) (list []lead) {
	v.t.Helper()
	resolve := func(ref string) *url.URL {
		to, err := page.at.Parse(html.UnescapeString(ref))
		require.NoError(v.t, err, ref)
		require.True(v.t, strings.HasPrefix(to.String(), v.server+v.root), "%s leads out of the page: %s", page.at, ref)
		to.Fragment = ""
		return to
	}
	for _, found := range anchor.FindAllStringSubmatch(page.body, -1) {
		list = append(list, lead{to: resolve(found[1])})
	}
	for _, form := range forms.FindAllStringSubmatch(page.body, -1) {
		l := lead{fields: url.Values{}}
		action := ""
		for _, found := range attr.FindAllStringSubmatch(form[1], -1) {
			switch found[1] {
			case "method":
				l.post = found[2] == "post"
			case "action":
				action = found[2]
			}
		}
		for _, hidden := range field.FindAllStringSubmatch(form[2], -1) {
			l.fields.Add(html.UnescapeString(hidden[1]), html.UnescapeString(hidden[2]))
		}
		l.to = resolve(action)
		list = append(list, l)
	}
	return list
}

// shape is what pages of one kind have in common: the route and the names in the query.
func shape(root string, to *url.URL) string {
	words := strings.Split(strings.TrimPrefix(to.EscapedPath(), root), "/")
	for i := range words {
		if i > 0 && (words[0] != "rows" || i > 1) {
			words[i] = "…"
		}
	}
	names := []string{to.Query().Get("op")}
	for name := range to.Query() {
		names = append(names, name)
	}
	return fmt.Sprint(words, len(names), to.Query().Get("op"), to.Query().Has("after"), to.Query().Has("back"))
}

// TestLinks says that each link and form of each kind of page leads to a page, wherever it is mounted.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, r := range routers {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			v := enter(t, r)
			most, seen, kinds := 3, map[string]bool{}, map[string]int{}
			next := []lead{}
			for _, path := range []string{"", "rows?model=covers&reason=odd+names", "rows/genres/rock%2Fpsychedelic", "preview?op=empty&older_than=30d", "preview?op=restore&item=customers/36"} {
				next = append(next, lead{to: v.get(path).at})
			}
			opened := 0
			for len(next) > 0 {
				l := next[0]
				next = next[1:]
				if l.post {
					require.Equal(t, http.StatusMethodNotAllowed, v.send(http.MethodGet, l.to, nil).status, "%s takes forms", l.to)
					continue
				}
				if len(l.fields) > 0 {
					l.to.RawQuery = l.fields.Encode()
				}
				kind := shape(r.root, l.to)
				if seen[l.to.String()] || kinds[kind] == most {
					continue
				}
				seen[l.to.String()] = true
				kinds[kind]++
				page := v.send(http.MethodGet, l.to, nil)
				opened++
				if strings.HasSuffix(l.to.Path, "/preview") && !l.to.Query().Has("op") {
					continue // the form of several, before one of its buttons is pressed
				}
				require.Equal(t, http.StatusOK, page.status, "%s\n%s", l.to, page.body)
				if strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
					next = append(next, v.leads(page)...)
				}
			}
			require.Greater(t, opened, 50)
			t.Logf("%d pages of %d kinds", opened, len(kinds))
		})
	}
}

// TestWithoutSlash says that the root without a slash at its end leads to the one with it, or nowhere: there all links would be wrong.
func TestWithoutSlash(t *testing.T) {
	t.Parallel()
	for _, r := range routers {
		if r.root == "/" {
			continue // there is none without
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			v := enter(t, r)
			to, err := url.Parse(v.server + strings.TrimSuffix(v.root, "/") + "?limit=3")
			require.NoError(t, err)
			got := v.send(http.MethodGet, to, nil)
			if got.status == http.StatusNotFound {
				t.Log("the router has no such path")
				return
			}
			require.Contains(t, []int{http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}, got.status)
			to, err = to.Parse(got.header.Get("Location"))
			require.NoError(t, err)
			want, err := url.Parse(v.server + v.root + "?limit=3")
			require.NoError(t, err)
			require.Equal(t, want.Path, to.Path) // by what it means: a ServeMux that redirects has decoded it
			require.Equal(t, want.RawQuery, to.RawQuery)
		})
	}
}

// TestForms says that each write can be confirmed wherever the page is mounted, and leads back to the list that it came from.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, r := range routers {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			v := enter(t, r)
			for _, write := range []struct{ preview, action, confirm, back string }{
				{"preview?op=undo&id=" + store.Mistake + "&back=deletions%3Factor%3Dana", "undo", "", "deletions"},
				{"preview?op=restore&item=genres/rock%252Fpsychedelic&back=rows%3Fmodel%3Dgenres", "restore", "", "rows"},
				{fmt.Sprintf("preview?op=purge&item=albums/%d&back=rows%%3Fmodel%%3Dalbums%%26reason%%3Drights", store.AlbumID), "purge", "typed", "rows"},
				{"preview?op=empty&older_than=30d", "empty", "typed", ""},
			} {
				preview := v.get(write.preview)
				require.Equal(t, http.StatusOK, preview.status, preview.body)
				var form *lead
				for _, l := range v.leads(preview) {
					if l.post {
						form = &l
					}
				}
				require.NotNil(t, form, preview.body)
				require.Equal(t, v.server+v.root+write.action, form.to.String())
				if write.confirm != "" {
					form.fields.Set("confirm", regexp.MustCompile(`Type <strong>(\d+)</strong>`).FindStringSubmatch(preview.body)[1])
				}
				done := v.send(http.MethodPost, form.to, form.fields)
				require.Equal(t, http.StatusSeeOther, done.status, done.body)
				to, err := form.to.Parse(done.header.Get("Location"))
				require.NoError(t, err)
				require.Equal(t, v.server+v.root+write.back, to.Scheme+"://"+to.Host+to.EscapedPath())
				list := v.send(http.MethodGet, to, nil)
				require.Equal(t, http.StatusOK, list.status)
				require.Contains(t, list.body, `role="status"`)
				v.leads(list)
			}
			var artists int64
			require.NoError(t, v.db.Model(&store.Artist{}).Where("id = ?", store.MistakeID).Count(&artists).Error)
			require.Equal(t, int64(1), artists)
			var albums int64
			require.NoError(t, v.db.Scopes(softdelete.WithTrashed).Model(&store.Album{}).Where("id = ?", store.AlbumID).Count(&albums).Error)
			require.Zero(t, albums)
		})
	}
}
