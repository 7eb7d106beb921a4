package browser_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// tab is a window of the browser, in which somebody looks at a site. No script of a page runs in it: what it evaluates are the
// tests' own questions.
type tab struct {
	*site

	t   *testing.T
	ctx context.Context

	mu        sync.Mutex
	complains []string // what the browser has said of the pages
	faulty    bool     // the test has made a fault itself
	refused   map[int64]bool
}

type action = chromedp.Action[chromedp.Void]

// patience is how long the browser may take for one thing before it counts as hung.
const patience = time.Minute

// look opens a window on a site. The statuses are those of 400 and more that the test means to see.
func look(t *testing.T, s *site, statuses ...int64) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium.start(t), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	w := &tab{site: s, t: t, ctx: ctx, refused: map[int64]bool{}}
	for _, status := range statuses {
		w.refused[status] = true
	}
	require.NoError(t, chromedp.Listen(ctx, w.listen), "opening a window")
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable} {
		tell(w, enable, cdp.Empty{})
	}
	tell(w, network.Enable, network.EnableParams{})
	tell(w, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	tell(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	w.size(1440, 900)
	t.Cleanup(func() {
		if !w.faulty {
			require.Empty(t, w.told(), "what the browser has complained of")
		}
	})
	return w
}

// told is what the browser has complained of so far.
func (w *tab) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.complains)
}

// listen keeps what a person would find in the browser's console, and requests that failed or went elsewhere.
func (w *tab) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	complain := func(format string, args ...any) { w.complains = append(w.complains, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		complain("console: %s %v", e.Type, e.Args)
	case *runtime.EventExceptionThrown:
		complain("exception: %v", e.ExceptionDetails)
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceNetwork && strings.Contains(e.Entry.Text, "the server responded with a status") {
			return // it has an event of its own
		}
		complain("%s: %s", e.Entry.Source, e.Entry.Text)
	case *network.EventLoadingFailed:
		if !e.Canceled {
			complain("failed: %s", e.ErrorText)
		}
	case *network.EventRequestWillBeSent:
		// The browser asks every site for an icon, and draws controls of its own with pictures that it has.
		if !strings.HasPrefix(e.Request.URL, w.root) && !strings.HasSuffix(e.Request.URL, "/favicon.ico") && !strings.HasPrefix(e.Request.URL, "data:") {
			complain("a request to %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		meant := e.Type == network.ResourceTypeDocument && w.refused[e.Response.Status]
		if strings.HasPrefix(e.Response.URL, w.root) && e.Response.Status >= 400 && !meant {
			complain("%d: %s", e.Response.Status, e.Response.URL)
		}
	}
}

// step says what somebody does next.
func (w *tab) step(format string, args ...any) {
	w.t.Helper()
	w.t.Logf("– "+format, args...)
}

// run does something that leads to no other page.
func (w *tab) run(actions ...action) {
	w.t.Helper()
	ctx, end := context.WithTimeout(w.ctx, patience)
	defer end()
	require.NoError(w.t, chromedp.Do(ctx, actions...))
}

// tell sends the browser a command.
func tell[P, R any](w *tab, command cdp.Command[P, R], params P) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, command, params)
	require.NoError(w.t, err, command.Method)
}

// leave does what leads to another page, and waits for that.
func (w *tab) leave(actions ...action) int64 {
	w.t.Helper()
	ctx, end := context.WithTimeout(w.ctx, patience)
	defer end()
	response, err := chromedp.RunResponse(ctx, actions...)
	require.NoError(w.t, err, "on %s", w.text("h1"))
	if response == nil {
		return 0
	}
	return response.Status
}

// visit opens a page by its address.
func (w *tab) visit(path string) int64 {
	w.t.Helper()
	return w.leave(chromedp.Navigate(w.root + path))
}

// ask evaluates an expression of ours on the page.
func ask[T any](w *tab, expression string) T {
	w.t.Helper()
	ctx, end := context.WithTimeout(w.ctx, patience)
	defer end()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(w.t, err, expression)
	return value
}

// text is what an element shows.
func (w *tab) text(selector string) string {
	w.t.Helper()
	return ask[string](w, fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? "").replace(/\s+/g, " ").trim()`, selector))
}

// count counts elements.
func (w *tab) count(selector string) int {
	w.t.Helper()
	return ask[int](w, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector))
}

// at is the page that is shown: its address below the root.
func (w *tab) at() string {
	w.t.Helper()
	address := ask[string](w, "location.href")
	require.True(w.t, strings.HasPrefix(address, w.root), address)
	return strings.TrimPrefix(address, w.root)
}

// path is the path of the address, below the page.
func (w *tab) path() string {
	path, _, _ := strings.Cut(w.at(), "?")
	return path
}

// query is the query of the address.
func (w *tab) query() url.Values {
	w.t.Helper()
	at, err := url.Parse(w.at())
	require.NoError(w.t, err)
	return at.Query()
}

// click follows a link or presses a button, by the beginning of its text.
func (w *tab) click(text string) int64 {
	w.t.Helper()
	return w.leave(chromedp.Click(chromedp.Search(fmt.Sprintf(`(//main//a|//main//button|//header//a)[starts-with(normalize-space(), %q)]`, text))))
}

// tick ticks a box.
func (w *tab) tick(selector string) {
	w.t.Helper()
	w.run(chromedp.Click(chromedp.CSS(selector)))
}

// write types into a field in place of what was there.
func (w *tab) write(selector, text string) {
	w.t.Helper()
	w.run(chromedp.Click(chromedp.CSS(selector)), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(text))
}

// size makes the window as wide and high as that, as on such a screen.
func (w *tab) size(width, height int64) {
	w.t.Helper()
	tell(w, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// media has the page be shown light, dark or in print.
func (w *tab) media(scheme, medium string) {
	w.t.Helper()
	tell(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// value is what stands in a field.
func (w *tab) value(selector string) string {
	w.t.Helper()
	return ask[string](w, fmt.Sprintf(`document.querySelector(%q).value`, selector))
}

// choose chooses in a list.
func (w *tab) choose(selector, value string) {
	w.t.Helper()
	require.Equal(w.t, value, ask[string](w, fmt.Sprintf(`document.querySelector(%[1]q).value = %[2]q, document.querySelector(%[1]q).value`, selector, value)))
}
