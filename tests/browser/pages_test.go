package browser_test

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

//go:embed audit.js
var audit string

// pages are all pages that there are, and states of them that look otherwise.
func (s *site) pages(t *testing.T) []string {
	t.Helper()
	odd := append(s.links(t, "rows?model=covers&reason=odd+names", "rows/covers/"), s.links(t, "rows?model=reviews&reason=javascript", "rows/reviews/")...)
	require.Len(t, odd, 8, "what people have written who try a form, and files of odd names")
	ref := strings.TrimPrefix(odd[7], "rows/")
	return append(odd,
		"", "?done=restored.0.tracks%3A12", "?done=purged.3.tracks%3A2",
		"rows", "rows?model=Track&actor=ana&reason=take&since=2020-01-01&until=2099-12-31", "rows?actor=nobody+of+that+name", "rows?model=covers", "rows?model=devices", "rows?model=playlist_tracks", "rows?limit=100&model=reviews",
		fmt.Sprintf("rows/customers/%d", store.TakenID), fmt.Sprintf("rows/tracks/%d", store.TrackID), "rows/genres/rock%2Fpsychedelic",
		"deletions", "deletions?reason=nothing+has+it", "deletions/"+store.Mistake,
		fmt.Sprintf("preview?op=restore&item=albums/%d", store.AlbumID), fmt.Sprintf("preview?op=restore&item=customers/%d", store.TakenID), fmt.Sprintf("preview?op=restore&item=tracks/%d", store.TrackID),
		"preview?op=undo&id="+store.Mistake, fmt.Sprintf("preview?op=purge&item=albums/%d", store.AlbumID), fmt.Sprintf("preview?op=purge&item=customers/%d", store.HeldID), "preview?op=restore&item="+ref,
		"preview?op=empty", "preview?op=empty&older_than=30d", "preview?op=empty&older_than=nonsense",
		"doctor", "nowhere", "rows?limit=7000", "rows?model=nothing", "rows/tracks/1/2")
}

// links are the links of a page to rows.
func (s *site) links(t *testing.T, page, prefix string) (list []string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.root+page, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`href="\.?/?(`+prefix+`[^"]+)"`).FindAllStringSubmatch(string(body), -1) {
		list = append(list, html.UnescapeString(found[1]))
	}
	return list
}

// TestEveryPage looks at all pages on a telephone, a tablet and a desk, by day and by night.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, screen := range []struct{ width, height int64 }{{360, 740}, {768, 1024}, {1440, 900}} {
		t.Run(fmt.Sprint(screen.width), func(t *testing.T) {
			t.Parallel()
			w := look(t, s, 404, 422)
			w.size(screen.width, screen.height)
			for _, page := range s.pages(t) {
				w.step("%s", page)
				w.visit(page)
				for _, scheme := range []string{"light", "dark"} {
					w.media(scheme, "screen")
					require.Equal(t, scheme == "dark", ask[bool](w, `matchMedia("(prefers-color-scheme: dark)").matches`))
					require.Empty(t, ask[[]string](w, audit), "%s, %s", page, scheme)
				}
				if screen.width == 360 {
					ask[bool](w, `document.querySelectorAll("details").forEach((e) => e.open = true), true`)
					require.Empty(t, ask[[]string](w, audit), "%s, with all that opens open", page)
				}
			}
		})
	}
}

// TestTabs says that the Tab key leads to all that can be used, in order, and shows where it is.
func TestTabs(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := look(t, s, 404, 422)
	for _, page := range s.pages(t) {
		if page == "rows?limit=100&model=reviews" {
			continue // as others are, and very long
		}
		w.visit(page)
		w.step("%s", page)
		const stops = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")].filter((e) => e.tabIndex >= 0 && e.checkVisibility({checkVisibilityCSS: true}))`
		want := ask[int](w, stops+".length")
		require.NotZero(t, want)
		// A field that the page sends the focus to is where it begins; from there it goes on.
		first := ask[int](w, fmt.Sprintf(`%s.indexOf(document.activeElement)`, stops))
		for at := first + 1; at < want; at++ {
			w.run(chromedp.KeyEvent(kb.Tab))
			now := ask[int](w, fmt.Sprintf(`%s.indexOf(document.activeElement)`, stops))
			if now == at-1 {
				at-- // a field of several parts, a date say
				continue
			}
			require.Equal(t, at, now, "the focus is on %s", ask[string](w, "document.activeElement.outerHTML"))
			require.True(t, ask[bool](w, `(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 })()`),
				"it is seen where the focus is: %s", ask[string](w, "document.activeElement.outerHTML"))
		}
	}
}

// TestPrint says that a preview can be printed: what is to be used on a screen only is left out, the rest is there, black on white.
func TestPrint(t *testing.T) {
	t.Parallel()
	w := look(t, open(t))
	w.visit("preview?op=undo&id=" + store.Mistake)
	w.media("dark", "print")
	for _, hidden := range []string{"header nav", "form.decide .buttons", ".skip"} {
		require.False(t, ask[bool](w, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() ?? false`, hidden)), hidden)
	}
	require.Contains(t, w.text("main"), "tracks")
	require.Contains(t, w.text("main"), "would come back")
	require.Empty(t, ask[[]string](w, audit))
	require.Equal(t, "rgb(255, 255, 255)", ask[string](w, `(() => { const c = getComputedStyle(document.body).backgroundColor; return c === "rgba(0, 0, 0, 0)" ? "rgb(255, 255, 255)" : c })()`))
	pdf, err := chromedp.Run(w.ctx, chromedp.PrintToPDF())
	require.NoError(t, err)
	require.Greater(t, len(pdf), 1000)
}

// TestNoScript says that no script of a page runs in the windows of these tests, which all of the above counts on.
func TestNoScript(t *testing.T) {
	t.Parallel()
	w := look(t, open(t))
	w.visit("")
	// A page without a policy, in which nothing but the window forbids it.
	page := `data:text/html,<title>old</title><script>document.title="new"</script>`
	w.run(chromedp.Navigate(page))
	require.Equal(t, "old", ask[string](w, "document.title"))
}
