// Package browser drives the trash page with a real Chromium, in which no script of a page runs.
package browser_test

import (
	"context"
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/internal/testdb"
)

var update = flag.Bool("update", false, "make the pictures of the README")

func TestMain(m *testing.M) {
	code := testdb.Run(m)
	chromium.stop()
	os.Exit(code)
}

// browser is the one that all tests share, each with a window of its own that knows nothing of the others.
type browser struct {
	mu   sync.Mutex
	ctx  context.Context
	ends []func()
}

var chromium browser

// start starts the browser once.
func (b *browser) start(t *testing.T) context.Context {
	t.Helper()
	path := testdb.Chromium(t)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx != nil {
		return b.ctx
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("disable-background-networking", true), chromedp.Flag("force-color-profile", "srgb"),
		// A container has little shared memory.
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.DisableGPU)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root with one
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	b.ends = []func(){endBrowser, endAllocator}
	require.NoError(t, chromedp.Do(ctx), "starting %s", path)
	b.ctx = ctx
	return ctx
}

func (b *browser) stop() {
	for _, end := range b.ends {
		end()
	}
}
