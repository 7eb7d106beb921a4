package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gorm-softdelete/softdelete/examples/trashpage/store"
)

// pictures are those of the README, by day and by night.
var pictures = []struct {
	name, page    string
	width, height int64
}{
	{"page", "deletions", 1100, 900},
	{"page-preview", "preview?op=undo&id=" + store.Mistake + "&back=deletions", 1100, 900},
}

// TestPictures says that the README's pictures are there. With -update it makes them.
func TestPictures(t *testing.T) {
	t.Parallel()
	if *update {
		w := look(t, open(t))
		for _, p := range pictures {
			w.size(p.width, p.height)
			w.visit(p.page)
			for _, scheme := range []string{"light", "dark"} {
				w.media(scheme, "screen")
				png, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(picture(p.name, scheme), png, 0o644)) //nolint:gosec // as the docs are
			}
		}
	}
	for _, p := range pictures {
		for _, scheme := range []string{"light", "dark"} {
			info, err := os.Stat(picture(p.name, scheme))
			require.NoError(t, err, "make it with go test -run TestPictures -update")
			require.Less(t, info.Size(), int64(200_000), "a README is to load quickly")
		}
	}
}

func picture(name, scheme string) string {
	return filepath.Join("..", "..", "docs", name+"-"+scheme+".png")
}
